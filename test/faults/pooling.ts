// Faults of pools in released engines, each in one line on top of ours. `seen` is a thread that reports it.

import { fromFloat16, toFloat16 } from '../../src/formats/float16.ts';
import type { Tensor } from '../../src/index.ts';
import { eachWindow } from '../../src/reference/pool.ts';
import { threeAxes } from '../../src/window.ts';
import { windowOf } from '../properties/engine.ts';
import { at, build, channels } from '../properties/places.ts';
import { altered, averageBy, averageGradientBy, axesOf, type Call, divisorsOf, maxOver, under } from './altered.ts';
import type { Fault } from './fault.ts';

const mapped = (t: Tensor, f: (value: number) => number): Tensor => build(t.shape, t, (place) => f(at(t, place)));
const tapsOf = ({ layer }: Call): number => windowOf(layer).size.reduce((product, n) => product * n, 1);
const isExplicit = ({ layer }: Call): boolean => !/^same/.test(String(layer.attributes.padding));

/** Every divisor the number of taps. */
const byTaps = (call: Call): Float64Array => divisorsOf(call).fill(tapsOf(call));

/** The divisor corrected at the first and the last window of an axis only. */
function correctedAtTheEdges(call: Call): Float64Array {
  const counts = axesOf(call).map((axis) =>
    Array.from({ length: axis.output }, (_, p) => {
      const over = p === axis.output - 1 ? Math.max(0, p * axis.stride + axis.size - axis.before - axis.input) : 0;
      return axis.size - (p === 0 ? axis.before : 0) - over;
    }),
  );
  return Float64Array.from(counts[0].flatMap((rows) => counts[1].map((columns) => rows * columns)));
}

/** Calls `visit` for every unit of y with the cells of x in its window. */
function eachUnit(call: Call, visit: (unit: number, cells: readonly number[]) => void): void {
  const last = channels(call.x);
  eachWindow({ batch: call.x.shape[0], channels: last, axes: threeAxes(axesOf(call)) }, (row, pixels, image) => {
    const inside = [...pixels].filter((pixel) => pixel >= 0);
    for (let c = 0; c < last; c++)
      visit(
        row + c,
        inside.map((pixel) => image + pixel * last + c),
      );
  });
}

/** The last window to name a cell writes it; the others are lost. */
function assigned(call: Call & { dy: Tensor }): Tensor {
  const dx = build(call.x.shape, call.x, () => 0);
  eachUnit(call, (unit, cells) => {
    const winner = cells.find((cell) => Object.is(call.x.data[cell], call.right.data[unit]));
    if (winner !== undefined && call.dy.data[unit] !== 0) dx.data[winner] = call.dy.data[unit];
  });
  return dx;
}

/** Every cell that equals the maximum of its window gets all of dy. */
function toAllTies(call: Call & { dy: Tensor }): Tensor {
  const dx = build(call.x.shape, call.x, () => 0);
  eachUnit(call, (unit, cells) => {
    for (const cell of cells) if (call.x.data[cell] === call.right.data[unit]) dx.data[cell] += call.dy.data[unit];
  });
  return dx;
}

/** A window sum kept in half precision. */
function inHalf(call: Call): Tensor {
  const { x, right } = call;
  const [rows, columns] = axesOf(call);
  const divisors = divisorsOf(call);
  const half = (value: number): number => fromFloat16(toFloat16(value));
  return build(right.shape, right, ([n, p, q, c]) => {
    let sum = 0;
    for (let i = 0; i < rows.size; i++)
      for (let j = 0; j < columns.size; j++) {
        const cell = [
          p * rows.stride + i * rows.dilation - rows.before,
          q * columns.stride + j * columns.dilation - columns.before,
        ];
        sum = half(sum + at(x, [n, ...cell, c], 0));
      }
    return sum / divisors[p * columns.output + q];
  });
}

const max = '[pool-max] y is the first greatest';
const mean = '[pool-average] [pool-divisor] y is the sum';

