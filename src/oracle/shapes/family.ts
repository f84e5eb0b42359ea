// A family of operators without windows: what all of them have in common, so that a family says only what is its own.

import type { Attributes, Layer } from '../../layer/layer.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Bound, Profile } from '../bounds/bound.ts';
import type { Drawn, Operands, Part } from '../case.ts';
import type { Dialect, DialectName, Layout } from '../dialect.ts';
import { layouts, said, sameInEveryDialect } from '../families/common.ts';
import type { absent, Family, LargeAxis, LayoutKey, OwnProperties, Ranges, Words } from '../family.ts';
import { commonValues, type Fill, valuesOf } from '../values.ts';
import { lettersOf } from '../windows/window-words.ts';
import {
  attributeOf,
  drawnFrom,
  inputOf,
  largeShapes,
  type Owns,
  readShape,
  refusedShapes,
  repairedShape,
  type ShapedCase,
  type ShapedRanges,
  shapedRanges,
  smallerShapes,
  smallShapes,
  variantShapes,
  workOf,
  writeShape,
} from './case.ts';
import { type ShapedMistake, type ShapedSetting, shapedSetting, sharedMistakes } from './setting.ts';

/** The letter of a batch, of the spatial axes together, of channels; the whole of an everyday case. */
type Everyday<A> = readonly [shape: readonly number[], values: string, ...own: readonly A[]];

/** What a family without windows says of itself. */
export interface ShapedParts<A extends object> {
  readonly place: number;
  readonly name: string;
  make(attributes: never): Layer;
  /** Its attributes and parameters in a few words, for `toeplitz check --help`. */
  readonly inCall?: string;
  /** Its attributes, where it has any. */
  readonly own?: Owns<A>;
  /** Those of the layer, where a case has them by other names, and back. */
  attributesOf?(own: A): Attributes;
  ownOf?(attributes: Attributes, x: Shape): A;
  /** Its parameters, and tensors among its attributes, with their layouts; y and its gradient where they have not that of x. */
  readonly tensors?: Readonly<Record<string, LayoutKey>>;
  /** The tensors among its attributes: the shape of each, and its values where they are not drawn like others. Spec oracle-engine. */
  readonly attached?: Readonly<Record<string, Attached<A>>>;
  readonly values?: Readonly<Record<string, Fill>>;
  readonly showsPrecision?: boolean;
  isSettled?(c: ShapedCase<A>): boolean;
  /** Shapes of x, with the kind of values and the attributes, that networks have. */
  readonly everyday: readonly Everyday<A>[];
  /** Of the gradient, beside these: what drawn numbers hold too seldom. */
  readonly traps?: readonly Everyday<A>[];
  /** Where cases are drawn from; by default as most operators. */
  readonly ranges?: readonly Partial<ShapedRanges<A>>[];
  /** What holds for all of these ranges. */
  readonly within?: Partial<ShapedRanges<A>>;
  /** An axis that is made large in place of the channels. */
  readonly large?: LargeAxis<ShapedCase<A>>;
  /** What cases of the gradient have otherwise. */
  inGradient?<C extends { readonly values: string }>(c: C, gradient: boolean): C;
  properties?(layer: Layer, x: Shape): OwnProperties;
  bounds(layer: Layer, operands: Operands, profile: Profile): Readonly<Record<Part, Bound>>;
  /** Of our own dialect: tensors that a layout gives another shape than that of x. */
  readonly shapes?: Words<ShapedCase<A>>['shapes'];
  readonly words: Readonly<Record<Exclude<DialectName, 'toeplitz'>, Words<ShapedCase<A>> | typeof absent>>;
  /** The nearest case that a dialect can say, of those that cannot say all. Spec dialect-cases. */
  readonly nearest?: Partial<Readonly<Record<DialectName, (c: ShapedCase<A>) => ShapedCase<A>>>>;
  keepsNaN?(dialect: Dialect): boolean;
  operandsIn?(dialect: Dialect, operands: Operands): Operands;
  readonly mistakes: readonly ShapedMistake<A>[];
}

/** A tensor among the attributes of an operator. */
export interface Attached<A> {
  shape(x: Shape): Shape;
  /** Makes drawn numbers into values of the attribute. */
  fitted?(data: Float32Array, c: ShapedCase<A>): Float32Array;
}

