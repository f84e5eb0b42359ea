// The enclosure of a contraction beside the oracle's bound, and engines that fold, reorder and round.

import { describe, expect, test } from 'vitest';
import { fromBfloat16, toBfloat16 } from '../../src/formats/float16.ts';
import {
  chain,
  conv2d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  frozenNorm,
  identity,
  initialize,
  type Layer,
  relu,
  type Shape,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { convolved, enclosedContraction } from '../../src/judge/contraction.ts';
import type { Declared } from '../../src/judge/enclosure.ts';
import { judge, writeOnnx } from '../../src/onnx/index.ts';
import type { Bound } from '../../src/oracle/bounds/bound.ts';
import { rounding } from '../../src/oracle/bounds/formats.ts';
import { familyOf } from '../../src/oracle/families/index.ts';
import { random } from '../../src/random.ts';
import { conv } from '../../src/reference/convolution.ts';
import { sizeOf } from '../../src/tensor.ts';
import type { ConvGeometry } from '../../src/window.ts';

const drawn = (shape: Shape, seed: number, whole = false): Tensor => {
  const { uniform, below } = random(seed);
  return {
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => (whole ? below(9) - 4 : 2 * uniform() - 1)),
  };
};

const layers: readonly (readonly [Layer, Shape])[] = [
  [
    conv2d({
      filters: 4,
      size: [2, 3],
      stride: [2, 1],
      padding: [
        [1, 0],
        [0, 2],
      ],
      groups: 2,
    }),
    [2, 5, 4, 6],
  ],
  [conv2d({ filters: 5, size: 3, padding: 1, bias: false }), [1, 6, 7, 3]],
  [conv2d({ filters: 1, size: 1 }), [1, 1, 1, 1]],
  [conv2d({ filters: 6, size: 3, padding: 1, dilation: 2, groups: 6 }), [1, 5, 4, 6]],
  [depthwiseConv2d({ size: [3, 2], multiplier: 2, stride: 2, padding: 1 }), [2, 6, 5, 3]],
  [convTranspose2d({ filters: 4, size: 3, stride: 2, groups: 2 }), [1, 3, 4, 2]],
  [dense({ units: 7 }), [3, 9]],
];

const profiles: readonly Declared[] = [
  {},
  { subnormals: 'ieee' },
  { precision: { operands: 'bfloat16' } },
  { precision: { operands: 'tf32', accumulator: 'bfloat16' } },
  { winograd: { m: 2, r: 3 } },
];

function compared(layer: Layer, shape: Shape, declared: Declared, x: Tensor, p: Record<string, Tensor>): void {
  const oracle = familyOf(layer.name).bounds(layer, { ...p, x }, declared).y as Bound;
  const format = declared.precision?.operands ?? 'float32';
  const narrowed = Float64Array.from(x.data, (v) => rounding(v, format, declared.subnormals === 'ieee'));
  const radius = narrowed.some((each) => each > 0) ? narrowed : undefined;
  const own = enclosedContraction(
    { layer, x: new Float64Array(x.data), shape, weight: p.weight, bias: p.bias, more: 0, radius },
    declared,
  );
  const { value, error, kinds } = own as Bound;
  value.forEach((each, i) => {
    expect(Math.abs(each - oracle.value[i])).toBeLessThanOrEqual(1e-13);
    expect(error[i]).toBeGreaterThanOrEqual(oracle.error[i] * (1 - 1e-9));
    expect(error[i]).toBeLessThanOrEqual(oracle.error[i] * 1.001);
    expect(kinds[i]).toBe(oracle.kinds[i]);
  });
}

describe('beside the bound of the oracle', () => {
  test.each(layers.map(([layer, shape], i) => [layer.name, i, layer, shape] as const))(
    '[enclosure-contraction] %s %i',
    (_, i, layer, shape) => {
      for (const declared of profiles)
        for (const isWhole of [false, true]) {
          const flat = layer.params(shape) as Record<string, Shape>;
          const p = Object.fromEntries(
            Object.entries(flat).map(([name, each], k) => [name, drawn(each, 10 * i + k, isWhole)]),
          );
          compared(layer, shape, declared, drawn(shape, i, isWhole), p);
        }
    },
  );

  test('[enclosure-contraction] subnormal operands, overflow, and nothing where a number is not finite', () => {
    const layer = dense({ units: 1, bias: false });
    const weight = tensor([2, 1], [3e38, 1e-40]);
    compared(layer, [1, 2], {}, tensor([1, 2], [1e-40, 5]), { weight });
    compared(layer, [1, 2], {}, tensor([1, 2], [2, 5]), { weight });
    const c = { layer, x: Float64Array.of(Number.NaN, 1), shape: [1, 2], weight, more: 0 };
    expect(enclosedContraction(c, {})).toBeUndefined();
  });

  test('[enclosure-contraction] the quick loop is the reference, of whole numbers bit for bit', () => {
    for (const [layer, shape] of layers) {
      if (layer.name.startsWith('convTranspose')) continue;
      const g = layer.geometry?.(shape) as ConvGeometry;
      const w = new Float64Array(drawn((layer.params(shape) as { weight: Shape }).weight, 1, true).data);
      const x = new Float64Array(drawn(shape, 2, true).data);
      const [quick, plain] = [0, 0].map(() => new Float64Array(sizeOf(layer.shape(shape))));
      convolved(g, x, w, quick);
      conv(g, x, w, undefined, plain);
      expect(quick.map((each) => each + 0)).toEqual(plain);
    }
  });
});

