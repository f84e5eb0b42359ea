// Norms by the statistics of what they are given: engines that take the variance in one pass or two, alone and behind what is not seen.

import { expect, test } from 'vitest';
import type { Shape, Tensor } from '../../src/index.ts';
import { type JudgedNode, judge } from '../../src/onnx/index.ts';
import { operatorNames } from '../../src/onnx/operators/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { floats, modelOf, type NodeDraft } from '../onnx/build.ts';

const f = Math.fround;
const drawn = (shape: Shape, seed: number, middle = 0): Tensor => {
  const { uniform } = random(seed);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => middle + 2 * uniform() - 1) };
};

interface Kind {
  readonly op: string;
  readonly shape: Shape;
  readonly attributes: NodeDraft['attributes'];
  /** Elements that share their statistics, and the weight of element i. */
  readonly block: number;
  readonly weights: number;
  at(i: number): number;
  /** The place of element k of a block, where they do not lie side by side. */
  readonly place?: (block: number, k: number) => number;
  readonly opset: number;
}

const kinds: readonly Kind[] = [
  {
    op: 'InstanceNormalization',
    shape: [2, 3, 4, 5],
    attributes: {},
    block: 20,
    weights: 3,
    at: (i) => Math.floor(i / 20) % 3,
    opset: 13,
  },
  {
    op: 'GroupNormalization',
    shape: [2, 6, 3, 3],
    attributes: { num_groups: 2 },
    block: 27,
    weights: 6,
    at: (i) => Math.floor(i / 9) % 6,
    opset: 21,
  },
  {
    op: 'LayerNormalization',
    shape: [2, 3, 8],
    attributes: { axis: -1 },
    block: 8,
    weights: 8,
    at: (i) => i % 8,
    opset: 17,
  },
  {
    op: 'LayerNormalization',
    shape: [4, 1],
    attributes: { axis: -1, epsilon: { float: 0.5 } },
    block: 1,
    weights: 1,
    at: () => 0,
    opset: 17,
  },
  {
    op: 'BatchNormalization',
    shape: [3, 4, 2, 5],
    attributes: { training_mode: 1 },
    block: 30,
    weights: 4,
    at: (i) => Math.floor(i / 10) % 4,
    place: (block, k) => Math.floor(k / 10) * 40 + block * 10 + (k % 10),
    opset: 15,
  },
];

/** In float32, the variance in one pass or two, the shift folded or not. */
function engine(
  { block, at, attributes, place = (of, k) => of * block + k }: Kind,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array,
  isOnePass: boolean,
): Float32Array {
  const epsilon = f((attributes?.epsilon as { float: number } | undefined)?.float ?? 1e-5);
  const y = new Float32Array(x.length);
  for (let of = 0; of * block < x.length; of++) {
    const own = Array.from({ length: block }, (_, k) => place(of, k));
    let [sum, squares] = [0, 0];
    for (const i of own) {
      sum = f(sum + x[i]);
      squares = f(squares + f(x[i] * x[i]));
    }
    const mean = f(sum / block);
    let variance = f(f(squares / block) - f(mean * mean));
    if (!isOnePass) {
      let total = 0;
      for (const i of own.toReversed()) total = f(total + f(f(x[i] - mean) * f(x[i] - mean)));
      variance = f(total / block);
    }
    const inverse = f(1 / f(Math.sqrt(f(Math.max(0, variance) + epsilon))));
    for (const i of own) {
      const scale = f(w[at(i)] * inverse);
      y[i] = isOnePass ? f(f(x[i] * scale) + f(b[at(i)] - f(mean * scale))) : f(f(f(x[i] - mean) * scale) + b[at(i)]);
    }
  }
  return y;
}

/** Without them there is nothing to judge. */
const isRun = kinds.every(({ op }) => operatorNames.includes(op));

test.skipIf(!isRun)(
  `[enclosure-statistics] no conforming engine fails, and a number that is off does${isRun ? '' : ' (readOnnx does not run these norms)'}`,
  () => {
    for (const [k, kind] of kinds.entries())
      for (const middle of [0, 3]) {
        const [w, b] = [drawn([kind.weights], 10 + k), drawn([kind.weights], 20 + k)];
        const x = drawn(kind.shape, k, middle);
        const near = { op: 'Mul', inputs: ['x', 'near'], outputs: ['h'] };
        const isBatch = kind.op === 'BatchNormalization';
        const node = {
          op: kind.op,
          inputs: ['h', 'w', 'b', ...(isBatch ? ['b', 'b'] : [])],
          outputs: ['y', ...(isBatch ? ['mean', 'variance'] : [])],
          attributes: kind.attributes ?? {},
        };
        const model = modelOf({
          nodes: [near, node],
          outputs: ['y'],
          inputs: { x: kind.shape },
          opset: kind.opset,
          initializers: [
            floats('w', w.shape, [...w.data]),
            floats('b', b.shape, [...b.data]),
            floats('near', [], [1.1]),
          ],
        });
        const h = Float32Array.from(x.data, (each) => f(each * f(1.1)));
        for (const isOnePass of [false, true]) {
          const y = engine(kind, h, new Float32Array(w.data), new Float32Array(b.data), isOnePass);
          const judged = (of: Float32Array, traits = {}, isSeen = true) =>
            judge(
              model,
              { x, ...(isSeen && { h: { shape: kind.shape, data: h } }), y: { shape: kind.shape, data: of } },
              { traits },
            ).nodes[1] as JudgedNode;
          const title = `${kind.op}, middle ${middle}, one pass ${isOnePass}`;
          expect(judged(y), title).toMatchObject({ verdict: 'pass' });
          expect(['pass', 'cannot tell'], title).toContain(judged(y, {}, false).verdict);
          if (!isOnePass) expect(judged(y, { variance: 'two-pass' }), title).toMatchObject({ verdict: 'pass' });
          expect(judged(y.map((each, i) => (i === 1 ? each + 0.02 : each))).verdict, title).toBe('fail');
        }
      }
  },
);
