// Arithmetic narrower than float32: what rounding to a format may change. Spec oracle-precision.
//
//   tf32       s eeeeeeee mmmmmmmmmm      11 significant binary digits, the range of float32
//   bfloat16   s eeeeeeee mmmmmmm          8
//   float16    s eeeee mmmmmmmmmm         11, up to 65504

export type Format = 'float32' | 'tf32' | 'bfloat16' | 'float16';

/** The format to which an engine rounds at each place; float32 where it says nothing. */
export interface Narrowing {
  /** x, weight, bias and dy before they are multiplied. */
  readonly operands?: Format;
  /** Products and sums. */
  readonly accumulator?: Format;
  /** The result. */
  readonly output?: Format;
}

export interface Arithmetic {
  /** Unit roundoff, to nearest. */
  readonly u: number;
  /** Smallest subnormal, smallest normal, largest number, and the least that rounds to infinity. */
  readonly eta: number;
  readonly lambda: number;
  readonly most: number;
  readonly beyond: number;
}

/** p digits with exponents from −e + 1 to e. */
function formatOf(p: number, e: number): Arithmetic {
  const two = (k: number): number => (k < 0 ? 0.5 * two(k + 1) : k > 0 ? 2 * two(k - 1) : 1);
  const [u, top] = [two(-p), two(e)];
  return { u, eta: two(2 - e - p), lambda: two(1 - e), most: top * (2 - 2 * u), beyond: top * (2 - u) };
}

export const formats: Readonly<Record<Format, Arithmetic>> = {
  float32: formatOf(24, 127),
  tf32: formatOf(11, 127),
  bfloat16: formatOf(8, 127),
  float16: formatOf(11, 15),
};

const word = new DataView(new ArrayBuffer(8));

/** 2^⌊log₂ v⌋ of v > 0. */
function binade(v: number): number {
  word.setFloat64(0, v);
  word.setUint32(0, word.getUint32(0) & 0x7ff00000);
  word.setUint32(4, 0);
  return word.getFloat64(0);
}

/** The distance between the neighbours of a value. */
export const unitAt = (value: number, { u, eta, lambda }: Arithmetic): number =>
  Math.abs(value) < lambda ? eta : 2 * u * binade(Math.abs(value));

/**
 * How far either neighbour of a value is, the farther one: rounding may be to nearest or cut off; 0 where the value is a
 * number of the format. A subnormal may become 0, unless `ieee`.
 */
export function rounding(value: number, format: Format, ieee: boolean): number {
  const size = Math.abs(value);
  if (format === 'float32' || size === 0 || !Number.isFinite(size)) return 0;
  const arithmetic = formats[format];
  const unit = unitAt(size, arithmetic);
  const rest = size - Math.floor(size / unit) * unit;
  const far = rest === 0 ? 0 : Math.max(rest, unit - rest);
  return size < arithmetic.lambda && !ieee ? Math.max(far, size) : far;
}
