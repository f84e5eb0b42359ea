// What norms may give: the statistics of a set of numbers, or given ones, and what becomes of the numbers. Spec bound-norms.

import { type Bound, boundOf, type Profile, toDoubles } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import type { Operands, Part } from '../case.ts';

/** What is normalised together. */
export interface NormSets {
  /** The places in x of the numbers of each set. */
  readonly sets: readonly (readonly number[])[];
  /** Whether mean and variance are those of each set, or given for each channel. */
  readonly isOwn: boolean;
  /** Whether a set has numbers of several channels, so that dy meets the weight before the sums over the set. */
  readonly isMixed: boolean;
}

interface Statistics {
  readonly mean: Rounded;
  readonly variance: Rounded;
}

/** Of so many elements: in two passes, or in one, by the squares or by running updates. */
function statisticsOf(o: Operations, x: readonly Rounded[], variance: Profile['variance']): Statistics {
  const { sum, sub, mul, div, running } = o;
  const M = exactly(x.length);
  const mean = div(
    sum(x.length, (i) => x[i]),
    M,
  );
  const apart = (m: Rounded): Rounded =>
    div(
      sum(x.length, (i) => mul(sub(x[i], m), sub(x[i], m))),
      M,
    );
  const two = apart(mean);
  if (variance === 'two-pass') return { mean, variance: two };
  const squares = div(
    sum(x.length, (i) => mul(x[i], x[i])),
    M,
  );
  const updated = running(x, mean, two.v);
  return {
    mean: widest(mean, updated.mean),
    variance: widest(two, { v: two.v, e: sub(squares, mul(mean, mean)).e }, updated.variance),
  };
}

/** 1/√(variance + epsilon), by a root and a division or by one function. */
function deviationOf(o: Operations, variance: Rounded, epsilon: number) {
  const inside = o.add(variance, o.constant(epsilon));
  const deviation = o.sqrt(inside);
  return { deviation, inverse: widest(o.div(exactly(1), deviation), o.inverseSqrt(inside)) };
}

type Deviation = ReturnType<typeof deviationOf>;

/** The weight times 1/√(variance + epsilon). */
const scaleOf = (o: Operations, weight: Rounded, { deviation, inverse }: Deviation): Rounded =>
  widest(o.div(weight, deviation), o.mul(weight, inverse));

/** What is known of a number's set and channel. */
interface Own extends Statistics, Deviation {
  readonly scale: Rounded;
  readonly w: Rounded;
}

/** (x − mean)·scale + bias, (x − mean)/deviation·weight + bias, or x·scale + (bias − mean·scale). */
function normalized({ add, sub, mul, div }: Operations, x: Rounded, { mean, w, ...s }: Own, b: Rounded): Rounded {
  const d = sub(x, mean);
  return widest(
    add(mul(d, s.scale), b),
    add(mul(div(d, s.deviation), w), b),
    add(mul(mul(d, s.inverse), w), b),
    add(mul(x, s.scale), sub(b, mul(mean, s.scale))),
  );
}

const picked = (all: readonly Rounded[], places: readonly number[]): Rounded[] => places.map((i) => all[i]);

/** The sums over M numbers: of dy, of dy·x̂, whose terms are kept, and of dy·x. */
interface Sums {
  readonly M: number;
  readonly A: Rounded;
  readonly B: Rounded;
  readonly AX: Rounded;
  readonly terms: readonly Rounded[];
}

function sumsOf(o: Operations, { mean, ...s }: Own, x: readonly Rounded[], dy: readonly Rounded[]): Sums {
  const { sum, sub, mul, div } = o;
  const M = x.length;
  const d = x.map((each) => sub(each, mean));
  const terms = d.map((each, i) => mul(dy[i], widest(div(each, s.deviation), mul(each, s.inverse))));
  const A = sum(M, (i) => dy[i]);
  const AX = sum(M, (i) => mul(dy[i], x[i]));
  const B = widest(
    sum(M, (i) => terms[i]),
    mul(
      sum(M, (i) => mul(dy[i], d[i])),
      s.inverse,
    ),
    mul(sub(AX, mul(mean, A)), s.inverse),
  );
  return { M, A, B, AX, terms };
}

/** dx of a norm with statistics of its own: the deviation's and the mean's parts taken away, in three groupings. */
function pulled(o: Operations, { mean, w, ...s }: Own, x: Rounded, dy: Rounded, { M, A, B }: Sums): Rounded {
  const { sub, mul, div } = o;
  const count = exactly(M);
  const d = sub(x, mean);
  const xHat = widest(div(d, s.deviation), mul(d, s.inverse));
  const slope = mul(B, div(s.inverse, count));
  return widest(
    mul(s.scale, sub(sub(dy, div(A, count)), mul(xHat, div(B, count)))),
    mul(div(s.scale, count), sub(sub(mul(count, dy), A), mul(xHat, B))),
    mul(mul(sub(sub(dy, div(A, count)), mul(d, slope)), s.inverse), w),
  );
}

