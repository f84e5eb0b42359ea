// New cases for a condition: on both sides of its border, most of them one attribute away from a case that was asked.
// Spec oracle-where.
//
//   asked    stride 1, fails not      changed   stride 2         inside now
//   asked    stride 3, fails          changed   stride 1         outside now

import { hash, type Random, random } from '../../random.ts';
import type { Case } from '../case.ts';
import { drawCase } from '../cases/draw.ts';
import { caseId } from '../cases/id.ts';
import { isPossible, workOf } from '../cases/tensors.ts';
import { nearestIn } from '../dialects/translate.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { madeOf, propertiesOf } from './case-properties.ts';
import { type Condition, meets } from './search.ts';

/** What cases are drawn for, and by whose rules. */
export interface Drawing {
  readonly subject: Pick<EngineUnderTest, 'dialect' | 'traits'>;
  /** The cases that were answered, of one operator. */
  readonly asked: readonly Case[];
  /** The work of the largest of them: no larger one is drawn. */
  readonly most: number;
  /** The ids of cases that are not drawn again. */
  readonly known: Set<string>;
  readonly draw: Random;
}

export interface Sides {
  readonly inside: readonly Case[];
  readonly outside: readonly Case[];
}

/** How many cases are tried for each that is wanted, if they are near others, and if they are drawn afresh. */
const [NEAR, FAR] = [50, 15];
/** Of the wanted cases of a side, this share crosses the border, and the next is drawn afresh. */
const [CROSSING, DRAWN] = [0.5, 0.8];
/** Indices of cases that no campaign of the usual size reaches. */
const BEYOND = 1_000_000;

export const drawingFor = (subject: Drawing['subject'], asked: readonly Case[], seed: number): Drawing => ({
  subject,
  asked,
  most: asked.reduce((most, c) => Math.max(most, workOf(c)), 0),
  known: new Set(asked.map(caseId)),
  draw: random(hash(seed, asked[0].op, asked.length)),
});

/** So many cases on each side of the condition, as far as they are found, and none of `isOther`; every case has no outside. */
export function freshCases(
  condition: Condition,
  drawing: Drawing,
  wanted: number,
  isOther: (c: Case) => boolean = () => false,
): Sides {
  const { asked } = drawing;
  const within = asked.filter((c) => meets(condition, propertiesOf(c)));
  const isInside = (c: Case): boolean => meets(condition, madeOf(c));
  const without = asked.filter((c) => !within.includes(c));
  const side = (own: readonly Case[], others: readonly Case[], belongs: (c: Case) => boolean): Case[] => {
    const found: Case[] = [];
    const collect = (until: number, tries: number, next: () => Case | undefined): void => {
      for (let left = tries * wanted; found.length < until && left > 0; left--) {
        const c = next();
        if (c === undefined) continue;
        const id = caseId(c);
        if (drawing.known.has(id) || !belongs(c) || isOther(c)) continue;
        drawing.known.add(id);
        found.push(c);
      }
    };
    if (others.length > 0)
      collect(Math.ceil(CROSSING * wanted), NEAR, () => neighbour(drawing, smallOf(drawing.draw, others)));
    collect(Math.ceil(DRAWN * wanted), FAR, () => afresh(drawing));
    if (own.length > 0) collect(wanted, NEAR, () => neighbour(drawing, smallOf(drawing.draw, own)));
    collect(wanted, FAR, () => afresh(drawing));
    return found;
  };
  if (condition.statements.length === 0) return { inside: side(within, [], isInside), outside: [] };
  return { inside: side(within, without, isInside), outside: side(without, within, (c) => !isInside(c)) };
}

/** So many cases near those given, as far as they are found: what is seldom met is looked for around where it was. */
export function casesNear(near: readonly Case[], drawing: Drawing, wanted: number): readonly Case[] {
  const found: Case[] = [];
  for (let left = NEAR * wanted; found.length < wanted && left > 0; left--) {
    const c = neighbour(drawing, oneOf(drawing.draw, near));
    if (c === undefined || drawing.known.has(caseId(c))) continue;
    drawing.known.add(caseId(c));
    found.push(c);
  }
  return found;
}

const oneOf = <T>({ below }: Random, list: readonly T[]): T => list[below(list.length)];

/** The smallest of three that are drawn: a condition that holds of small cases is confirmed by small ones. */
const smallOf = (draw: Random, list: readonly Case[]): Case =>
  [oneOf(draw, list), oneOf(draw, list), oneOf(draw, list)].reduce((a, b) => (workOf(b) < workOf(a) ? b : a));

/** A case that the campaign might have drawn. */
function afresh({ subject, asked, draw }: Drawing): Case {
  const { op, gradient } = asked[0];
  return drawCase(op, gradient, draw.uint32(), BEYOND + draw.below(BEYOND), subject);
}

/** The case with one trait changed: to that of another case, or by one; undefined where that is not possible. */
function neighbour({ subject: { dialect = 'toeplitz' }, asked, most, draw }: Drawing, base: Case): Case | undefined {
  const trait = oneOf(draw, familyOf(base.op).traits);
  const traitOf = (c: Case): unknown => (c as unknown as Readonly<Record<string, unknown>>)[trait];
  const value = draw.below(2) === 0 ? traitOf(oneOf(draw, asked)) : stepped(draw, traitOf(base));
  const changed = { ...base, [trait]: value, seed: draw.below(0x10000) } as Case;
  if (!isPossible(changed)) return undefined;
  const said = nearestIn(dialect, changed);
  return (said === changed || isPossible(said)) && workOf(said) <= most ? said : undefined;
}

/** A number one more or less, of an array that of one place; the other of true and false. */
function stepped(draw: Random, value: unknown): unknown {
  if (typeof value === 'number') return Math.max(0, value + (draw.below(2) === 0 ? 1 : -1));
  if (typeof value === 'boolean') return !value;
  if (!Array.isArray(value) || value.length === 0) return value;
  const place = draw.below(value.length);
  return value.with(place, stepped(draw, value[place]));
}
