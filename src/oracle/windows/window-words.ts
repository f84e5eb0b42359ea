// The attributes of windows as each dialect writes them, and the nearest windowed case that it can say.
// Spec dialect-attributes, dialect-cases.

import type { Attributes } from '../../layer/layer.ts';
import type { Dialect, Layout } from '../dialect.ts';
import { axesOf, isSame, type WindowedCase } from './case.ts';

export type Pads = readonly (readonly [before: number, after: number])[];
type Axes = (c: WindowedCase) => readonly { readonly before: number; readonly after: number }[];

/** Padding as numbers, whatever word stands for it: one pair per axis, of a transposed convolution those cut off. */
export function numbersOf(c: WindowedCase, axes: Axes = axesOf): Pads {
  if (c.padding === 'valid') return c.size.map(() => [0, 0] as const);
  if (typeof c.padding !== 'string') return c.padding;
  return axes(c).map(({ before, after }) => [before, after] as const);
}

/** The letters of a layout, the spatial axes as one. */
export const lettersOf = ({ x }: Required<Layout>): readonly string[] => x.match(/HW|./g)!;

/** How each dialect writes size, stride, padding and dilation; `axes` are those that `same` pads. */
export const windowWords = (axes: Axes = axesOf) => ({
  /** VALID says more than it seems: ONNX rounds it down whatever ceil_mode says, so zeros are written there. */
  onnx(c: WindowedCase): Attributes {
    const words = { valid: 'VALID', 'same-upper': 'SAME_UPPER', 'same-lower': 'SAME_LOWER' } as const;
    const common = { kernel_shape: c.size, strides: c.stride, dilations: c.dilation };
    if (typeof c.padding === 'string' && !(c.padding === 'valid' && c.ceil))
      return { ...common, auto_pad: words[c.padding] };
    const numbers = numbersOf(c, axes);
    return { ...common, auto_pad: 'NOTSET', pads: [0, 1].flatMap((side) => numbers.map((pair) => pair[side])) };
  },
  torch: (c: WindowedCase): Attributes => ({
    kernel_size: c.size,
    stride: c.stride,
    padding: c.padding === 'same-upper' ? 'same' : numbersOf(c, axes).map(([before]) => before),
  }),
  tensorflow(c: WindowedCase, layout: Required<Layout>): Attributes {
    const numbers = lettersOf(layout).flatMap((axis) => (axis === 'HW' ? numbersOf(c, axes) : [[0, 0] as const]));
    const padding = typeof c.padding !== 'string' ? numbers : c.padding === 'valid' ? 'VALID' : 'SAME';
    /** `NWC`, `NHWC`, `NDHWC`, or with the channels elsewhere. */
    const format = layout.x.replace('HW', 'DHW'.slice(-c.space.length));
    return { strides: c.stride, padding, data_format: format };
  },
  webnn: (c: WindowedCase): Attributes => ({
    padding: numbersOf(c, axes).flat(),
    strides: c.stride,
    dilations: c.dilation,
  }),
  caffe: (c: WindowedCase) => ({ stride: c.stride, pad: numbersOf(c, axes).map(([before]) => before) }),
});

/** How each dialect writes a convolution, depthwise and transposed ones among them. */
export function convolutionWords(axes: Axes = axesOf) {
  const window = windowWords(axes);
  return {
    onnx: (c: WindowedCase): Attributes => ({ ...window.onnx(c), group: c.groups }),
    torch: (c: WindowedCase): Attributes => ({ ...window.torch(c), dilation: c.dilation, groups: c.groups }),
    tensorflow: (c: WindowedCase, layout: Required<Layout>): Attributes => ({
      ...window.tensorflow(c, layout),
      dilations: c.dilation,
    }),
    webnn: (c: WindowedCase, { x, weight }: Required<Layout>): Attributes => ({
      ...window.webnn(c),
      groups: c.groups,
      inputLayout: x.toLowerCase(),
      filterLayout: weight.toLowerCase(),
    }),
    caffe: (c: WindowedCase): Attributes => ({
      num_output: c.groups * c.filters,
      bias_term: c.bias,
      kernel_size: c.size,
      ...window.caffe(c),
      dilation: c.dilation,
      group: c.groups,
    }),
  };
}

/** What a dialect lets a family say of its windows. */
export interface Sayable {
  /** The axes that `same` pads. */
  readonly axes?: Axes;
  /** Whether `same` is a word where it is one at stride 1 alone. */
  readonly hasSameAtStride1?: boolean;
  /** The cells that may be padded on a side of an axis with a window of this size. */
  readonly most?: (dialect: Dialect, size: number) => number;
  /** What else must be otherwise. */
  readonly change?: (dialect: Dialect, c: WindowedCase) => Partial<WindowedCase>;
}

/** A possible case as the dialect can say it; the same object if it already can. Spec dialect-cases. */
export function nearestWindow(family: Sayable, dialect: Dialect, c: WindowedCase): WindowedCase {
  const { limits, conventions } = dialect;
  const isStiff = !limits.strideWithDilation && c.stride.some((n) => n > 1) && c.dilation.some((n) => n > 1);
  const said = {
    ...c,
    ...(isStiff && { dilation: withoutGaps(c) }),
    ...(conventions.ceil === 'none' && { ceil: false }),
    ...family.change?.(dialect, c),
  };
  const changed = { ...said, ...paddingIn(family, dialect, said) };
  return JSON.stringify(changed) === JSON.stringify(c) ? c : changed;
}

export const withoutGaps = ({ dilation }: WindowedCase): number[] => dilation.map(() => 1);

/** The padding that can be said. `same` as numbers has no need of ceil, which the word overrules. */
function paddingIn(family: Sayable, dialect: Dialect, c: WindowedCase): Partial<WindowedCase> {
  const { axes, most = () => Infinity } = family;
  const { limits } = dialect;
  const { padding } = c;
  if (padding === 'valid' || hasWord(family, dialect, c)) return { padding };
  if (!limits.numbers.includes(c.op)) {
    const none = typeof padding !== 'string' && padding.flat().every((cells) => cells === 0);
    return { padding: none ? 'valid' : 'same-upper' };
  }
  const numbers = numbersOf(c, axes).map(([before, after], i) => {
    const sides = [before, limits.sides === 'equal' ? before : after];
    const [a, b] = sides.map((cells) => Math.min(cells, most(dialect, c.size[i])));
    return [a, b] as const;
  });
  return { padding: numbers, ...(typeof padding === 'string' && { ceil: false }) };
}

function hasWord({ hasSameAtStride1 }: Sayable, { limits: { same } }: Dialect, c: WindowedCase): boolean {
  if (!isSame(c)) return false;
  if (c.padding === 'same-lower') return same === 'upper, lower';
  if (same !== 'upper at stride 1') return same !== 'none';
  return hasSameAtStride1 === true && c.stride.every((n) => n === 1);
}
