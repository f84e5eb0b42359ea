// exp, log, tanh, sigmoid, softplus and pow: src/reference/math.ts again, operation for operation, where the formulas are explained.
// test/reference/math.test.ts compares the two bit for bit. Spec math-parts.

/** ln 2 = LN2_HIGH + LN2_LOW: ⌊2⁴² ln 2⌋ / 2⁴², so that k·LN2_HIGH is exact for |k| < 2¹¹; then the rest. */
const LN2_HIGH: f64 = 3048493539143 / 4398046511104;
const LN2_LOW: f64 = 5.497923018708371e-14;
/** 1/3 and 1/5 less their float64 neighbours: 2⁵⁴ = 3i + 1, 2⁵⁵ = 5j − 2. */
const THIRD_LOW: f64 = 1.0 / 3 / 18014398509481984;
const FIFTH_LOW: f64 = -1.0 / 5 / 18014398509481984;

/**
 * The low part that belongs to the last result of `growth`, `artanh`, `log`, `sigmoid` or `softplus`; 0 where none is
 * needed.
 */
let low: f64 = 0;

/** 2ᵏ, −1022 ≤ k ≤ 1023. */
function power(k: f64): f64 {
  return reinterpret<f64>((<i64>k + 1023) << 52);
}

/** ⌊log₂ x⌋ of a positive normal x. */
function exponent(x: f64): f64 {
  return <f64>((reinterpret<i64>(x) >> 52) - 1023);
}

/** x / 2^exponent(x), from 1 to 2. */
function significand(x: f64): f64 {
  return reinterpret<f64>((reinterpret<i64>(x) & 0x000fffffffffffff) | 0x3ff0000000000000);
}

/** x to 26 bits, by the factor 2²⁷ + 1: products of two such numbers are exact [Dekker 1971]. */
function upper(x: f64): f64 {
  const c = x * 134217729;
  return c - (c - x);
}

/** a·b − p, exactly, where p is a·b rounded [Dekker 1971]. */
function productError(a: f64, b: f64, p: f64): f64 {
  const ah = upper(a);
  const bh = upper(b);
  const al = a - ah;
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

/** exp(x + xLow) / 2ᵏ − 1, in two parts. */
function growth(x: f64, xLow: f64, k: f64): f64 {
  const a = x - k * LN2_HIGH;
  const c = k * LN2_LOW - xLow;
  const r = a - c;
  const rLow = a - r - c;
  const r2 = r * r;
  const upTo14 = 1.0 / 3628800 + r * (1.0 / 39916800 + r * (1.0 / 479001600 + r * (1.0 / 6227020800 + r * (1.0 / 87178291200))));
  const upTo9 = 1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880 + r * upTo14)));
  const tail = r * r2 * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * upTo9)));
  const first = r + r2 / 2;
  const rest = r - first + r2 / 2 + (productError(r, r, r2) / 2 + rLow + r * rLow + tail);
  const high = first + rest;
  low = first - high + rest;
  return high;
}

/** exp(x + xLow), where xLow is of the size of the rounding of x. */
function expSum(x: f64, xLow: f64): f64 {
  if (x !== x) return x;
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  const k = floor(x * Math.LOG2E + 0.5);
  const e = growth(x, xLow, k);
  const y = 1 + e;
  const half = floor(k / 2);
  return (y + (1 - y + e + low)) * power(half) * power(k - half);
}

/** eˣ. Spec math-exp. */
export function exp(x: f64): f64 {
  return expSum(x, 0);
}

/** The natural logarithm; NaN below 0. Its low part stays in `low` for `pow`. Spec math-log. */
export function log(x: f64): f64 {
  low = 0;
  if (x === 0) return -Infinity;
  if (!(x > 0 && x < Infinity)) return x > 0 ? x : NaN;
  const tiny = x < 2.2250738585072014e-308; // 2⁻¹⁰²²: subnormal, lifted by 2⁵⁴
  const lifted = tiny ? x * 18014398509481984 : x;
  let k = exponent(lifted) - (tiny ? 54 : 0);
  let m = significand(lifted);
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  const d = m + 1;
  const a = artanh(m - 1, 0, d, m - (d - 1));
  const aLow = low;
  const sum = k * LN2_HIGH + 2 * a;
  const rest = k * LN2_HIGH - sum + 2 * a + (2 * aLow + k * LN2_LOW);
  const high = sum + rest;
  low = sum - high + rest;
  return high;
}

/** artanh(n / d) for −0.172 ≤ n / d ≤ 0.172, all three in two parts: ½ log((d + n) / (d − n)). */
function artanh(n: f64, nLow: f64, d: f64, dLow: f64): f64 {
  const s = n / d;
  const sd = s * d;
  const sLow = (n - sd - productError(s, d, sd) + nLow - s * dLow) / d;
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const upTo25 = 1.0 / 21 + z * (1.0 / 23 + z * (1.0 / 25));
  const upTo19 = 1.0 / 11 + z * (1.0 / 13 + z * (1.0 / 15 + z * (1.0 / 17 + z * (1.0 / 19 + z * upTo25))));
  const u = z * (1.0 / 7 + z * (1.0 / 9 + z * upTo19));
  const c = 1.0 / 5 + u;
  const cLow = 1.0 / 5 - c + u + FIFTH_LOW;
  const zc = z * c;
  const t = 1.0 / 3 + zc;
  const tLow = 1.0 / 3 - t + zc + (THIRD_LOW + (productError(z, c, zc) + z * cLow + zLow * c));
  const zt = z * t;
  const ztLow = productError(z, t, zt) + z * tLow + zLow * t;
  const v = s * zt;
  const vLow = productError(s, zt, v) + s * ztLow + sLow * zt;
  const high = s + v;
  low = s - high + v + (sLow + vLow);
  return high;
}

