// What the lab shows: a layer with its input, parameters and output, all computed by the library.

import type { Params } from '../../layer/layer.ts';
import { mirroredAxes, type TransposeWindow } from '../../ops/conv-transpose.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { type Axis, type ThreeAxes, threeAxes, type Window, windowAxes } from '../../window.ts';
import { biasOf, type Problems, readSetup, type Setup } from './setup.ts';
import type { LabTexts } from './texts.ts';
import { inputOf, isSeed, planesOf, shifted, typedProblem, weightOf } from './values.ts';

export interface Lab extends Setup {
  readonly texts: LabTexts;
  readonly x: Tensor;
  /** Before the shift. */
  readonly unshifted: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  readonly params: Params<Tensor>;
  readonly y: Tensor;
  /** Cells that x was moved: down, right. */
  readonly shift: readonly [number, number];
  /** The windows, one axis per spatial axis; of a transposed convolution those over y. */
  readonly axes: readonly Axis[];
  readonly three: ThreeAxes;
  /** Of a convolution: groups, and channels and filters of each, as its geometry counts them. */
  readonly parts: { readonly groups: number; readonly channels: number; readonly filters: number };
}

export const axesOf = ({ layer, op, shape }: Setup): Axis[] => {
  const window = { ceil: false, ...layer.attributes } as unknown as Window & TransposeWindow;
  const space = shape.slice(1, -1);
  return op === 'transposed' ? mirroredAxes('lab', window, space) : windowAxes('lab', window, space);
};

/** An image that is moved further than this is as empty as one moved by this. */
const MOST_SHIFT = 999;

const cellsOf = (text: string): number => Math.max(-MOST_SHIFT, Math.min(MOST_SHIFT, Math.trunc(Number(text)) || 0));

/** `1 -2`: down and right; in 1-D the first is 0. */
function readShift(text: string, rank: number): [number, number] {
  const [down = 0, right = 0] = text.split(' ').map(cellsOf);
  return [rank === 1 ? 0 : down, right];
}

/** What does not fit but has a meaning all the same: of numbers that are too few or too many the lab goes on with zeros. */
function typedProblems(t: LabTexts, shape: Shape, weight: Shape | undefined, rank: number): Problems {
  const x = t.image === 'typed' ? typedProblem(t.x, planesOf(shape.slice(1), rank)) : undefined;
  const w = weight && t.weights === 'typed' ? typedProblem(t.w, planesOf(weight, rank)) : undefined;
  const digit = /^\s*\d\s*$/.test(t.digit) ? undefined : 'A digit from 0 to 9: another one counts as the nearest.';
  const seed = isSeed(t.seed) ? undefined : 'A whole number: anything else counts as 0.';
  return Object.fromEntries(Object.entries({ x, w, digit, seed }).filter(([, problem]) => problem !== undefined));
}

/** The lab of the controls; the problems say beside which control what is wrong. */
export function labOf(t: LabTexts): { readonly lab?: Lab; readonly problems: Problems } {
  const { setup, problems } = readSetup(t);
  if (!setup) return { problems };
  const { layer, shape, rank } = setup;
  const shapes = layer.params(shape) as { readonly weight?: Shape; readonly bias?: Shape };
  const weight = shapes.weight && weightOf(t, shapes.weight, rank);
  const bias = shapes.bias && { shape: shapes.bias, data: new Float32Array(shapes.bias[0]).fill(biasOf(t)) };
  const params = { ...(weight && { weight }), ...(bias && { bias }) };
  const unshifted = inputOf(t, shape, rank);
  const shift = readShift(t.shift, rank);
  const x = shift.some((cells) => cells !== 0) ? shifted(unshifted, rank, ...shift) : unshifted;
  const axes = axesOf(setup);
  const g = layer.geometry?.(shape);
  const C = shape[shape.length - 1];
  const parts = g && 'groups' in g ? g : { groups: C, channels: 1, filters: 1 };
  const y = layer.forward(x, params);
  const shown = { ...setup, texts: t, x, unshifted, params, y, shift, axes, three: threeAxes(axes), parts };
  return {
    lab: { ...shown, ...(weight && { weight }), ...(bias && { bias }) },
    problems: typedProblems(t, shape, shapes.weight, rank),
  };
}
