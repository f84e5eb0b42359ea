// The error function and the normal distribution in float64, in our own operations as those of math.ts.
//
//   erf x = 2/√π · (x − x³/3 + x⁵/(2!·5) − x⁷/(3!·7) + …)        |x| < ½
//   erf x = 1 − exp(−x²)·E(x)                                     x ≥ ½,   E(x) = exp(x²)·erfc(x)
//   Φ(x)  = ½ + ½·erf(x/√2)                                       |x| < 0.7
//   Φ(x)  = ½·exp(−x²/2)·E(−x/√2)                                 x ≤ −0.7,   Φ(x) = 1 − Φ(−x)
//
// (1 + 2x)·E(x) is a polynomial in t = (x − 3.75)/(x + 3.75) for all x ≥ 0, after Shepherd and Laframboise, "Chebyshev
// approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", 1981. Spec math-erf.

import { expSum, productError } from './math.ts';

/** Chebyshev coefficients of (1 + 2x)·E(x), interpolated at 80 points with 60 digits; the next one is below 2⁻⁵⁸. */
const COEFFICIENTS = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5, 4.13902798607301e-6,
  7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8, 4.521959811218287e-9, -7.754400208831351e-10,
  -6.318088340886684e-11, 2.86879501093067e-11, 1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14,
  3.3478119482868056e-14, -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
];
/** 2/√π and 1/√(2π). */
const TWO_OVER_ROOT_PI = 1.1283791670955126;
const ONE_OVER_ROOT_2PI = 0.3989422804014327;

/** exp(x²)·erfc(x) for x ≥ 0, by Clenshaw's recurrence. */
function scaledComplement(x: number): number {
  const t = (x - 3.75) / (x + 3.75);
  let [a, b] = [0, 0];
  for (let i = COEFFICIENTS.length - 1; i > 0; i--) [a, b] = [2 * t * a - b + COEFFICIENTS[i], a];
  return (t * a - b + COEFFICIENTS[0]) / (1 + 2 * x);
}

/** exp(−share·x²) for a share of 1 or ½: what the square loses by rounding is made good. Beyond 40 it is 0. */
function bell(x: number, share: number): number {
  if (Math.abs(x) > 40) return 0;
  const p = x * x;
  return expSum(-share * p, -share * productError(x, x, p));
}

/** The error function, odd to the bit. Spec math-erf. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a >= 0.5) {
    const y = 1 - (a > 40 ? 0 : bell(a, 1) * scaledComplement(a));
    return x < 0 ? -y : y;
  }
  const z = -x * x;
  let [sum, power] = [0, 1];
  for (let n = 1; n <= 12; n++) {
    power = (power * z) / n;
    sum += power / (2 * n + 1);
  }
  return TWO_OVER_ROOT_PI * (x + x * sum);
}

/** Φ(x), the distribution of the standard normal, with small relative error on both sides. Spec math-erf. */
export function normalDistribution(x: number): number {
  const a = Math.abs(x);
  if (a < 0.7) return 0.5 + 0.5 * erf(x * Math.SQRT1_2);
  const tail = a > 40 ? 0 : 0.5 * bell(a, 0.5) * scaledComplement(a * Math.SQRT1_2);
  return x > 0 ? 1 - tail : x <= 0 ? tail : x;
}

/** The derivative of Φ. */
export const normalDensity = (x: number): number => ONE_OVER_ROOT_2PI * bell(x, 0.5);
