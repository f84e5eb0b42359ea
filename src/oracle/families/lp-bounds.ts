// What Lp pools may give: (Σ |x|^p)^(1/p) over the cells of a window, and its gradient. Spec bound-lp.

import type { Bound, Profile } from '../bounds/bound.ts';
import {
  anything,
  boundFrom,
  exactly,
  type Operations,
  operationsOf,
  type Rounded,
  widest,
} from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';

/** |a| to a power p ≥ 1 or p − 1 ≥ 0; that to the power 1 is |a|. */
function raised({ mul, pow: powOf }: Operations, { v, e }: Rounded, power: number): Rounded {
  const size = { v: Math.abs(v), e };
  if (power === 0) return exactly(1);
  if (power === 1) return size;
  return power === 2 ? mul(size, size) : powOf(size, power);
}

/** The root of a sum of powers, which is never negative; where it may be 0, anything up to the root of its largest value. */
function root({ sqrt, pow: powOf }: Operations, a: Rounded, power: number): Rounded {
  if (power === 1) return a;
  const of = (each: Rounded): Rounded => (power === 2 ? sqrt(each) : powOf(each, 1 / power));
  if (a.e === 0 || a.e < a.v) return of(a);
  const most = of(exactly(a.v + a.e));
  return { v: of(exactly(a.v)).v, e: most.v + most.e };
}

/** `windows`: the places in x of the cells of each output. */
export function lpBounds(
  windows: readonly (readonly number[])[],
  p: number,
  { x, dy }: Operands,
  profile: Profile,
): Readonly<Record<string, Bound>> {
  const o = operationsOf(profile);
  const { sum, div, mul, negated } = o;
  const a = Array.from(x.data, o.given);
  const powers = a.map((each) => raised(o, each, p));
  const y = windows.map((cells) =>
    root(
      o,
      sum(cells.length, (i) => powers[cells[i]]),
      p,
    ),
  );
  if (!dy) return { y: boundFrom(y, profile, p !== 1) };
  const terms: Rounded[][] = a.map(() => []);
  const signed = (i: number, t: Rounded): Rounded => (a[i].v < 0 ? negated(t) : t);
  const own = a.map((each) => raised(o, each, p - 1));
  for (const [at, cells] of windows.entries()) {
    const d = o.given(dy.data[at]);
    const whole = raised(o, y[at], p - 1);
    for (const i of cells) {
      if (p === 1) terms[i].push(signed(i, d));
      // Without a slope at 0.
      else if (!(y[at].v > 0)) terms[i].push(anything);
      else {
        const one = raised(o, div(a[i], y[at]), p - 1);
        const other = div(own[i], whole);
        terms[i].push(signed(i, widest(mul(widest(one, other), d), div(mul(own[i], d), whole))));
      }
    }
  }
  const dx = terms.map((each) => sum(each.length, (i) => each[i]));
  return { x: boundFrom(dx, profile, p !== 1) };
}
