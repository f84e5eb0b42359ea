// Faults of convolutions and dense layers in released engines, each in one line on top of ours. `seen` is a thread that
// reports it.

import type { Params, Tensor } from '../../src/index.ts';
import { plus } from '../../src/testing/compare.ts';
import { ours, remake, windowOf } from '../properties/engine.ts';
import { at, build, channels, padded } from '../properties/places.ts';
import { altered, axesOf, type Call, convOver, otherSame, under, weightOf } from './altered.ts';
import type { Fault } from './fault.ts';

const groupsOf = ({ layer }: Call): number => layer.attributes.groups as number;

const withParams = (call: Call, params: Params<Tensor>): Tensor => call.layer.forward(call.x, params);
const withWeight = (call: Call, value: (place: readonly number[]) => number): Tensor =>
  withParams(call, { ...call.params, weight: build(weightOf(call).shape, call.x, value) });

/** y where `keep` says so, elsewhere the bias alone. */
const orBias = ({ params, right }: Call, keep: (place: readonly number[]) => boolean): Tensor =>
  build(right.shape, right, (place) => {
    if (keep(place)) return at(right, place);
    return params.bias ? at(params.bias as Tensor, place.slice(-1)) : 0;
  });

/** The first index of the remainder of a loop over four lanes. */
const tail = (n: number): number => (n > 4 ? n - (n % 4) : n);

const first = (values: unknown): unknown => (values as unknown[])[0];

/** Position of a unit in its image, row-major. */
const positionOf = (place: readonly number[], shape: readonly number[]): number =>
  place.slice(1, -1).reduce((index, p, i) => index * shape[i + 1] + p, 0);

const isPointwise = ({ layer }: Call): boolean => windowOf(layer).size.every((n) => n === 1);

/** Row r of the filter reads r·(dilation − 1) pixels too far on in the padded image. */
function withWrongRowGap(call: Call): Tensor {
  const { size, dilation } = windowOf(call.layer);
  const [rows, gap] = [size[0], dilation[1] - 1];
  const wide = padded(
    call.x,
    axesOf(call).map(({ before, after }) => [before, after] as const),
    0,
  );
  const [, H, W] = wide.shape;
  const valid = remake(ours, call.layer, { padding: 'valid', bias: false });
  const bias =
    'bias' in call.params
      ? build(call.right.shape, call.x, (p) => at(call.params.bias as Tensor, p.slice(-1)))
      : undefined;
  const parts = Array.from({ length: rows }, (_, r) => {
    const moved = build(wide.shape, wide, ([n, i, j, c]) => {
      const flat = i * W + j + r * gap;
      return flat < H * W ? at(wide, [n, Math.floor(flat / W), flat % W, c]) : 0;
    });
    const row = build(weightOf(call).shape, wide, (place) => (place[0] === r ? at(weightOf(call), place) : 0));
    return valid.forward(moved, { weight: row });
  });
  const y = parts.reduce((sum, part) => plus(sum, part));
  return bias ? plus(y, bias) : y;
}

