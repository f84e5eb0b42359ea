// Layouts: tensors with their axes in another order. Spec oracle-layout.

import { known } from '../../attributes.ts';
import { type Axes, axesOf, readOrder, rearranged } from '../../axes.ts';
import { SpecError, show } from '../../errors.ts';
import { type Data, type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Layout } from '../dialect.ts';
import type { LayoutKey } from '../family.ts';

export const ownLayout: Required<Layout> = {
  x: 'NHWC',
  weight: 'HWIO',
  depthwise: 'HWIO',
  grouped: 'HWIO',
  transposed: 'HWOI',
  dense: 'IO',
};

/** Where a weight has its groups if the layout does not say: with the filters, of a transposed convolution with the channels of x. */
const groupedWith: Readonly<Record<string, string>> = { weight: 'O', grouped: 'O', transposed: 'I' };

/** What follows from the layout of a weight for those that are not declared. */
const derived = (weight: string): Pick<Required<Layout>, 'depthwise' | 'grouped' | 'transposed' | 'dense'> => ({
  depthwise: weight.replace(/[G()]/g, ''),
  grouped: weight,
  // In a transposed convolution I are the channels of x, and O the filters: the axes of the convolution exchanged.
  transposed: weight.replace(/[IO]/g, (axis) => (axis === 'I' ? 'O' : 'I')),
  dense: weight.replace(/[HWG()]/g, ''),
});

/** Spec oracle-layout: a permutation of the letters, H and W side by side; what is not declared is that of the dialect. */
export function readLayout(layout: Layout = {}, dialect: Required<Layout> = ownLayout): Required<Layout> {
  const given = known('engine.layout', layout, Object.keys(ownLayout), 'tensors', 'oracle-layout');
  const weight = given.weight === undefined ? dialect.weight : readWeight('weight', given.weight);
  const declared = { ...dialect, ...(given.weight !== undefined && derived(weight)), ...given, weight };
  const plain = (what: 'x' | 'depthwise' | 'dense'): string =>
    readOrder('oracle-layout', `engine: layout.${what}`, declared[what], ownLayout[what]);
  return {
    x: plain('x'),
    weight,
    depthwise: declared.depthwise === 'HWIM' ? 'HWIM' : readDepthwise(declared.depthwise),
    grouped: readWeight('grouped', declared.grouped),
    transposed: readWeight('transposed', declared.transposed),
    dense: plain('dense'),
  };
}

function readDepthwise(value: unknown): string {
  try {
    return readOrder('oracle-layout', 'engine: layout.depthwise', value, ownLayout.depthwise);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(
      'oracle-layout',
      `engine: layout.depthwise must be a permutation of 'HWIO' that holds 'HW', or 'HWIM', got ${show(value)}`,
    );
  }
}

/** Also with the groups on an axis of their own, `GHWIO`, or beside others than usual, `HW(GI)O`. */
function readWeight(what: 'weight' | 'grouped' | 'transposed', value: unknown): string {
  const letters = typeof value === 'string' ? value.replace(/\((G[IO])\)/, '$1') : '';
  const sorted = [...letters].sort().join('');
  const isRight = (sorted === 'HIOW' || sorted === 'GHIOW') && letters.includes('HW');
  if (isRight && !/[()]/.test(letters)) return value as string;
  throw new SpecError(
    'oracle-layout',
    `engine: layout.${what} must be a permutation of 'HWIO' that holds 'HW', perhaps with G for the groups, alone or as (GI) or (GO), got ${show(value)}`,
  );
}

/** The axes of a tensor in letters, groups among them, for so many spatial axes. */
function axesIn(key: LayoutKey, letters: string, space: number): Axes {
  const side = groupedWith[key];
  const whole = side !== undefined && !letters.includes('G') ? letters.replace(side, `(G${side})`) : letters;
  return axesOf(whole, whole.match(/HW|\(\w+\)|\w/g)!.length - 1 + space);
}

/** Ours and theirs; undefined where all engines agree. */
const axesFor = (
  key: LayoutKey,
  layout: Required<Layout>,
  space: number,
): readonly [ours: Axes, theirs: Axes] | undefined =>
  key === 'none' ? undefined : [axesIn(key, ownLayout[key], space), axesIn(key, layout[key], space)];

/** What a conversion must know of the case: the channels of x, and the groups. */
export interface Counts {
  readonly channels: number;
  readonly groups: number;
}

/** A tensor of ours in their layout. */
export function toTheirs(
  key: LayoutKey,
  tensor: Tensor,
  layout: Required<Layout>,
  { channels, groups }: Counts,
): Tensor {
  const { shape, data } = tensor;
  if (key === 'depthwise' && layout.depthwise === 'HWIM')
    return { shape: [...shape.slice(0, -2), channels, shape.at(-1)! / channels], data };
  const found = axesFor(key, layout, shape.length - 2);
  return found ? rearranged(tensor, ...found, { G: groups })! : tensor;
}

/** A tensor of theirs in our layout, which has so many axes; what is no such tensor comes back as it is, for the verdict to see. */
export function toOurs(
  key: LayoutKey,
  value: unknown,
  layout: Required<Layout>,
  rank: number,
  { channels, groups }: Counts,
): unknown {
  const tensor = value as Tensor;
  const isTensor =
    typeof value === 'object' && value !== null && Array.isArray(tensor.shape) && ArrayBuffer.isView(tensor.data);
  if (!isTensor || !holds(tensor.shape, tensor.data)) return value;
  if (key === 'depthwise' && layout.depthwise === 'HWIM') {
    const [C, M] = tensor.shape.slice(-2);
    return tensor.shape.length === rank && C === channels
      ? { shape: [...tensor.shape.slice(0, -2), 1, C * M], data: tensor.data }
      : value;
  }
  const found = axesFor(key, layout, rank - 2);
  return (found && rearranged(tensor, found[1], found[0], { G: groups })) ?? value;
}

const holds = (shape: Shape, data: Data): boolean => data.length === sizeOf(shape);

/** `NCHW`, `NCW` or `NCDHW`: the order of the axes of a tensor with so many spatial ones, as people write it. */
export const inLetters = (letters: string, space: number): string => letters.replace('HW', 'DHW'.slice(3 - space));
