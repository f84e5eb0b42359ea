// Layers of every kind with every count from 1 to 70 on both sides: compiled nets, `forward`, gradients and the plain
// loops, bit for bit, inside of fences. With TOEPLITZ_NETS=20000 so many nets of any kind, from a seed TOEPLITZ_SEED.

import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Layer, Params, Shape, Tensor } from '../../src/index.ts';
import * as t from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';
import { fenced, watched } from '../kernels/fences.ts';
import { firstDifference, values, wave } from '../kernels/twins.ts';
import { isSlow } from '../some.ts';
import { kinds, type Library, MOST, netOf, type Recipe, recipes } from './counts.ts';
import { paramsOf } from './random-nets.ts';

/** The library on a host without WebAssembly: the plain loops alone. */
let plain: Library;

beforeAll(async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  plain = await import('../../src/index.ts');
  const { refused } = await import('../../src/kernels/scratch-arena.ts');
  expect(refused()?.message).toBe('it has no WebAssembly');
  vi.unstubAllGlobals();
});

type Fill = (length: number) => Float32Array;
const tensorOf = (shape: Shape, fill: Fill): Tensor => t.tensor(shape, fill(sizeOf(shape)));

/** Where and how two results differ, or undefined. */
function difference(what: string, ours: Float32Array, theirs: Float32Array): string | undefined {
  const i = firstDifference(ours, theirs);
  return i < 0 ? undefined : `${what}: ${ours[i]} instead of ${theirs[i]} at ${i} of ${theirs.length}`;
}

const floats = ({ data }: Tensor): Float32Array => data as Float32Array;

function gradientsOf(layer: Layer, x: Tensor, params: Params<Tensor>, dy: Fill): [string, Float32Array][] {
  const [y, pull] = layer.vjp(x, params);
  const gradient = pull(tensorOf(y.shape, dy));
  const leaves = (p: Params<Tensor>, name: string): [string, Float32Array][] =>
    Object.entries(p).flatMap(([each, value]) =>
      ArrayBuffer.isView(value.data)
        ? [[`${name}.${each}`, value.data as Float32Array] as [string, Float32Array]]
        : leaves(value as Params<Tensor>, `${name}.${each}`),
    );
  return [['y of vjp', floats(y)], ['dx', floats(gradient.x)], ...leaves(gradient.params, 'd')];
}

/** What is wrong with the net of a recipe, if anything. */
function faultOf(recipe: Recipe, [ofParams, ofX, ofOther]: readonly [Fill, Fill, Fill]): string | undefined {
  const { net, shape } = netOf(t, recipe);
  const naive = netOf(plain, recipe).net;
  const params = paramsOf(net.params(shape), ofParams);
  const [x, other] = [ofX, ofOther].map((fill) => tensorOf(shape, fill));
  const xs = [x, other, x];
  const gradients = gradientsOf(naive, x, params, ofOther);
  const [[, y]] = gradients;
  const ys = [y, floats(naive.forward(other, params)), y];
  return fenced((fences) => {
    const run = watched(fences, net, shape, params);
    const ours = gradientsOf(net, x, params, ofOther);
    const found = [
      difference('forward', floats(net.forward(x, params)), ys[0]),
      // Call after call: what one leaves in memory must not reach the next.
      ...xs.map((each, i) => difference(`compiled, call ${i}`, run(each), ys[i])),
      ...gradients.map(([name, theirs], i) => difference(name, ours[i][1], theirs)),
    ];
    return found.find((each) => each !== undefined);
  });
}

const several = [wave(1), wave(1000), wave(9999)] as const;

describe('[compile-bits] [kernel-memory] a net gives the bits of the plain loops, and no kernel writes beside its own', () => {
  test.each(kinds)('%s, with every count on both sides, and against a count of one', (kind) => {
    // The kernels of a true convolution are those of `conv`, which has every count.
    const step = kind === 'trueConv' ? 3 : 1;
    // Every third one leaves every rest by every block.
    for (let count = 1; count <= MOST; count += isSlow ? step : 3 * step) {
      // 71 is a prime, so that these are all counts in another order.
      const other = (count * 29) % (MOST + 1);
      // A count of one stands against whole blocks, of eight at most, and against one more, on either side.
      const narrow = [
        { channels: 1, filters: count },
        { channels: count, filters: 1 },
      ].filter(() => count % 8 < 2);
      for (const counts of [{ channels: count, filters: other }, ...narrow]) {
        const [recipe] = fc.sample(recipes({ kind, ...counts }), { seed: count, numRuns: 1 });
        expect([recipe, faultOf(recipe, several)]).toEqual([recipe, undefined]);
      }
    }
  });

  test('nets of any kind', () => {
    const { TOEPLITZ_NETS: nets, TOEPLITZ_SEED: seed } = process.env;
    const total = Number(nets ?? (isSlow ? 200 : 60));
    const property = fc.property(recipes(), values, values, values, (recipe, ...fills) => {
      const fault = faultOf(recipe, fills);
      if (fault) throw new Error(fault);
    });
    for (let done = 0; done < total; done += 500) {
      fc.assert(property, { numRuns: Math.min(500, total - done), seed: Number(seed ?? 1) + done });
      if (nets) console.log(`${done + 500} of ${total} nets`);
    }
  }, 36_000_000);
});
