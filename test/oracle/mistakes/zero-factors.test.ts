// Engines that save products with 0, and those that give the gradient of a maximum to other cells than the first of equal ones.

import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import { type Call, checkEngine, type Engine, type GradientCall } from '../../../src/oracle/index.ts';
import { forward, gradient, ops } from '../this-library.ts';

type Saved = (a: number, b: number) => boolean;

/** A dense layer and its gradients by plain loops, without the products that are saved. */
function dense(saved: Saved): Engine {
  const sum = (pairs: readonly (readonly [number, number])[]): number =>
    pairs.reduce((total, [a, b]) => (saved(a, b) ? total : total + a * b), 0);
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  const of = (call: Call) => {
    const [[N, I], O] = [call.x.shape, call.attributes.units as number];
    return { N, I, O, x: call.x.data, w: call.weight!.data };
  };
  const tensor = (shape: number[], at: (i: number, j: number) => number): Tensor => ({
    shape,
    data: Float32Array.from({ length: shape[0] * shape[1] }, (_, k) => at(Math.floor(k / shape[1]), k % shape[1])),
  });
  return {
    name: 'saving',
    ops: {
      dense(call) {
        const { N, I, O, x, w } = of(call);
        return tensor([N, O], (n, o) =>
          sum([...range(I).map((c) => [x[n * I + c], w[c * O + o]] as const), [call.bias?.data[o] ?? 0, 1]]),
        );
      },
    },
    gradients: {
      dense(call: GradientCall) {
        const { N, I, O, x, w } = of(call);
        const dy = call.dy.data;
        const { bias } = gradient(call);
        return {
          x: tensor([N, I], (n, c) => sum(range(O).map((o) => [dy[n * O + o], w[c * O + o]] as const))),
          weight: tensor([I, O], (c, o) => sum(range(N).map((n) => [dy[n * O + o], x[n * I + c]] as const))),
          ...(bias && { bias }),
        };
      },
    },
  };
}

const namesOf = async (engine: Engine, op: string): Promise<(string | undefined)[][]> =>
  (await checkEngine(engine, { ops: [op], cases: 40, brief: true })).operators.map(({ findings }) =>
    findings.map(({ mistake }) => mistake),
  );
const leftOut = (what: string): string => `products with ${what} were left out, so that 0·NaN counts as 0`;

describe('products that are left out', () => {
  it.each<[string, Saved, string, string]>([
    ['any factor', (a, b) => a === 0 || b === 0, 'a factor 0', 'a factor 0'],
    ['the first factor', (a) => a === 0, 'a 0 in x', 'a 0 in dy'],
    ['the second factor', (_, b) => b === 0, 'a 0 in the weight', 'a 0 in x or the weight'],
  ])('[oracle-mistakes] where %s is 0 are named, in outputs and in gradients', async (_, saved, output, part) => {
    expect(await namesOf(dense(saved), 'dense')).toEqual([[leftOut(output)], [leftOut(part)]]);
  });

  it('[oracle-mistakes] are none where all products are taken', async () => {
    expect(
      await namesOf(
        dense(() => false),
        'dense',
      ),
    ).toEqual([[], []]);
  });
});

/** Of each cell the output that is the maximum of its channel over all of space, or of its block of channels. */
const outputOf: Readonly<Record<string, (call: Call) => (i: number) => number>> = {
  globalMaxPool({ x: { shape } }) {
    const C = shape[shape.length - 1];
    const image = shape.slice(1).reduce((product, n) => product * n);
    return (i) => Math.floor(i / image) * C + (i % C);
  },
  channelMaxPool({ attributes }) {
    return (i) => Math.floor(i / (attributes.size as number));
  },
};

/** The gradient of a maximum, its share of the `i`th of equal ones given. */
const sharing =
  (share: (i: number, count: number) => number) =>
  (call: GradientCall): { readonly x: Tensor } => {
    const { shape, data } = call.x;
    const y = forward(call).data;
    const of = outputOf[call.op](call);
    const equal = Array.from(y, (): number[] => []);
    for (const [i, v] of data.entries()) if (v === y[of(i)]) equal[of(i)].push(i);
    const dx = new Float32Array(data.length);
    for (const [q, cells] of equal.entries())
      for (const [i, cell] of cells.entries()) dx[cell] = call.dy.data[q] * share(i, cells.length);
    return { x: { shape, data: dx } };
  };

describe('the gradient of equal maxima', () => {
  it.each<[string, (i: number, count: number) => number]>([
    ['each of several equal maxima had the whole gradient', () => 1],
    ['the last of several equal maxima had the gradient', (i, count) => Number(i === count - 1)],
    ['several equal maxima had equal shares of the gradient', (_, count) => 1 / count],
  ])('[pool-max-gradient] is the first’s: %s', async (name, share) => {
    for (const op of ['globalMaxPool', 'channelMaxPool']) {
      const engine: Engine = { name: 'sharing', ops, gradients: { [op]: sharing(share) } };
      expect(await namesOf(engine, op)).toEqual([[], [name]]);
    }
  });
});
