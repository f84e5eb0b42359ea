// Random nets: any composition of layers that fits a shape, with parameters and inputs of any class of values.

import fc from 'fast-check';
import type { Layer, Params, Shape, Tensor } from '../../src/index.ts';
import * as t from '../../src/index.ts';
import * as o from '../../src/ops/index.ts';
import { sizeOf } from '../../src/tensor.ts';
import type { PaddingArgument } from '../../src/window.ts';
import { values } from '../kernels/twins.ts';
import { made } from '../layers.ts';

/** A layer of somebody else: the cells of every image in the opposite order. Nothing in it knows of compiling. */
export const reversed: Layer = (() => {
  const { emit: _, ...rest } = t.identity();
  const turn = (x: Tensor): Tensor => {
    const y = t.tensor(x.shape, x.data);
    const size = x.data.length / x.shape[0];
    for (let n = 0; n < x.shape[0]; n++) y.data.subarray(n * size, (n + 1) * size).reverse();
    return y;
  };
  return { ...rest, name: 'reversed', forward: turn, vjp: (x) => [turn(x), (dy) => ({ x: turn(dy), params: {} })] };
})();

/** Draws the next number below `n`. */
type Pick = (n: number) => number;

const convs = [t.conv1d, t.conv2d, t.conv3d];
const depthwise = [t.depthwiseConv1d, t.depthwiseConv2d, t.depthwiseConv3d];
const transposed = [t.convTranspose1d, t.convTranspose2d, t.convTranspose3d];
const maxPools = [t.maxPool1d, t.maxPool2d, t.maxPool3d];
const avgPools = [t.avgPool1d, t.avgPool2d, t.avgPool3d];

function operator(pick: Pick, rank: number): Layer {
  const size = Array.from({ length: rank }, () => 1 + pick(3));
  const window = {
    size,
    stride: 1 + pick(2),
    padding: [0, 'same', 'same-lower', 1, Array.from({ length: rank }, () => [pick(3), pick(3)] as const)][
      pick(5)
    ] as PaddingArgument,
    dilation: 1 + (pick(4) === 0 ? 1 : 0),
  };
  const algorithm = (['auto', 'direct', 'im2col', 'winograd'] as const)[pick(4)];
  const bias = pick(2) === 0;
  const makers: (() => Layer)[] = [
    () => convs[rank - 1]({ ...window, filters: 1 + pick(18), bias, algorithm }),
    () => convs[rank - 1]({ ...window, filters: 2 * (1 + pick(5)), groups: 2, algorithm }),
    () => convs[rank - 1]({ size: 3, padding: 1, filters: 1 + pick(9), algorithm: 'winograd' }),
    () => depthwise[rank - 1]({ ...window, multiplier: 1 + (pick(3) >> 1), bias }),
    () => transposed[rank - 1]({ ...window, filters: 1 + pick(9), bias }),
    () => maxPools[rank - 1]({ ...window, ceil: pick(2) === 0 }),
    () => avgPools[rank - 1]({ ...window, countPadding: pick(2) === 0 }),
    () => t.relu(),
    () => t.relu(),
    () => t.frozenNorm(),
    () => t.identity(),
    () => reversed,
    () => t.leakyRelu(),
    () => t.lrn({ size: 1 + pick(6), alpha: pick(3) / 2, beta: pick(4) / 2 }),
    () => t.dropout({ rate: 0.5, seed: pick(9) }),
    () => o.clip({ min: -1, max: pick(6) }),
    () => o.hardSigmoid({ alpha: 1 / (1 + pick(6)) }),
    () =>
      o.pad({
        padding: Array.from({ length: rank }, () => [pick(4) - 1, pick(4) - 1] as const),
        mode: (['constant', 'reflect', 'edge', 'wrap'] as const)[pick(4)],
        value: pick(3),
      }),
    () =>
      o.upsample({
        scale: Array.from({ length: rank }, () => (1 + pick(5)) / 2),
        mode: (['nearest', 'linear'] as const)[pick(2)],
        coordinates: (['half-pixel', 'align-corners', 'asymmetric'] as const)[pick(3)],
      }),
    ...made.map(
      ({ layer }) =>
        () =>
          layer,
    ),
  ];
  return makers[pick(makers.length)]();
}

