// exp, log, tanh, sigmoid, softplus, pow, expm1, erf and the normal distribution to hundreds of bits, with which the float64
// functions are compared.
//
//   Fixed point on BigInt: the real r is ⌊r·2^P⌋; a series is summed until its terms vanish.

const P = 400;
const ONE = 1n << BigInt(P);

const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(P);
const over = (a: bigint, b: bigint): bigint => (a << BigInt(P)) / b;
const shifted = (m: bigint, e: number): bigint => (e >= 0 ? m << BigInt(e) : m >> BigInt(-e));
const magnitude = (a: bigint): bigint => (a < 0n ? -a : a);

/** The real value·2^(exponent − P). */
export interface Real {
  readonly value: bigint;
  readonly exponent: number;
}

/** A finite float64 as m·2^e. */
function parts(x: number): [m: bigint, e: number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const m = biased === 0 ? fraction : fraction | (1n << 52n);
  return [word >> 63n ? -m : m, Math.max(biased, 1) - 1075];
}

function fixed(x: number): bigint {
  const [m, e] = parts(x);
  return shifted(m, e + P);
}

/** s + s³/3 + s⁵/5 + … */
function artanh(s: bigint): bigint {
  const z = times(s, s);
  let [sum, term] = [0n, s];
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term / n;
    term = times(term, z);
  }
  return sum;
}

const LN2 = 2n * artanh(ONE / 3n);

function expFixed(x: bigint): Real {
  const k = x / LN2;
  const r = x - k * LN2;
  let [sum, term] = [0n, ONE];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = times(term, r) / n;
  }
  return { value: sum, exponent: Number(k) };
}

function logFixed(x: number): bigint {
  const [m, e] = parts(x);
  const top = m.toString(2).length - 1;
  const f = shifted(m, P - top);
  return 2n * artanh(over(f - ONE, f + ONE)) + BigInt(top + e) * LN2;
}

export const exp = (x: number): Real => expFixed(fixed(x));

/** For x > 0. */
export const log = (x: number): Real => ({ value: logFixed(x), exponent: 0 });

/** For |x| below 100. */
export function tanh(x: number): Real {
  const { value, exponent } = expFixed(2n * fixed(Math.abs(x)));
  const e = value << BigInt(exponent);
  const y = over(e - ONE, e + ONE);
  return { value: x < 0 ? -y : y, exponent: 0 };
}

export function sigmoid(x: number): Real {
  const { value, exponent } = expFixed(fixed(-Math.abs(x)));
  const below = ONE + shifted(value, exponent);
  return x < 0 ? { value: over(value, below), exponent } : { value: over(ONE, below), exponent: 0 };
}

/** max(x, 0) + 2·artanh(t / (2 + t)), t = exp −|x|, for |x| below 150. */
export function softplus(x: number): Real {
  const { value, exponent } = expFixed(fixed(-Math.abs(x)));
  const t = shifted(value, exponent);
  return { value: 2n * artanh(over(t, 2n * ONE + t)) + fixed(Math.max(x, 0)), exponent: 0 };
}

/** For x > 0. */
export function pow(x: number, y: number): Real {
  const [m, e] = parts(y);
  return expFixed(shifted(m * logFixed(x), e));
}

/** |y − r| in units of the last place that a float64 (or a format of so many bits) has at r. */
export function ulps(y: number, r: Real, precision = 53, least = -1074): number {
  if (!Number.isFinite(y)) return Number.POSITIVE_INFINITY;
  const top = magnitude(r.value).toString(2).length - 1 + r.exponent - P;
  const place = Math.max(top - precision + 1, least);
  const [m, e] = parts(y);
  const fine = 64; // the difference is taken in 2⁻⁶⁴ of a unit
  const difference = shifted(m, e - place + fine) - shifted(r.value, r.exponent - P - place + fine);
  return Number(magnitude(difference)) / 2 ** fine;
}

/** exp x − 1. */
export function expm1(x: number): Real {
  const { value, exponent } = expFixed(fixed(x));
  return { value: shifted(value, exponent) - ONE, exponent: 0 };
}

/** The bits of the error function's fixed point: its series for x = −14 loses 300 of them. */
const Q = 1024;
const UNIT = 1n << BigInt(Q);
const wide = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(Q);

/** artan(1/n) = 1/n − 1/(3·n³) + … */
function arctan(n: bigint): bigint {
  let [sum, term] = [0n, UNIT / n];
  for (let k = 1n; term !== 0n; k += 2n, term = -term / (n * n)) sum += term / k;
  return sum;
}

function root(a: bigint): bigint {
  let r = 1n << BigInt(Math.ceil(a.toString(2).length / 2));
  for (let next = 0n; ; r = next) {
    next = (r + a / r) >> 1n;
    if (next >= r) return r;
  }
}

/** Machin: π = 16·artan(1/5) − 4·artan(1/239). */
const ROOT_PI = root((16n * arctan(5n) - 4n * arctan(239n)) << BigInt(Q));

/** 2/√π · (x − x³/3 + x⁵/(2!·5) − …) of a fixed point x. */
function erfWide(x: bigint): bigint {
  const z = wide(x, x);
  let [sum, term] = [0n, x];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term / (2n * n - 1n);
    term = -wide(term, z) / n;
  }
  return (2n * sum * UNIT) / ROOT_PI;
}

const wideOf = (x: number): bigint => {
  const [m, e] = parts(x);
  return shifted(m, e + Q);
};

export const erf = (x: number): Real => ({ value: erfWide(wideOf(x)), exponent: P - Q });

/** (1 + erf(x/√2)) / 2, for x above −18. */
export function normalDistribution(x: number): Real {
  const half = root((UNIT / 2n) << BigInt(Q));
  return { value: UNIT + erfWide(wide(wideOf(x), half)), exponent: P - Q - 1 };
}