/** The same as c₁·dy + c₂·x + c₃. */
function expanded(o: Operations, { mean, inverse }: Own, x: Rounded, dy: Rounded, { M, A, AX }: Sums): Rounded {
  const { add, sub, mul, div, negated } = o;
  const count = exactly(M);
  const cube = mul(inverse, mul(inverse, inverse));
  const c2 = mul(sub(mul(A, mean), AX), div(cube, count));
  const c3 = sub(negated(mul(c2, mean)), mul(A, div(inverse, count)));
  return add(add(mul(inverse, dy), mul(c2, x)), c3);
}

/** The outputs of a norm: y, or the gradients of x, weight and bias. */
export function normBounds(
  { sets, isOwn, isMixed }: NormSets,
  epsilon: number,
  operands: Operands,
  profile: Profile,
): Record<Part, Bound> {
  const o = operationsOf(profile);
  const read = (name: string): Rounded[] => Array.from(operands[name]!.data, o.given);
  const [x, weight, bias] = [read('x'), read('weight'), read('bias')];
  const C = weight.length;
  const dy = operands.dy && read('dy');
  const [mean, variance] = isOwn ? [] : [read('mean'), read('variance')];
  const inner = isMixed && dy ? dy.map((each, i) => o.mul(each, weight[i % C])) : dy;
  const result: Rounded[] = new Array(x.length);
  /** Of each channel the sums of dy·x̂ over its numbers in each set, and all terms of these. */
  const slopes: Rounded[][] = weight.map(() => []);
  const terms: Rounded[][] = weight.map(() => []);
  for (const [at, set] of sets.entries()) {
    const statistics = isOwn
      ? statisticsOf(o, picked(x, set), profile.variance)
      : { mean: mean![at], variance: variance![at] };
    const deviation = deviationOf(o, statistics.variance, epsilon);
    const ofWeight = (w: Rounded): Own => ({ ...statistics, ...deviation, scale: scaleOf(o, w, deviation), w });
    const own = new Map([...new Set(set.map((i) => i % C))].map((c) => [c, ofWeight(weight[c])]));
    const ownOf = (i: number): Own => own.get(i % C)!;
    if (!dy || !inner) {
      for (const i of set) result[i] = normalized(o, x[i], ownOf(i), bias[i % C]);
      continue;
    }
    for (const [c, each] of own) {
      const list = own.size === 1 ? set : set.filter((i) => i % C === c);
      const sums = sumsOf(o, each, picked(x, list), picked(dy, list));
      slopes[c].push(sums.B);
      terms[c].push(...sums.terms);
    }
    const apart = isOwn && own.size === 1 && sumsOf(o, ownOf(set[0]), picked(x, set), picked(dy, set));
    const unit = ofWeight(exactly(1));
    const mixed = isMixed && sumsOf(o, unit, picked(x, set), picked(inner, set));
    for (const i of set) {
      const ways = [
        ...(apart ? [pulled(o, ownOf(i), x[i], dy[i], apart)] : []),
        ...(mixed ? [pulled(o, unit, x[i], inner[i], mixed), expanded(o, unit, x[i], inner[i], mixed)] : []),
      ];
      result[i] = isOwn ? widest(ways[0], ...ways.slice(1)) : o.mul(dy[i], ownOf(i).scale);
    }
  }
  if (!dy) return { y: boundFrom(result, profile, true) };
  const sums = slopes.map((list, c) =>
    list.length === 1
      ? list[0]
      : widest(
          o.sum(terms[c].length, (i) => terms[c][i]),
          o.sum(list.length, (i) => list[i]),
        ),
  );
  const apply = (a: Float64Array): Float64Array => {
    const db = new Float64Array(C);
    for (let i = 0; i < a.length; i++) db[i % C] += a[i];
    return db;
  };
  return {
    x: boundFrom(result, profile, true),
    weight: boundFrom(sums, profile, true),
    bias: boundOf({ a: toDoubles(operands.dy!.data), apply }, profile),
  };
}

/** The numbers of each channel, over all images and cells. */
export const setsOfChannels = (size: number, C: number): number[][] =>
  Array.from({ length: C }, (_, c) => Array.from({ length: size / C }, (_, i) => i * C + c));

/** The numbers of each group of channels, of `blocks` blocks that lie one behind the other: images, or cells. */
export function setsOfGroups(size: number, blocks: number, C: number, groups: number): number[][] {
  const sets: number[][] = Array.from({ length: blocks * groups }, () => []);
  for (let i = 0; i < size; i++)
    sets[Math.floor((i * blocks) / size) * groups + Math.floor(((i % C) * groups) / C)].push(i);
  return sets;
}