export function shapedFamily<A extends object>(parts: ShapedParts<A>): Family<ShapedCase<A>, ShapedSetting<A>> {
  const { place, name, make, everyday, words, attached = {} } = parts;
  const values: Readonly<Record<string, Fill>> = parts.values ?? commonValues;
  const owns = (parts.own ?? {}) as Owns<A>;
  const ownNames = Object.keys(owns);
  const all = (parts.ranges ?? shapedRanges).map((each) => ({ ...parts.within, ...each }));

  const tensorOf = (c: ShapedCase<A>, what: string, { shape: shapeOf, fitted }: Attached<A>): Tensor => {
    const shape = shapeOf(inputOf(c));
    const given = c.given?.[what];
    if (given) return { shape, data: Float32Array.from(given) };
    const drawn = valuesOf(values[c.values], c.seed, what, sizeOf(shape));
    return { shape, data: fitted ? fitted(drawn, c) : drawn };
  };
  const ownIn = (c: ShapedCase<A>): A =>
    Object.fromEntries(ownNames.map((own) => [own, attributeOf(c, own)])) as unknown as A;
  const attributes = (c: ShapedCase<A>): Attributes => ({
    ...(parts.attributesOf?.(ownIn(c)) ?? (ownIn(c) as Attributes)),
    ...Object.fromEntries(Object.entries(attached).map(([what, each]) => [what, tensorOf(c, what, each)])),
  });
  const own: Words<ShapedCase<A>> = {
    ...said((c: ShapedCase<A>) => {
      const complete = Object.entries(make(attributes(c) as never).attributes);
      return Object.fromEntries(
        complete.filter(([what, value]) => value !== undefined && !Object.hasOwn(attached, what)),
      );
    }),
    ...(parts.shapes && { shapes: parts.shapes }),
  };
  const changed = parts.inGradient ?? ((c) => c);
  const written = ([[batch, ...rest], kind, attributes]: Everyday<A>): Drawn<ShapedCase<A>> => {
    const first = Object.fromEntries(ownNames.map((own) => [own, owns[own as keyof A].values[0]]));
    const sizes = { batch, space: rest.slice(0, -1), channels: rest[rest.length - 1] };
    return { ...sizes, ...first, ...attributes, values: kind } as unknown as Drawn<ShapedCase<A>>;
  };
  const ranges = (change: Partial<ShapedRanges<A>>, gradient: boolean): Ranges<ShapedCase<A>> => {
    const { values, draw } = drawnFrom(owns, change);
    return { values: [changed({ values: values[0] }, gradient).values], draw: (from) => changed(draw(from), gradient) };
  };
  const dialect = (each: Words<ShapedCase<A>> | typeof absent | undefined) =>
    (each === undefined ? {} : { [name]: each }) as Record<string, Words<ShapedCase<A>> | typeof absent>;
  return {
    ...sameInEveryDialect,
    place,
    operators: { [name]: { make, inCall: parts.inCall } },
    tensors: { x: 'x', y: 'x', dy: 'x', ...parts.tensors },
    showsPrecision: parts.showsPrecision ?? false,
    values,
    attributes,
    attached: Object.fromEntries(Object.entries(attached).map(([what, { shape }]) => [what, shape])),
    input: inputOf,
    isSettled: parts.isSettled ?? (() => true),
    caseOf({ attributes }, { x: { shape } }) {
      const given =
        parts.ownOf?.(attributes, shape) ?? Object.fromEntries(ownNames.map((own) => [own, attributes[own]]));
      const sizes = { batch: shape[0], space: shape.slice(1, -1), channels: shape[shape.length - 1] };
      return { ...sizes, ...given, values: 'given' } as unknown as Drawn<ShapedCase<A>>;
    },
    write: (c) => writeShape(owns as never, c),
    read: (_, text) => readShape(owns, text),
    geometry: () => undefined,
    ...(parts.properties && { properties: parts.properties }),
    everyday: (_, gradient) => everyday.map((each) => changed(written(each), gradient)),
    traps: (_, gradient) => (gradient ? (parts.traps ?? []).map(written) : []),
    ranges: (_, gradient) => all.map((each) => ranges(each, gradient)),
    small: (_, gradient) => ranges({ ...parts.within, ...smallShapes }, gradient),
    large: () => [parts.large ?? largeShapes[0], ...largeShapes.slice(1)] as never,
    traits: ['batch', 'space', 'channels', ...ownNames, 'values'],
    smaller: (c) => smallerShapes(owns as never, c),
    work: workOf,
    variants: (c) => variantShapes(owns as never, c),
    refusals: (c) => refusedShapes(owns as never, c),
    repaired: (c) => repairedShape(owns as never, c),
    bounds: parts.bounds,
    dialects: {
      toeplitz: dialect(own),
      onnx: dialect(words.onnx),
      torch: dialect(words.torch),
      // Its padding is in words wherever it is not said to be in numbers; here is none.
      tensorflow: dialect(isSaid(words.tensorflow) ? { ...words.tensorflow, padding: 'words' } : words.tensorflow),
      webnn: dialect(words.webnn),
      caffe: dialect(words.caffe),
    },
    layouts: parts.tensors?.x === 'none' ? [] : layouts.x,
    nearest: (_, c, name) => nearestOf(c, parts.nearest?.[name]?.(c) ?? c),
    /** Where a maximum may lose a NaN, so may an operator that is made of maxima. */
    keepsNaN: parts.keepsNaN ?? (() => true),
    ...(parts.operandsIn && { operandsIn: parts.operandsIn }),
    mistakes: [
      ...parts.mistakes,
      ...(parts.tensors?.y ? [] : (sharedMistakes as unknown as readonly ShapedMistake<A>[])),
    ],
    setting: (dialect, c, layer, operands) => shapedSetting(dialect, c, layer, operands),
    answering: (s, _, layer) => ({ ...s, layer }),
  };
}

const isSaid = <W>(each: W | typeof absent | undefined): each is W => typeof each === 'object';

/** The same object where nothing differs. */
const nearestOf = <C>(c: C, said: C): C => (JSON.stringify(said) === JSON.stringify(c) ? c : said);

/** The letter of each axis of x in a layout: N, S for each spatial axis, C. */
export const axesIn = ({ space }: ShapedCase, layout: Required<Layout>): readonly string[] =>
  lettersOf(layout).flatMap((axis) => (axis === 'HW' ? space.map(() => 'S') : [axis]));

/** Where an axis of ours stands in a layout. */
export function axisIn(c: ShapedCase, layout: Required<Layout>, axis: number): number {
  const rank = c.space.length + 2;
  const own = axis < 0 ? axis + rank : axis;
  const letters = axesIn(c, layout);
  if (own === 0 || own === rank - 1) return letters.indexOf(own === 0 ? 'N' : 'C');
  return letters.indexOf('S') + own - 1;
}

/** The same with two spatial axes, for libraries that have the operator over images alone. */
export const overImages = <A>(c: ShapedCase<A>): ShapedCase<A> =>
  c.space.length === 2 ? c : { ...c, space: [...c.space, 1, 1].slice(0, 2) };
