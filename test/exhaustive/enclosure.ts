// exp, log, tanh, sigmoid and softplus of a float32 in plain float64, each within a relative 2⁻⁴⁶ of the exact value: simple
// enough that the bound can be seen, and shared with nothing in src.
//
// An operation adds u = 2⁻⁵³. Every function below comes to less than 128 u, and WIDTH is four times that:
//   growth   r is exact for k = 0, else off by 2⁻⁵²; the series is cut below 2⁻⁵⁰; Horner's roundings shrink by |r| < 0.35
//   log      m − 1 and m + 1 are exact; beside k·ln 2 ≠ 0 the sum is at least half of k·ln 2, so that it cancels one bit
//   tanh     1 − 2/(E + 1) with E > 1.41 is at least 0.17: three bits; below, E − 1 is formed without a subtraction
//   artanh   s³¹/31 and s²¹/21 are below 2⁻⁵²·s
//   sigmoid, softplus   quotients and sums of positive numbers

/** Wider than twice the error of any function here. */
export const WIDTH = 2 ** -44;

const LN2_HIGH = 3048493539143 / 2 ** 42;
const LN2_LOW = 5.497923018708371e-14;

/** 2ᵏ at k + 256. */
const powers = Float64Array.from({ length: 513 }, (_, i) => (i < 256 ? 1 / 2 ** (256 - i) : 2 ** (i - 256)));
/** 1/12!, 1/11!, … 1/1!. */
const factorials: number[] = [];
for (let n = 1, f = 1; n <= 12; f *= ++n) factorials.unshift(1 / f);
/** 1/29, 1/27, … 1/1. */
const odds = Array.from({ length: 15 }, (_, i) => 1 / (29 - 2 * i));

/** (eʳ − 1) / r for |r| < 0.35: the next term is r¹²/13!. */
function growth(r: number): number {
  let sum = factorials[0];
  for (let i = 1; i < 12; i++) sum = sum * r + factorials[i];
  return sum;
}

/** artanh s by that many terms: 15 for |s| ≤ 1/3, 10 for |s| ≤ 0.172. */
function artanh(s: number, terms: number): number {
  const z = s * s;
  let sum = odds[15 - terms];
  for (let i = 16 - terms; i < 15; i++) sum = sum * z + odds[i];
  return s * sum;
}

function exponential(x: number): number {
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  return (1 + r * growth(r)) * powers[k + 256];
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer); // the upper word is the second, on a little-endian machine

function logarithm(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return x > 0 ? x : Number.NaN;
  double[0] = x; // a normal float64, also where the float32 is subnormal
  let k = (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | 0x3ff00000;
  let m = double[0];
  if (m > Math.SQRT2) {
    m /= 2;
    k++;
  }
  return k * LN2_HIGH + (2 * artanh((m - 1) / (m + 1), 10) + k * LN2_LOW);
}

/** Below it exp x and 2·sigmoid x are within 2⁻⁵⁹ of 1; above FAR, exp −|x| is below 2⁻¹⁵⁸, where every float32 rounds alike. */
const [NEAR, FAR] = [2 ** -60, 110];

function exponentialOf(x: number): number {
  if (Math.abs(x) < NEAR) return 1;
  if (Math.abs(x) > FAR) return x > 0 ? 2 ** 158 : 2 ** -158;
  return exponential(x);
}

function hyperbolic(x: number): number {
  if (Math.abs(x) < 2 ** -30) return x; // less x³/3
  if (Math.abs(x) > 45) return Math.sign(x); // less 2·exp −90
  const a = 2 * Math.abs(x);
  const e = a < 0.34 ? a * growth(a) : 0;
  const y = a < 0.34 ? e / (e + 2) : 1 - 2 / (exponential(a) + 1);
  return x < 0 ? -y : y;
}

function logistic(x: number): number {
  const e = exponentialOf(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

function plus(x: number): number {
  if (Math.abs(x) < NEAR) return Math.LN2;
  if (x > FAR) return x;
  const t = exponentialOf(-Math.abs(x));
  return (x > 0 ? x : 0) + 2 * artanh(t / (2 + t), 15);
}

/** A value within a relative 2⁻⁴⁶, or one that rounds to the same float32; 0, ±∞ and NaN where the exact function is that. */
export const approximate = {
  exp: exponentialOf,
  log: logarithm,
  tanh: hyperbolic,
  sigmoid: logistic,
  softplus: plus,
};
