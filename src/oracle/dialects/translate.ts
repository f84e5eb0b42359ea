// A case in the words of a dialect: the nearest one that it can say, and its attributes. Spec dialect-cases, dialect-attributes.

import type { Attributes } from '../../layer/layer.ts';
import type { Shape } from '../../tensor.ts';
import type { Case } from '../case.ts';
import type { DialectName, Layout } from '../dialect.ts';
import { familyOf } from '../families/index.ts';
import { absent, type Words } from '../family.ts';
import { dialects } from './dialects.ts';

/** A possible case as the dialect can say it; the same object if it already can. */
export const nearestIn = (name: DialectName, c: Case): Case => familyOf(c.op).nearest(dialects[name], c, name);

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