// biome-ignore format: a fault is one line over ours
export const poolingFaults: readonly Fault[] = [
  {
    id: 'A01', class: 'identity-init', seen: 'tensorflow/tfjs#4854', what: 'the maximum starts from 0', caughtBy: max,
    engine: altered('maxPool2d', { forward: ({ right }) => mapped(right, (v) => (v < 0 ? 0 : v)) }),
  },
  {
    id: 'A02', class: 'nan-inf', seen: 'tensorflow/tensorflow#2501', what: 'a comparison loses NaN', caughtBy: max,
    engine: altered('maxPool2d', { forward: ({ layer, x }) => layer.forward(mapped(x, (v) => (Number.isNaN(v) ? -Infinity : v)), {}) }),
  },
  {
    id: 'A03', class: 'ceil-size', seen: 'pytorch/pytorch#45357', what: '`ceil` keeps a last window that starts outside', caughtBy: '[window-ceil]',
    engine: altered('maxPool2d', { forward: (call) => (call.layer.attributes.ceil && isExplicit(call) ? maxOver(call, axesOf(call).map((axis) => ({ ...axis, output: Math.ceil((axis.input + axis.before + axis.after - (axis.size - 1) * axis.dilation - 1) / axis.stride) + 1 }))) : call.right) }),
  },
  {
    id: 'A04', class: 'ceil-size', seen: 'mlpack/mlpack#2886', what: '`ceil` is ignored', caughtBy: '[window-ceil]',
    engine: altered('maxPool2d', { forward: (call) => under(call, { ceil: false }) }),
  },
  {
    id: 'A05', class: 'dilation', seen: 'deeplearning4j/nd4j#2518', what: 'dilation counts for the size, not for the taps', caughtBy: max,
    engine: altered('maxPool2d', { forward: (call) => maxOver(call, axesOf(call).map((axis) => ({ ...axis, dilation: 1 }))) }),
  },
  {
    id: 'A06', class: 'axis-swap', seen: 'Maratyszcza/NNPACK#16', what: 'columns step by the stride of the rows', caughtBy: max,
    engine: altered('maxPool2d', { forward: (call) => maxOver(call, axesOf(call).map((axis, _, [rows]) => ({ ...axis, stride: rows.stride }))) }),
  },
  {
    id: 'A07', class: 'fast-path', seen: 'tensorflow/tfjs#5355', what: 'a window of one cell gives 0', caughtBy: max,
    engine: altered('maxPool2d', { forward: (call) => (tapsOf(call) === 1 ? mapped(call.right, () => 0) : call.right) }),
  },
  {
    id: 'A08', class: 'avg-divisor', seen: 'microsoft/onnxruntime#16203', what: 'with padding counted, the overhang of `ceil` counts too', caughtBy: mean,
    engine: altered('avgPool2d', { forward: (call) => (call.layer.attributes.countPadding ? averageBy(call, byTaps(call)) : call.right) }),
  },
  {
    id: 'A09', class: 'avg-divisor', seen: 'sonos/tract#2654', what: 'padding is never counted', caughtBy: '[pool-divisor] padding an average',
    engine: altered('avgPool2d', { forward: (call) => under(call, { countPadding: false }) }),
  },
  {
    id: 'A10', class: 'avg-divisor', seen: 'apache/tvm#1144', what: 'padding is always counted', caughtBy: '[pool-average] a mean keeps constants',
    engine: altered('avgPool2d', { forward: (call) => averageBy(call, byTaps(call)) }),
  },
  {
    id: 'A11', class: 'avg-divisor', seen: 'Tencent/ncnn#924', what: 'the divisor is corrected at the first and last window only', caughtBy: mean,
    engine: altered('avgPool2d', { forward: (call) => (call.layer.attributes.countPadding || windowOf(call.layer).dilation.some((d) => d > 1) ? call.right : averageBy(call, correctedAtTheEdges(call))) }),
  },
  {
    id: 'A12', class: 'batch', seen: 'tensorflow/tflite-micro#3584', what: 'images after the first are never written', caughtBy: '[pool-average] a mean keeps constants',
    engine: altered('avgPool2d', { forward: ({ right }) => build(right.shape, right, (place) => (place[0] > 0 ? 0 : at(right, place))) }),
  },
  {
    id: 'A13', class: 'precision', seen: 'huggingface/candle#3719', what: 'the sum is kept in half precision', caughtBy: '[pool-average] a mean of 4,096 ones',
    engine: altered('avgPool2d', { forward: inHalf }),
  },
  {
    id: 'A45', class: 'gradient', seen: 'FluxML/NNlib.jl#205', what: 'dx is assigned where windows overlap, not added', caughtBy: '[pool-max] [pool-max-gradient]',
    engine: altered('maxPool2d', { gradient: (call) => ({ params: {}, x: assigned(call) }) }),
  },
  {
    id: 'A46', class: 'gradient', seen: 'tensorflow/tensorflow#4886', what: 'a tie gives dy to every maximum', caughtBy: '[pool-max-gradient] a maximum passes',
    engine: altered('maxPool2d', { gradient: (call) => ({ params: {}, x: toAllTies(call) }) }),
  },
  {
    id: 'A47', class: 'avg-divisor', seen: 'tracel-ai/burn#5604', what: 'dx divides by the taps where y divided by the cells inside', caughtBy: '[pool-average] [pool-average-gradient]',
    engine: altered('avgPool2d', { gradient: (call) => ({ params: {}, x: averageGradientBy(call, call.dy, byTaps(call)) }) }),
  },
  {
    id: 'A50', class: 'axis-swap', seen: 'pytorch/pytorch#36820', what: 'windows beyond the shorter side pass nothing on', caughtBy: '[pool-max-gradient] a maximum passes',
    engine: altered('maxPool2d', { gradient: ({ layer, x, dy }) => {
      const shorter = Math.min(dy.shape[1], dy.shape[2]);
      return layer.vjp(x, {})[1](build(dy.shape, dy, (place) => (place[1] < shorter && place[2] < shorter ? at(dy, place) : 0)));
    } }),
  },
];
