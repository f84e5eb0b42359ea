// The smallest case cut out of a wrong node: one window, one filter, one image, with the engine's own numbers. Spec judge-finding.
//
//   a window that hangs over the border keeps as many cells of padding as hang over, on both sides

import { SpecError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import type { Bound } from '../oracle/bounds/bound.ts';
import type { Case, Operands } from '../oracle/case.ts';
import { caseId, parseCaseId } from '../oracle/cases/id.ts';
import { familyOf } from '../oracle/families/index.ts';
import { indexAt, placeOf } from '../places.ts';
import { isList } from '../reading.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { type Axis, type Window, windowAxes } from '../window.ts';

/** A wrong node as a question of the oracle, channels last. */
export interface Asked {
  readonly layer: Layer;
  readonly operands: Operands;
  readonly bound: Bound;
  readonly theirs: Tensor;
  /** Places of wrong numbers, the first ones. */
  readonly wrong: readonly (readonly number[])[];
}

export interface CutCase {
  /** For `toeplitz check ENGINE --case ID`. */
  readonly id: string;
  /** What this number must be, how far off it may be, and what the engine gave in the model. */
  readonly expected: number;
  readonly bound: number;
  readonly got: number;
}

/** Numbers that are written into an id. */
const MOST = 600;

type Cut = { readonly layer: Layer; readonly operands: Operands };

/** Tried for the first wrong numbers, of which one may have a smaller window at a border. */
const TRIED = 20;

export function cutCase(asked: Asked): CutCase | undefined {
  const { bound, theirs, wrong } = asked;
  let best: { readonly size: number; readonly found: CutCase } | undefined;
  for (const place of wrong.slice(0, TRIED)) {
    const cut = cutAt(asked, place);
    const tensors = cut && (Object.values(cut.operands) as Tensor[]);
    const size = tensors?.reduce((all, { data }) => all + data.length, 0) ?? Number.POSITIVE_INFINITY;
    if (cut === undefined || size > MOST || size >= (best?.size ?? Number.POSITIVE_INFINITY)) continue;
    const i = indexAt(theirs.shape, place);
    const [expected, error, got] = [bound.value[i], bound.error[i], theirs.data[i]];
    const own = familyOf(cut.layer.name).bounds(cut.layer, cut.operands, {}).y;
    // A case that wants another number is another question.
    if (own.value.length !== 1 || Math.abs(own.value[0] - expected) > own.error[0] + error) continue;
    const id = idOf(cut, 'given');
    if (id !== undefined) best = { size, found: { id, expected, bound: error, got } };
  }
  return best?.found;
}

/** The node as a case with numbers drawn anew. */
export const geometryCase = ({ layer, operands }: Asked): string | undefined => idOf({ layer, operands }, 'exact');

function idOf({ layer, operands }: Cut, values: 'given' | 'exact'): string | undefined {
  const family = familyOf(layer.name);
  const tensors = Object.entries(operands) as [string, Tensor][];
  const c: Case = {
    ...family.caseOf(layer, operands),
    op: layer.name,
    gradient: false,
    ...(values === 'given'
      ? { values, seed: 0, given: Object.fromEntries(tensors.map(([name, { data }]) => [name, [...data]])) }
      : { values, seed: 1 }),
  };
  try {
    const id = caseId(c);
    parseCaseId(id);
    return id;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return undefined; // no case that can be asked: a number that is not finite, or no case at all
  }
}

function cutAt({ layer, operands }: Asked, place: readonly number[]): Cut | undefined {
  const [n, o] = [place[0], place[place.length - 1]];
  const { x, weight, bias } = operands;
  if (layer.attributes.units !== undefined) return denseAt(layer, operands, n, o);
  const { size, stride, padding, dilation, ceil = false } = layer.attributes as unknown as Window;
  const { over } = familyOf(layer.name).structure(layer.name) ?? {};
  if (!isList(size) || !isList(stride) || over === 'y') return undefined; // no windows over x
  const axes = windowAxes(layer.name, { size, stride, padding, dilation, ceil }, x.shape.slice(1, -1));
  const spans = axes.map((axis, i) => spanOf(axis, place[i + 1]));
  if (spans.some(({ to, from }) => to <= from)) return undefined;
  const shape: Shape = [1, ...spans.map(({ from, to }) => to - from), 1];
  const pads = spans.map(({ before, after }) => [before, after] as const);
  if (weight === undefined)
    return {
      layer: layer.with({ attributes: { padding: pads, ceil: false } }),
      operands: { x: part(x, shape, [n, ...spans.map(({ from }) => from), o]) },
    };
  const [channels, filters] = weight.shape.slice(-2);
  const groups = x.shape[x.shape.length - 1] / channels;
  const group = Math.floor(o / (filters / groups));
  const attributes =
    'multiplier' in layer.attributes ? { multiplier: 1, padding: pads } : { filters: 1, groups: 1, padding: pads };
  const own = part(x, [...shape.slice(0, -1), channels], [n, ...spans.map(({ from }) => from), group * channels]);
  const w = part(weight, [...size, channels, 1], [...size.map(() => 0), 0, o]);
  return {
    layer: layer.with({ attributes }),
    operands: { x: own, weight: w, ...(bias && { bias: part(bias, [1], [o]) }) },
  };
}

/** The cells under a window, and what hangs over. */
function spanOf({ input, stride, size, dilation, before }: Axis, p: number) {
  const start = p * stride - before;
  const end = start + (size - 1) * dilation + 1;
  return {
    from: Math.max(0, start),
    to: Math.min(input, end),
    before: Math.max(0, -start),
    after: Math.max(0, end - input),
  };
}

function denseAt(layer: Layer, { x, weight, bias }: Operands, n: number, o: number): Cut {
  const [, channels] = x.shape;
  return {
    layer: layer.with({ attributes: { units: 1 } }),
    operands: {
      x: part(x, [1, channels], [n, 0]),
      weight: part(weight as Tensor, [channels, 1], [0, o]),
      ...(bias && { bias: part(bias, [1], [o]) }),
    },
  };
}

/** A block of a tensor from a place on. */
function part({ shape, data }: Tensor, size: Shape, start: readonly number[]): Tensor {
  const cut = new Float32Array(sizeOf(size));
  for (let i = 0; i < cut.length; i++)
    cut[i] =
      data[
        indexAt(
          shape,
          placeOf(size, i).map((at, axis) => at + start[axis]),
        )
      ];
  return { shape: size, data: cut };
}
