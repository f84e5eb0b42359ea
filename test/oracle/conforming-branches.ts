// Conforming engines for operators of two tensors, factors and channels by number, written a second time: see conforming.ts.

import type { Call } from '../../src/oracle/index.ts';
import { numbers, type Op, type Pull, range, stored } from './conforming.ts';

const f = Math.fround;

/** The place in a tensor of each number of a larger one, where an axis of 1 is repeated. */
function placesIn(shape: readonly number[], all: readonly number[]): number[] {
  return range(all.reduce((a, b) => a * b, 1)).map((i) => {
    let [rest, place, step] = [i, 0, 1];
    for (let k = all.length - 1; k >= 0; k--) {
      place += shape[k] === 1 ? 0 : (rest % all[k]) * step;
      rest = Math.floor(rest / all[k]);
      step *= shape[k];
    }
    return place;
  });
}

const otherOf = (call: Call): Call['x'] => call.other as Call['x'];
const outer = (call: Call): number[] => call.x.shape.map((n, k) => Math.max(n, otherOf(call).shape[k]));

const product: Op = (o, call) => {
  const [a, b] = [call.x, otherOf(call)];
  const shape = outer(call);
  const [i, j] = [placesIn(a.shape, shape), placesIn(b.shape, shape)];
  return stored(
    shape,
    i.map((at, k) => o.mul(a.data[at], b.data[j[k]])),
  );
};

const productGradient: Pull = (o, call) => {
  const [a, b] = [call.x, otherOf(call)];
  const shape = outer(call);
  const [i, j] = [placesIn(a.shape, shape), placesIn(b.shape, shape)];
  const gathered = (t: Call['x'], own: readonly number[], by: (k: number) => number) => {
    const terms: number[][] = numbers(t).map(() => []);
    const factors: number[][] = numbers(t).map(() => []);
    own.forEach((at, k) => {
      terms[at].push(call.dy.data[k]);
      factors[at].push(by(k));
    });
    return stored(
      t.shape,
      terms.map((list, at) => o.dot(list, factors[at])),
    );
  };
  return { x: gathered(a, i, (k) => b.data[j[k]]), other: gathered(b, j, (k) => a.data[i[k]]) };
};

const sum: Op = (o, call) => {
  const other = otherOf(call);
  return stored(
    call.x.shape,
    numbers(call.x).map((v, i) => o.add(v, other.data[i])),
  );
};

const scale: Op = (o, call) =>
  stored(
    call.x.shape,
    numbers(call.x).map((v) => o.mul(f(call.attributes.factor as number), v)),
  );

const selected = ({ attributes }: Call): number[] => attributes.channels as number[];

const select: Op = (_, call) => {
  const [list, C] = [selected(call), call.x.shape.at(-1)!];
  const pixels = range(call.x.data.length / C);
  return stored(
    [...call.x.shape.slice(0, -1), list.length],
    pixels.flatMap((p) => list.map((c) => call.x.data[p * C + c])),
  );
};

const selectGradient: Pull = (o, call) => {
  const [list, C] = [selected(call), call.x.shape.at(-1)!];
  const dx = numbers(call.x).map((_, i) => {
    const pixel = Math.floor(i / C) * list.length;
    return o.sum(list.flatMap((c, k) => (c === i % C ? [call.dy.data[pixel + k]] : [])));
  });
  return { x: stored(call.x.shape, dx) };
};

export const branchForwards: Readonly<Record<string, Op>> = { product, sum, scale, selectChannels: select };

export const branchPulls: Readonly<Record<string, Pull>> = {
  product: productGradient,
  sum: (_, { dy }) => ({ x: stored(dy.shape, numbers(dy)), other: stored(dy.shape, numbers(dy)) }),
  scale: (o, call) => ({ x: scale(o, { ...call, x: call.dy }) }),
  selectChannels: selectGradient,
};
