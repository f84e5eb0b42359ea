// Locally connected layers: convolutions whose positions have weights of their own.

import type { Layer } from '../../layer/layer.ts';
import { locallyConnected1d, locallyConnected2d } from '../../ops/local.ts';
import { localInputGrad, localWeightGrad } from '../../reference/local.ts';
import { contractionBound, contractionGradientBounds } from '../bounds/contraction.ts';
import { absent } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { zeroFactorMistakes } from '../mistakes/zero-factors.ts';
import { geometryOf, type WindowedCase } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { ungroupedAxes, windowAxes } from '../windows/large-axes.ts';
import { corners, smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { byLayer, gradientsOf, type WindowSetting } from '../windows/setting.ts';
import { layouts } from './common.ts';

const plain: Partial<WindowRanges> = { groups: [1, 1], dilation: [1, 1], space: [1, 6] };
const ranges: readonly Partial<WindowRanges>[] = [
  ...corners.map((each) => ({ ...each, dilation: [1, 1] as const, space: [3, 6] as const })),
  {},
  { channels: [5, 9], size: [1, 3] },
  { filters: [5, 9], size: [1, 2] },
  { bias: [1, 1], filters: [2, 4] },
  { values: ['real'] },
  { values: ['nan'] },
];

/** A bias for every unit, as if it were another's. */
const bias = (name: string, of: (i: number, s: WindowSetting) => number): WindowMistake => ({
  name: `the bias were ${name}`,
  setting: (s) => (s.b ? { ...s, b: s.b.map((_, i) => s.b![of(i, s)]) } : undefined),
});

const mistakes: readonly WindowMistake[] = [
  bias('that of the first position everywhere', (i, { g }) => i % g.filters),
  bias('that of the first filter for all', (i, { g }) => i - (i % g.filters)),
  {
    name: 'the bias were left out',
    setting: (s) => (s.b ? { ...s, b: s.b.map(() => 0) } : undefined),
  },
  {
    name: 'the channels of the weight were in the other order',
    setting(s) {
      const { channels: C, filters: O } = s.g;
      const other = (i: number): number => {
        const [t, c, o] = [Math.floor(i / O / C), Math.floor(i / O) % C, i % O];
        return (t * C + (C - 1 - c)) * O + o;
      };
      return C > 1 ? { ...s, w: s.w.map((_, i) => s.w[other(i)]) } : undefined;
    },
  },
  {
    name: 'the filters of the weight were in the other order',
    setting(s) {
      const { filters: O } = s.g;
      return O > 1 ? { ...s, w: s.w.map((_, i) => s.w[i - (i % O) + (O - 1 - (i % O))]) } : undefined;
    },
  },
  {
    name: 'the gradient of the weight were averaged over the images',
    gradient(s) {
      const all = gradientsOf(s);
      const { shape, data } = all.weight;
      return { ...all, weight: { shape, data: data.map((d) => d / s.g.batch) } };
    },
  },
];

const moved = (changed: WindowSetting) => gradientsOf(changed);
const rankOf = ({ attributes }: Layer): number => (attributes.size as readonly number[]).length;

export const localFamily = windowFamily({
  place: 23,
  operators: {
    locallyConnected2d: {
      rank: 2,
      make: locallyConnected2d,
      inCall: `filters, size, stride, padding, bias
        weight [taps inside x, c, filters], bias [h, w, filters]`,
    },
    locallyConnected1d: { rank: 1, make: locallyConnected1d },
  },
  tensors: { x: 'x', weight: 'none', bias: 'none', y: 'x', dy: 'x' },
  showsPrecision: true,
  attributes: ({ filters, size, stride, padding, bias }: WindowedCase) => ({ filters, size, stride, padding, bias }),
  written: { filters: 'o', groups: 'one' },
  loops: { geometry: geometryOf, evaluate: byLayer, moved },
  caseOf(layer, { x, bias }) {
    const { size, stride, padding } = layer.attributes as unknown as WindowedCase;
    const { channels, filters } = geometryOf(layer, x.shape);
    const flat = {
      groups: 1,
      dilation: new Array(rankOf(layer)).fill(1),
      ceil: false,
      countPadding: false,
      outputPadding: [],
    };
    return {
      batch: x.shape[0],
      space: x.shape.slice(1, -1),
      channels,
      filters,
      size,
      stride,
      padding,
      bias: bias !== undefined,
      ...flat,
      values: 'given',
    };
  },
  everyday: (rank) =>
    everydayWindows(rank).filter(
      ({ space, size, dilation, channels }) => space[0] < 40 && size[0] <= 5 && dilation[0] === 1 && channels <= 16,
    ),
  ranges: (rank) => windowRanges(rank, plain, ranges),
  small: (rank) => smallRanges(rank, { ...plain, space: [2, 4], filters: [1, 2], channels: [1, 2] }),
  large: (rank) => [...ungroupedAxes, ...windowAxes(rank, 1, false)],
  bounds(layer, operands, profile) {
    const g = geometryOf(layer, operands.x.shape);
    if (!operands.dy) return { y: contractionBound(layer, operands, profile) };
    const loops = {
      x: (dy: Float64Array, w: Float64Array, dx: Float64Array) => localInputGrad(g, dy, w, dx),
      weight: (x: Float64Array, dy: Float64Array, dw: Float64Array) => localWeightGrad(g, x, dy, dw),
    };
    return contractionGradientBounds(loops, operands, profile);
  },
  // Keras had one, whose weights are stored in three other ways; it is gone in Keras 3.
  words: { onnx: absent, torch: absent, tensorflow: absent, webnn: absent, caffe: absent },
  layouts: layouts.x,
  nearest: (_, c) => c,
  mistakes: [...mistakesAbout('output'), ...zeroFactorMistakes, ...mistakes],
});
