// sin(πx) for x in [0, 1/2], computed with + and × only, so that every host gets the same bits.

/** (−1)ⁱ π²ⁱ⁺¹ / (2i+1)!: Taylor's series; beyond these terms nothing reaches the last bit at x = 1/2. */
const TERMS = 14;

/** sin(πx), 0 ≤ x ≤ 1/2. Spec train-schedule. */
export function sinPi(x: number): number {
  const square = Math.PI * x * (Math.PI * x);
  let [term, sum] = [Math.PI * x, 0];
  for (let i = 1; i <= TERMS; i++) {
    sum += term;
    term *= -square / (2 * i * (2 * i + 1));
  }
  return sum;
}
