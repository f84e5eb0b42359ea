// A case in the words of a dialect: the nearest one that it can say, and its attributes. Spec dialect-cases, dialect-attributes.

import type { Attributes, Layer } from '../../layer/layer.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import type { ConvGeometry } from '../../window.ts';
import type { Case } from '../case.ts';
import { isPossible, layerOf, shapeOf } from '../cases/tensors.ts';
import type { DialectName, Layout } from '../dialect.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { absent, type LayoutKey, type Words } from '../family.ts';
import { dialects } from './dialects.ts';
import { type Counts, toTheirs } from './layout.ts';

/** A possible case as the dialect can say it; the same object if it already can. */
export const nearestIn = (name: DialectName, c: Case): Case => familyOf(c.op).nearest(dialects[name], c, name);

/**
 * The case with its padding in numbers, as an engine gets it that knows no words for it; undefined where the dialect cannot say
 * these numbers, or where they would give another output (the end of a transposed convolution). Spec oracle-engine.
 */
export function numbered(name: DialectName, c: Case): Case | undefined {
  const { padding } = c as Case & { readonly padding?: unknown };
  if (typeof padding !== 'string' || c.reject) return c;
  const [layer, x] = [layerOf(c), shapeOf(c)];
  const axes = axesOf(layer, x);
  const said = { ...c, padding: axes.map(({ before, after }) => [before, after]), ...('ceil' in c && { ceil: false }) };
  const isSame = (other: Case): boolean =>
    isPossible(other) && JSON.stringify(axesOf(layerOf(other), x)) === JSON.stringify(axes);
  if (!isSame(said)) return undefined;
  const nearest = nearestIn(name, said);
  // A dialect that has only words for this operator still uses them.
  if (JSON.stringify(nearest) === JSON.stringify(said)) return said;
  return dialects[name].limits.numbers.includes(c.op) ? undefined : c;
}

const axesOf = (layer: Layer, x: Shape) => {
  const { axes = [] } = (layer.geometry?.(x) ?? {}) as Partial<ConvGeometry>;
  return axes.slice(axes.length - (x.length - 2));
};

/** The shapes of the tensors that the dialect has in other ones than we. */
export function shapesIn(name: DialectName, c: Case, layout: Required<Layout>): Readonly<Record<string, Shape>> {
  const words = familyOf(c.op).dialects[name][c.op];
  return (words !== absent && words.shapes?.(c, layout)) || {};
}

/** The attributes of a case that the dialect can say, as an engine gets them. */
export function attributesIn(name: DialectName, c: Case, layout: Required<Layout>): Attributes {
  const words = familyOf(c.op).dialects[name][c.op];
  if (words === absent) throw new Error(`${name} has no words for ${c.op}`);
  if (c.reject && name === 'toeplitz') return forbidden(c, words, layout);
  return words.attributes(c, layout);
}

/** Ours of a case that the spec forbids, of which no layer can be made: those of one near it, with what is forbidden put in. */
function forbidden(c: Case, words: Words<Case>, layout: Required<Layout>): Attributes {
  const family = familyOf(c.op);
  const given = family.attributes(c) as Attributes;
  const own = words.attributes(family.repaired(c), layout);
  return Object.fromEntries(Object.entries(own).map(([key, value]) => [key, given[key] ?? value]));
}

/** What a question depends on beside its case. */
export type Asking = Pick<EngineUnderTest, 'dialect' | 'layout' | 'same'>;

/** A tensor of ours as the engine has it. */
export function theirTensor(asked: Asking, c: Case, name: string, tensor: Tensor): Tensor {
  const shape = shapesIn(asked.dialect ?? 'toeplitz', c, asked.layout)[name];
  const { data } = tensor;
  return shape ? { shape, data } : toTheirs(layoutKeyOf(c, name), tensor, asked.layout, countsOf(c));
}

/** Whose layout a tensor of a case has. */
export function layoutKeyOf(c: Case, name: string): LayoutKey {
  const { tensors } = familyOf(c.op);
  const key = Object.hasOwn(tensors, name) ? tensors[name] : 'none';
  return key === 'weight' && groupsOf(c) > 1 ? 'grouped' : key;
}

/** 1 for a case without groups. */
const groupsOf = (c: Case): number => (c as Partial<{ groups: number }>).groups ?? 1;

/** What the layouts of a case depend on. */
export const countsOf = (c: Case): Counts => ({ channels: shapeOf(c).at(-1)!, groups: groupsOf(c) });