/** conv → norm → + skip → relu as one convolution with folded weights, whose sum begins with the skip and runs backwards. */
function fused(x: Tensor, p: Record<string, Record<string, Tensor>>, drop = -1): Tensor {
  const [, H, W, C] = x.shape;
  const { round } = { round: Math.fround };
  const y = new Float32Array(x.data.length);
  const scale = Array.from({ length: C }, (_, o) =>
    round(p.norm.weight.data[o] / round(Math.sqrt(round(p.norm.variance.data[o] + Math.fround(1e-5))))),
  );
  for (let r = 0; r < H; r++)
    for (let q = 0; q < W; q++)
      for (let o = 0; o < C; o++) {
        let total = x.data[(r * W + q) * C + o];
        for (let k = 8; k >= 0; k--)
          for (let c = C - 1; c >= 0; c--) {
            const [i, j] = [r + Math.floor(k / 3) - 1, q + (k % 3) - 1];
            if (i < 0 || j < 0 || i >= H || j >= W || k === drop) continue;
            const w = round(p.conv.weight.data[(k * C + c) * C + o] * scale[o]);
            total = round(total + round(x.data[(i * W + j) * C + c] * w));
          }
        const shift = round(round(-p.norm.mean.data[o] * scale[o]) + p.norm.bias.data[o]);
        y[(r * W + q) * C + o] = Math.max(0, round(total + shift));
      }
  return { shape: x.shape, data: y };
}

const first = ({ shape: [n, h, w, c], data }: Tensor): Tensor => {
  const moved = data.slice();
  for (let p = 0; p < h * w; p++) for (let k = 0; k < c; k++) moved[k * h * w + p] = data[p * c + k];
  return { shape: [n, c, h, w], data: moved };
};

describe('what an engine fuses', () => {
  const net = chain({
    block: sum({
      body: chain({
        conv: conv2d({ filters: 8, size: 3, padding: 1, bias: false }),
        norm: frozenNorm({ epsilon: 1e-5 }),
      }),
      skip: identity(),
    }),
    relu: relu(),
  });
  const shape = [1, 5, 6, 8];
  const norm = Object.fromEntries(['weight', 'bias', 'mean', 'variance'].map((name, i) => [name, drawn([8], 50 + i)]));
  norm.variance.data.forEach((value, i) => {
    norm.variance.data[i] = Math.abs(value) + 0.1;
  });
  const conv = { weight: drawn([3, 3, 8, 8], 60) };
  const model = writeOnnx(net, shape, { block: { body: { conv, norm }, skip: {} }, relu: {} });

  test('[enclosure-fused] a norm folded into the weights, a skip that is added first, another order: no failure', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const x = drawn(shape, seed);
      const { nodes } = judge(model, { x: first(x), y: first(fused(x, { conv, norm })) });
      expect(nodes.at(-1)).toMatchObject({
        verdict: 'pass',
        through: ['block.body.conv', 'block.body.norm', 'block.skip', 'block'],
      });
      expect(nodes.at(-1)?.margin).toBeGreaterThan(0.001);
    }
  });

  test('[enclosure-fused] [judge-piece] a tap that is left out fails as a piece, and names its nodes', () => {
    const x = drawn(shape, 9);
    const { first: found, clean } = judge(model, { x: first(x), y: first(fused(x, { conv, norm }, 4)) });
    expect([clean, found?.node.through]).toEqual([
      false,
      ['block.body.conv', 'block.body.norm', 'block.skip', 'block'],
    ]);
  });
});

test('[enclosure-precision] operands in bfloat16 fail, are explained, and pass when they are declared', () => {
  const layer = conv2d({ filters: 4, size: 3, padding: 1 });
  const shape = [1, 6, 5, 3];
  const params = initialize(layer, shape, { seed: 3 });
  const narrow = ({ shape: own, data }: Tensor): Tensor => ({
    shape: own,
    data: data.map((each) => fromBfloat16(toBfloat16(each))),
  });
  const x = drawn(shape, 4);
  const theirs = layer.forward(narrow(x), { ...params, weight: narrow(params.weight as Tensor) });
  const model = writeOnnx(layer, shape, params);
  const activations = { x: first(x), y: first(theirs) };
  const { nodes } = judge(model, activations);
  expect(nodes[0]).toMatchObject({ verdict: 'fail', explanation: { text: 'operands rounded to bfloat16' } });
  expect(judge(model, activations, { precision: { operands: 'bfloat16' } }).nodes[0].verdict).toBe('pass');
  expect(judge(model, activations, { precision: { operands: 'tf32' } }).nodes[0].verdict).toBe('fail');
});