// biome-ignore format: a fault is one line over ours
export const convolutionFaults: readonly Fault[] = [
  {
    id: 'A14', class: 'same-padding', seen: 'microsoft/onnxruntime#9370', what: 'the odd cell of `same` lies on the other side', caughtBy: '[window-same]',
    engine: altered('conv2d', { forward: otherSame }),
  },
  {
    id: 'A15', class: 'same-padding', seen: 'root-project/root#21793', what: '`same` starts half a window before, whatever stride and size', caughtBy: '[window-same]',
    engine: altered('conv2d', { forward: (call) => (typeof call.layer.attributes.padding === 'string' && call.layer.attributes.padding !== 'valid' ? convOver(call, axesOf(call).map((axis) => ({ ...axis, before: axis.size >> 1 }))) : call.right) }),
  },
  {
    id: 'A16', class: 'explicit-padding', seen: 'tracel-ai/burn#5601', what: 'the padding before is used after too', caughtBy: '[window-padding]',
    engine: altered('conv2d', { forward: (call) => (Array.isArray(call.layer.attributes.padding) ? under(call, { padding: call.layer.attributes.padding.map(([before]) => [before, before]) }) : call.right) }),
  },
  {
    id: 'A17', class: 'axis-swap', seen: 'tracel-ai/burn#4466', what: 'the dilation of the first axis is used on both', caughtBy: '[window-dilation]',
    engine: altered('conv2d', { forward: (call) => convOver(call, axesOf(call).map((axis, _, [a]) => ({ ...axis, dilation: a.dilation }))) }),
  },
  {
    id: 'A18', class: 'axis-swap', seen: 'mlpack/mlpack#4050', what: 'the stride of the first axis is used on both', caughtBy: '[window-stride]',
    engine: altered('conv2d', { forward: (call) => under(call, { stride: first(call.layer.attributes.stride) }) }),
  },
  {
    id: 'A19', class: 'dilation', seen: 'Tencent/ncnn#75', what: 'the gap between rows of a dilated filter is too wide', caughtBy: '[window-dilation]',
    engine: altered('conv2d', { forward: withWrongRowGap }),
  },
  {
    id: 'A20', class: 'fast-path', seen: 'pytorch/pytorch#54080', what: 'a 1×1 filter becomes a matrix product and forgets the stride', caughtBy: '[conv-forward] [dense-forward] a 1×1',
    engine: altered('conv2d', { forward: (call) => {
      if (!isPointwise(call) || call.layer.attributes.padding !== 'valid') return call.right;
      const all = under(call, { stride: 1 });
      return build(call.right.shape, call.x, (place) => {
        const p = positionOf(place, call.right.shape);
        return at(all, [place[0], Math.floor(p / all.shape[2]), p % all.shape[2], place[3]]);
      });
    } }),
  },
  {
    id: 'A21', class: 'group-mapping', seen: 'pytorch/pytorch#19912', what: 'every group uses the weights of the first', caughtBy: '[conv-groups] groups are convolutions',
    engine: altered('conv2d', { forward: (call) => withWeight(call, ([i, j, c, o]) => at(weightOf(call), [i, j, c, o % (channels(call.right) / groupsOf(call))])) }),
  },
  {
    id: 'A22', class: 'bias', seen: 'robertknight/rten#1408', what: 'every group adds the bias of the first', caughtBy: '[conv-bias]',
    engine: altered('conv2d', { forward: (call) => (call.params.bias ? withParams(call, { ...call.params, bias: build([channels(call.right)], call.x, ([o]) => at(call.params.bias as Tensor, [o % (channels(call.right) / groupsOf(call))])) }) : call.right) }),
  },
  {
    id: 'A23', class: 'channel-tail', seen: 'modular/modular#6248', what: 'channels are added four at a time, the rest dropped', caughtBy: '[conv-forward] the channels of x',
    engine: altered('conv2d', { forward: (call) => withWeight(call, (place) => (place[2] < tail(weightOf(call).shape[2]) ? at(weightOf(call), place) : 0)) }),
  },
  {
    id: 'A24', class: 'spatial-tail', seen: 'Tencent/ncnn#1014', what: 'positions are done four at a time, the last keep the bias', caughtBy: '[window-stride]',
    engine: altered('conv2d', { forward: (call) => orBias(call, (place) => positionOf(place, call.right.shape) < tail(call.right.shape[1] * call.right.shape[2])) }),
  },
  {
    id: 'A25', class: 'layout', seen: 'apache/tvm#3562', what: 'weights are read with filters before channels', caughtBy: '[conv-forward] the channels of x',
    engine: altered('conv2d', { forward: (call) => withWeight(call, ([i, j, c, o]) => {
      const [, w, C, O] = weightOf(call).shape;
      return weightOf(call).data[((i * w + j) * O + o) * C + c];
    }) }),
  },
  {
    id: 'A26', class: 'nan-inf', seen: 'tracel-ai/burn#5385', what: 'padding is multiplied: 0·∞ makes a NaN at the border', caughtBy: '[numerics-padding]',
    engine: altered('conv2d', { forward: (call) => remake(ours, call.layer, { padding: 'valid' }).forward(padded(call.x, axesOf(call).map(({ before, after }) => [before, after] as const), 0), call.params) }),
  },
  {
    id: 'A27', class: 'group-mapping', seen: 'alibaba/MNN#532', what: 'the filters of all channels come before the next filter of each', caughtBy: '[conv-depthwise]',
    engine: altered('depthwiseConv2d', { forward: ({ layer, x, right }) => build(right.shape, right, (place) => {
      const [o, C] = [place[3], channels(x)];
      return at(right, [...place.slice(0, 3), (o % C) * (layer.attributes.multiplier as number) + Math.floor(o / C)]);
    }) }),
  },
  {
    id: 'A28', class: 'same-padding', seen: 'tensorflow/tfjs#6629', what: 'the negative total of `same` wraps: every tap is padding', caughtBy: '[window-same]',
    engine: altered('depthwiseConv2d', { forward: (call) => orBias(call, () => !/^same/.test(String(call.layer.attributes.padding)) || isPointwise(call) || axesOf(call).every((axis) => (axis.output - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1 >= axis.input)) }),
  },
  {
    id: 'A29', class: 'dilation', seen: 'tensorflow/tfjs#6263', what: 'the 3×3 kernel is taken although dilated, and adds nothing', caughtBy: '[window-dilation]',
    engine: altered('depthwiseConv2d', { forward: (call) => orBias(call, () => !axesOf(call).every((axis) => axis.size === 3 && axis.dilation > 1)) }),
  },
  {
    id: 'A42', class: 'channel-tail', seen: 'Maratyszcza/NNPACK#43', what: 'rows are done four at a time, the last keep the bias', caughtBy: '[dense-forward] each row',
    engine: altered('dense', { forward: (call) => orBias(call, ([n]) => n < tail(call.x.shape[0])) }),
  },
  {
    id: 'A43', class: 'gradient', seen: 'ml-explore/mlx#1449', what: 'dx with the filter not turned round', caughtBy: '[conv-forward] [conv-input-gradient]',
    engine: altered('conv2d', { gradient: (call, right) => {
      const w = weightOf(call);
      const turned = build(w.shape, w, ([i, j, ...rest]) => at(w, [w.shape[0] - 1 - i, w.shape[1] - 1 - j, ...rest]));
      return { ...right, x: call.layer.vjp(call.x, { ...call.params, weight: turned })[1](call.dy).x };
    } }),
  },
  {
    id: 'A44', class: 'gradient', seen: 'sebgao/cTensor#3', what: 'dw averaged over images and positions', caughtBy: '[conv-forward] [conv-input-gradient]',
    engine: altered('conv2d', { gradient: ({ dy }, { x, params }) => {
      const dw = params.weight as Tensor;
      return { x, params: { ...params, weight: build(dw.shape, dw, (place) => at(dw, place) / (dy.data.length / channels(dy))) } };
    } }),
  },
  {
    id: 'A48', class: 'gradient', seen: 'tracel-ai/burn#4806', what: 'dx without the rows that no window reached', caughtBy: '[conv-forward] [conv-input-gradient]',
    engine: altered('conv2d', { gradient: (call, right) => {
      const reached = axesOf(call).map((axis) => Math.min(axis.input, (axis.output - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1 - axis.before - axis.after));
      return { ...right, x: build([call.x.shape[0], ...reached.map((n) => Math.max(1, n)), channels(call.x)], call.x, (place) => at(right.x, place)) };
    } }),
  },
  {
    id: 'A49', class: 'layout', seen: 'PaddlePaddle/Paddle#20704', what: 'db summed as if channels came first', caughtBy: '[conv-bias-gradient]',
    engine: altered('conv2d', { gradient: ({ dy }, { x, params }) => {
      if (!params.bias) return { x, params };
      const [, h, w, O] = dy.shape;
      const bias = build([O], dy, () => 0);
      dy.data.forEach((value, i) => { bias.data[Math.floor(i / (h * w)) % O] += value; });
      return { x, params: { ...params, bias } };
    } }),
  },
  {
    id: 'A54', class: 'channel-tail', seen: 'webonnx/wonnx#34', what: 'filters are done four at a time, the last keep the bias', caughtBy: '[conv-forward] [conv-filters]',
    engine: altered('conv2d', { forward: (call) => orBias(call, (place) => place[3] < tail(channels(call.right))) }),
  },
];
