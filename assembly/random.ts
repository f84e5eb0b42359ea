// Normal random numbers as src/random.ts draws them, times a factor, rounded to float32.
//
// A number is first computed with a logarithm of 2⁻⁴⁴ relative error. Where every number within 2⁻⁴⁰ of it rounds to the
// same float32, that is the result; elsewhere, one in ten thousand, it is computed again with the logarithm of math-log.

import { log } from './math';

/** ln 2, and relative bounds around a number that is exact to 2⁻⁴⁰. */
const LN2: f64 = 0.6931471805599453;
const LESS: f64 = 1 - 9.094947017729282e-13;
const MORE: f64 = 1 + 9.094947017729282e-13;

/** log s for 0 < s < 1 normal: k·ln 2 + 2·artanh((m − 1)/(m + 1)), the series cut where z⁹ < 2⁻⁴⁵. */
@inline
function quickLog(s: f64): f64 {
  const bits = reinterpret<u64>(s);
  // m from √½ to √2: the exponent is that of s·√2.
  const k = <i64>((bits + 0x00095f619980c434) >> 52) - 1023;
  const m = reinterpret<f64>(bits - (<u64>k << 52));
  const q = (m - 1) / (m + 1);
  const z = q * q;
  const rest = z * (1.0 / 11 + z * (1.0 / 13 + z * (1.0 / 15 + z * (1.0 / 17 + z * (1.0 / 19)))));
  return <f64>k * LN2 + 2 * q * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + rest)))));
}

/**
 * values[i] = factor · normal(): Marsaglia's polar method on xoshiro128**, whose four words lie at `state` and are
 * advanced. `count` is even, or the second number of the last pair is lost. Spec random-normal.
 */
export function normals(state: usize, values: usize, count: i32, factor: f64): void {
  let a = load<u32>(state), b = load<u32>(state, 4), c = load<u32>(state, 8), d = load<u32>(state, 12);
  for (const end = values + (<usize>count << 2); values < end; ) {
    let u: f64 = 0, v: f64 = 0, s: f64 = 0;
    do {
      let first: u32 = 0;
      for (let i = 0; i < 4; i++) {
        const word = rotl<u32>(b * 5, 7) * 9;
        c ^= a;
        d ^= b;
        a ^= d;
        const shifted = b << 9;
        b ^= c;
        c ^= shifted;
        d = rotl<u32>(d, 11);
        if (i == 1) u = 2 * uniform(first, word) - 1;
        else if (i == 3) v = 2 * uniform(first, word) - 1;
        first = word;
      }
      s = u * u + v * v;
    } while (s >= 1 || s == 0);
    const quick = Math.sqrt((-2 * quickLog(s)) / s);
    let x = factor * (u * quick);
    let y = factor * (v * quick);
    if (<f32>(x * LESS) != <f32>(x * MORE) || <f32>(y * LESS) != <f32>(y * MORE)) {
      const exact = Math.sqrt((-2 * log(s)) / s);
      x = factor * (u * exact);
      y = factor * (v * exact);
    }
    store<f32>(values, <f32>x);
    if (values + 4 < end) store<f32>(values, <f32>y, 4);
    values += 8;
  }
  store<u32>(state, a), store<u32>(state, b, 4), store<u32>(state, c, 8), store<u32>(state, d, 12);
}

/** A multiple of 2⁻⁵³ in [0, 1) from 27 bits of one word and 26 of the next. Spec random-generator. */
@inline
function uniform(first: u32, second: u32): f64 {
  return (<f64>(first >>> 5) * 67108864 + <f64>(second >>> 6)) * 1.1102230246251565e-16;
}
