// The 8-bit floating-point formats of safetensors. Spec format-float8.
//
//   F8_E4M3      s eeee mmm    bias 7;  no infinities, NaN is s 1111 111              [OCP], as torch.float8_e4m3fn
//   F8_E5M2      s eeeee mm    bias 15; infinities and NaN as in binary16            [OCP]
//   …FNUZ        the same with a bias of 8 or 16; no infinities, no −0, NaN is 1 0…0
//   F8_E8M0      eeeeeeee      2^(e − 127), NaN is 255                               [OCP]

interface Format {
  /** Stored digits: m in the names. */
  readonly digits: number;
  readonly bias: number;
  readonly isSpecial: (bits: number) => boolean;
  readonly special: (bits: number) => number;
}

const onlyNaN = (): number => NaN;

const FORMATS: Readonly<Record<string, Format>> = {
  F8_E4M3: { digits: 3, bias: 7, isSpecial: (bits) => (bits & 127) === 127, special: onlyNaN },
  F8_E5M2: {
    digits: 2,
    bias: 15,
    isSpecial: (bits) => (bits & 124) === 124,
    special: (bits) => ((bits & 3) > 0 ? NaN : bits > 127 ? -Infinity : Infinity),
  },
  F8_E4M3FNUZ: { digits: 3, bias: 8, isSpecial: (bits) => bits === 128, special: onlyNaN },
  F8_E5M2FNUZ: { digits: 2, bias: 16, isSpecial: (bits) => bits === 128, special: onlyNaN },
};

/** 2^n for −149 ≤ n ≤ 127, exact in float32. */
function powerOfTwo(n: number): number {
  let result = 1;
  for (let i = 0; i < Math.abs(n); i++) result = n < 0 ? result / 2 : result * 2;
  return result;
}

/** The value of the bits: (−1)ˢ · (2^d + m) · 2^(e − bias − d), or (−1)ˢ · m · 2^(1 − bias − d) where e = 0. */
function numberOf({ digits, bias, isSpecial, special }: Format, bits: number): number {
  if (isSpecial(bits)) return special(bits);
  const sign = bits > 127 ? -1 : 1;
  const exponent = (bits & 127) >> digits;
  const fraction = bits & ((1 << digits) - 1);
  return exponent === 0
    ? sign * fraction * powerOfTwo(1 - bias - digits)
    : sign * ((1 << digits) + fraction) * powerOfTwo(exponent - bias - digits);
}

const tables = new Map<string, Float32Array>();

/** The value of the eight bits of a format. */
export function fromFloat8(name: string, bits: number): number {
  let table = tables.get(name);
  if (table === undefined) {
    const of =
      name === 'F8_E8M0'
        ? (e: number) => (e === 255 ? NaN : powerOfTwo(e - 127))
        : (each: number) => numberOf(FORMATS[name], each);
    table = Float32Array.from({ length: 256 }, (_, each) => of(each));
    tables.set(name, table);
  }
  return table[bits];
}