/** (n + nLow) / (d + dLow), in two parts: the quotient and its remainder's share. */
function quotient(n: f64, nLow: f64, d: f64, dLow: f64): f64 {
  const q = n / d;
  const qd = q * d;
  const rest = (n - qd - productError(q, d, qd) + nLow - q * dLow) / d;
  const y = q + rest;
  low = q - y + rest;
  return y;
}

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). Spec math-tanh. */
export function tanh(x: f64): f64 {
  const a = abs(x);
  if (!(a >= 7.450580596923828e-9)) return x; // 2⁻²⁷: x³/3 is below half a unit in the last place
  if (a > 20) return x < 0 ? -1 : 1; // 1 − tanh 20 < 2⁻⁵⁶
  const k = floor(2 * a * Math.LOG2E + 0.5);
  const e = growth(2 * a, 0, k);
  const t = power(-k);
  const less = 1 - t;
  const n = less + e;
  const nLow = less - n + e + (1 - less - t + low);
  const more = 1 + t;
  const d = more + e;
  const dLow = more - d + e + (1 - more + t + low);
  const y = quotient(n, nLow, d, dLow);
  return x < 0 ? -y : y;
}

/** 1 / (1 + e⁻ˣ). Spec math-sigmoid. */
export function sigmoid(x: f64): f64 {
  const a = abs(x);
  if (!(a <= 40)) {
    const y = x > 0 ? 1 : exp(x); // e⁻⁴⁰ < 2⁻⁵⁷
    low = 0;
    return y;
  }
  const k = floor(a * Math.LOG2E + 0.5);
  const e = growth(a, 0, k);
  const t = power(-k);
  const more = 1 + t;
  const d = more + e;
  const dLow = more - d + e + (1 - more + t + low);
  const n = x < 0 ? t : 1 + e;
  const nLow = x < 0 ? 0 : 1 - n + e + low;
  return quotient(n, nLow, d, dLow);
}

/** log(1 + eˣ) = max(x, 0) + log(1 + t), t = e^−|x|. Spec math-softplus. */
export function softplus(x: f64): f64 {
  const a = abs(x);
  if (!(a <= 40)) {
    const y = x > 0 ? x : exp(x); // e⁻⁴⁰ < 2⁻⁵⁷
    low = 0;
    return y;
  }
  const k = floor(0.5 - a * Math.LOG2E);
  const e = growth(-a, 0, k);
  const unit = power(k);
  const t = (1 + e) * unit;
  const tLow = unit - t + e * unit + low * unit;
  const large = t > Math.SQRT2 - 1; // then log(1 + t) = ln 2 + 2·artanh((t − 1)/(t + 3)), else 2·artanh(t/(t + 2))
  const n = large ? t - 1 : t;
  const nLow = large ? t - (n + 1) + tLow : tLow;
  const add: f64 = large ? 3 : 2;
  const d = add + t;
  const half = artanh(n, nLow, d, t - (d - add) + tLow);
  const ln2: f64 = large ? LN2_HIGH : 0;
  const p = ln2 + 2 * half;
  const pLow = ln2 - p + 2 * half + (2 * low + (large ? LN2_LOW : 0));
  const positive: f64 = x > 0 ? x : 0;
  const sum = positive + p;
  const rest = (positive > p ? positive - sum + p : p - sum + positive) + pLow;
  const y = sum + rest;
  low = sum - y + rest;
  return y;
}

/** xʸ with the special values of IEEE 754's pow: x⁰ = 1ʸ = 1; NaN for finite x < 0 unless y is whole. Spec math-pow. */
export function pow(x: f64, y: f64): f64 {
  if (y === 0 || x === 1) return 1;
  const whole = floor(y) === y;
  if (x < 0 && !whole && x !== -Infinity) return NaN;
  const odd = whole && y - 2 * floor(y / 2) === 1;
  const result = powPositive(abs(x), y);
  return odd && (x < 0 || 1 / x < 0) ? -result : result; // 1/x finds −0
}

/** exp(y·log x) for x ≥ 0; beyond ±1000 the exponential is ∞ or 0 whatever the low part. */
function powPositive(x: f64, y: f64): f64 {
  if (x === 1) return 1;
  const l = log(x);
  const lLow = low;
  const p = y * l;
  return abs(p) < 1000 ? expSum(p, productError(y, l, p) + y * lLow) : expSum(p, 0);
}

/**
 * The float32 nearest to the result y of `log`, `sigmoid` or `softplus` and its low part. Where y is the middle of two float32
 * values, r by the even rule and the other, the low part says on which side the exact value lies. Spec math-float32.
 */
export function nearest(y: f64): f32 {
  const r = <f32>y;
  if ((reinterpret<i64>(y) & 0x1fffffff) !== 0x10000000) return r; // the 29 bits that a normal float32 lacks: no middle
  const below = y - r;
  return below * low > 0 ? <f32>(y + below) : r;
}
