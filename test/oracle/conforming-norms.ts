// Conforming engines for norms within an image, written a second time from spec/bounds.md: see conforming.ts.

import type { Call } from '../../src/oracle/index.ts';
import { type Arithmetic, numbers, type Op, type Pull, range, statistics, stored } from './conforming.ts';

interface Own {
  readonly of: readonly number[];
  readonly mean: number;
  readonly inside: number;
}

const image = ({ shape }: Call['x']): number => shape.slice(1).reduce((a, b) => a * b, 1);

/** Which set a number belongs to. */
function setOf({ op, x, attributes }: Call): (i: number) => string {
  const C = x.shape.at(-1)!;
  const n = (i: number): number => Math.floor(i / image(x));
  if (op === 'layerNorm') return (i) => `${Math.floor(i / C)}`;
  const groups = op === 'groupNorm' ? (attributes.groups as number) : C;
  return (i) => `${n(i)} ${Math.floor((i % C) / (C / groups))}`;
}

function sets(o: Arithmetic, call: Call): Own[] {
  const all = new Map<string, number[]>();
  const key = setOf(call);
  for (const i of range(call.x.data.length)) all.set(key(i), [...(all.get(key(i)) ?? []), i]);
  return [...all.values()].map((of) => {
    const { mean, variance } = statistics(
      o,
      of.map((i) => call.x.data[i]),
    );
    return { of, mean, inside: o.add(variance, Math.fround(call.attributes.epsilon as number)) };
  });
}

const inverseOf = (o: Arithmetic, inside: number): number =>
  o.oneOf(
    () => o.div(1, o.sqrt(inside)),
    () => o.inverseSqrt(inside),
  );

export const setNorm: Op = (o, call) => {
  const [w, b] = [numbers(call.weight), numbers(call.bias)];
  const y = numbers(call.x);
  const C = w.length;
  for (const { of, mean, inside } of sets(o, call)) {
    const inverse = inverseOf(o, inside);
    const way = o.oneOf(
      () => (v: number, c: number) => o.fma(o.add(v, -mean), o.mul(w[c], inverse), b[c]),
      () => (v: number, c: number) => o.fma(o.mul(o.add(v, -mean), inverse), w[c], b[c]),
      () => (v: number, c: number) => o.fma(v, o.mul(w[c], inverse), o.add(b[c], -o.mul(mean, o.mul(w[c], inverse)))),
      () => (v: number, c: number) => o.fma(o.div(o.add(v, -mean), o.sqrt(inside)), w[c], b[c]),
    );
    for (const i of of) y[i] = way(call.x.data[i], i % C);
  }
  return stored(call.x.shape, y);
};

export const setNormGradient: Pull = (o, call) => {
  const w = numbers(call.weight);
  const [x, dy] = [numbers(call.x), numbers(call.dy)];
  const C = w.length;
  const dx = x.slice();
  const terms: number[][] = w.map(() => []);
  const partial: number[][] = w.map(() => []);
  const db: number[][] = w.map(() => []);
  for (const { of, mean, inside } of sets(o, call)) {
    const inverse = inverseOf(o, inside);
    const M = of.length;
    const hat = of.map((i) => o.mul(o.add(x[i], -mean), inverse));
    const q = of.map((i) => o.mul(dy[i], w[i % C]));
    const A = o.sum(q);
    const AX = o.dot(
      q,
      of.map((i) => x[i]),
    );
    const B = o.oneOf(
      () => o.dot(q, hat),
      () => o.mul(o.add(AX, -o.mul(mean, A)), inverse),
    );
    const cube = o.mul(o.mul(inverse, inverse), inverse);
    const c2 = o.mul(o.add(o.mul(A, mean), -AX), o.div(cube, M));
    const c3 = o.add(-o.mul(c2, mean), -o.mul(A, o.div(inverse, M)));
    const way = o.oneOf(
      () => (at: number) => o.mul(inverse, o.add(o.add(q[at], -o.div(A, M)), -o.mul(hat[at], o.div(B, M)))),
      () => (at: number) => o.mul(o.div(inverse, M), o.add(o.add(o.mul(M, q[at]), -A), -o.mul(hat[at], B))),
      () => (at: number) => o.add(o.fma(inverse, q[at], o.mul(c2, x[of[at]])), c3),
      () => (at: number) => o.div(o.add(o.add(q[at], -o.div(A, M)), -o.mul(hat[at], o.div(B, M))), o.sqrt(inside)),
    );
    for (const [at, i] of of.entries()) dx[i] = way(at);
    for (const c of new Set(of.map((i) => i % C))) {
      const own = of.filter((i) => i % C === c);
      const values = own.map((i) => dy[i]);
      const total = o.sum(values);
      db[c].push(...values);
      terms[c].push(...own.map((i) => o.mul(dy[i], o.mul(o.add(x[i], -mean), inverse))));
      partial[c].push(
        o.mul(
          o.add(
            o.dot(
              values,
              own.map((i) => x[i]),
            ),
            -o.mul(mean, total),
          ),
          inverse,
        ),
      );
    }
  }
  const dw = w.map((_, c) =>
    o.oneOf(
      () => o.sum(terms[c]),
      () => o.sum(partial[c]),
    ),
  );
  return {
    x: stored(call.x.shape, dx),
    weight: stored([C], dw),
    bias: stored(
      [C],
      db.map((each) => o.sum(each)),
    ),
  };
};
