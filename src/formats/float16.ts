// The two 16-bit floating-point formats: IEEE 754 binary16 and bfloat16. Spec format-float16.
//
//   F16   s eeeee mmmmmmmmmm      bias 15,  11 significant binary digits
//   BF16  s eeeeeeee mmmmmmm      bias 127,  8 significant binary digits: the upper half of a float32

/** The value of the bits of a binary16: (−1)ˢ · (1024 + m) · 2^(e − 25), or m · 2⁻²⁴ where e = 0. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const digits = bits & 1023;
  if (exponent === 31) return digits === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? (sign * digits) / 0x1000000 : (sign * (1024 + digits) * (1 << exponent)) / 0x2000000;
}

const word = new DataView(new ArrayBuffer(4));

export function fromBfloat16(bits: number): number {
  word.setUint16(0, bits);
  return word.getFloat32(0);
}

export const toFloat16 = (value: number): number => narrow(value, 11, 15);

export const toBfloat16 = (value: number): number => narrow(value, 8, 127);

/** Adding 2⁵² leaves no bits below one, and the float64 addition rounds to nearest, ties to even. */
const WHOLE = 0x10000000000000;

/**
 * The bits of the nearest 16-bit float, ties to even, in one rounding from float64. `step` is the distance of its
 * neighbours; field · 2^(digits−1) + value/step are the bits themselves, because a carry out of the digits is the
 * next exponent, up to infinity.
 */
function narrow(value: number, digits: number, bias: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const top = 1 << (digits - 1);
  if (value !== value) return ((2 * bias + 1) * top) | (top >> 1);
  if (value === 0) return sign;
  let step = 1 / top;
  let field = bias - 1;
  const size = Math.abs(value);
  while (size >= 2 * top * step && field < 2 * bias - 1) {
    step *= 2;
    field++;
  }
  while (size < top * step && field > 0) {
    step /= 2;
    field--;
  }
  return sign | (field * top + (Math.min(size / step, 2 * top) + WHOLE - WHOLE));
}