/** A net that keeps every axis but the channels, of which it makes `filters`. */
const keeping = (pick: Pick, rank: number, filters: number): Layer =>
  t.chain([
    ...(pick(2) === 0 ? [t.relu()] : []),
    convs[rank - 1]({ filters, size: 1 + 2 * pick(2), padding: 'same', bias: pick(2) === 0 }),
    ...[[t.relu()], [t.frozenNorm(), t.relu()], [reversed], []][pick(4)],
  ]);

function branches(pick: Pick, shape: Shape): Layer {
  const [rank, C] = [shape.length - 2, shape[shape.length - 1]];
  const parts = Array.from({ length: 1 + pick(3) }, () => {
    if (pick(3) === 0) return t.identity();
    if (pick(4) === 0) return maxPools[rank - 1]({ size: 3, stride: 1, padding: 1 });
    return keeping(pick, rank, C);
  });
  if (pick(3) === 0) {
    const gate = t.chain([
      t.globalAvgPool({ keep: true }),
      convs[rank - 1]({ filters: pick(2) === 0 ? 1 : C, size: 1 }),
    ]);
    return o.product([...parts, gate, ...(pick(2) === 0 ? [convs[rank - 1]({ filters: 1, size: 1 })] : [])]);
  }
  if (pick(2) === 0) return t.sum(parts);
  return t.concat([...parts, ...(pick(2) === 0 ? [keeping(pick, rank, 1 + pick(9))] : [])]);
}

function head(pick: Pick): Layer[] {
  const flat = [[t.flatten()], [t.globalAvgPool()], [t.globalMaxPool()], [t.flatten(), t.relu(), t.flatten()]][pick(4)];
  const two = t.concat([t.dense({ units: 3 }), t.identity(), t.chain([t.dense({ units: 9 }), t.relu()])]);
  return [...flat, ...[[], [t.dense({ units: 1 + pick(9) })], [two, t.relu()], [t.softmax()]][pick(4)]];
}

/** A net for the shape, as long as the choices last; what does not fit is left out. */
function netOf(choices: readonly number[], shape: Shape): Layer {
  let next = 0;
  const pick: Pick = (n) => choices[next++ % choices.length] % n;
  const layers: Layer[] = [];
  let [x, cost] = [shape, 0];
  const add = (layer: Layer): void => {
    try {
      const y = layer.shape(x);
      cost += layer.cost(x);
      if (sizeOf(y) > 4000 || cost > 3e5) return;
      layers.push(layer);
      x = y;
    } catch (error) {
      if (!(error instanceof t.SpecError)) throw error;
    }
  };
  while (next < choices.length) {
    if (pick(3) === 0) add(branches(pick, x));
    else add(operator(pick, shape.length - 2));
  }
  if (pick(2) === 0) for (const layer of head(pick)) add(layer);
  return t.chain(layers);
}

type Fill = (length: number) => Float32Array;

/** Parameters of a layer; variances are not negative. */
export function paramsOf(shapes: Params<Shape>, fill: Fill, name = ''): Params<Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([each, value]) => {
      if (!Array.isArray(value)) return [each, paramsOf(value as Params<Shape>, fill, `${name}.${each}`)];
      const data = fill(sizeOf(value));
      return [each, t.tensor(value, each === 'variance' ? data.map(Math.abs) : data)];
    }),
  );
}

export interface Example {
  readonly net: Layer;
  readonly shape: Shape;
  readonly params: Params<Tensor>;
  readonly x: Tensor;
  readonly other: Tensor;
}

export const examples: fc.Arbitrary<Example> = fc
  .record({
    space: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
    batch: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 10 }),
    choices: fc.array(fc.nat(999), { minLength: 3, maxLength: 60 }),
    fills: fc.tuple(values, values, values),
  })
  .map(({ space, batch, channels, choices, fills: [ofParams, ofX, ofOther] }) => {
    const shape = [batch, ...space, channels];
    const net = netOf(choices, shape);
    const params = paramsOf(net.params(shape), ofParams);
    return {
      net,
      shape,
      params,
      x: t.tensor(shape, ofX(sizeOf(shape))),
      other: t.tensor(shape, ofOther(sizeOf(shape))),
    };
  });
