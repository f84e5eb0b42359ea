// What becomes of the products of a case by a change in a region, and by a rule that was found in another case.

import { indexAt } from '../../places.ts';
import { changeNamed } from './all-changes.ts';
import type { Change } from './change.ts';
import { multipliedBy } from './factor-changes.ts';
import { at } from './matrices.ts';
import { isIn, type Region, statementsNamed } from './regions.ts';
import { isInside, type Place, type Side, type Term, type Terms } from './terms.ts';

/** All products of a case, changed in a region. */
export const changed = (terms: Terms, change: Change, region: Region): readonly Term[] => {
  const { stores, all } = change;
  if (all) return all();
  if (stores) return stored(terms, change, stores);
  return terms.list.flatMap((term, i) => (isIn(region, i, term) ? insteadOf(change, term) : term));
};

/** The numbers of the products of the last element of a tensor that has any. */
export function lastOf({ list, shapes }: Terms, side: Side): readonly number[] {
  const indices = list.map((term) => (isInside(shapes[side], term[side]) ? at(shapes[side], term[side]) : -1));
  const last = indices.reduce((most, index) => Math.max(most, index), 0);
  return [...list.keys()].filter((i) => indices[i] === last);
}

/** What becomes of one product. */
export function insteadOf({ apply, more }: Change, term: Term): readonly Term[] {
  const next = apply(term);
  return more ? [...(next ? [next] : []), ...more(term)] : next ? [next] : [];
}

/** The products of every result that is written and stays: where several are written to one place, the last of them. */
function stored({ list, shapes }: Terms, { apply }: Change, side: Side): Term[] {
  const shape = shapes[side];
  const last = new Map<number, number>();
  const written = list.flatMap((term) => {
    const next = apply(term);
    if (!next || !isInside(shape, term[side]) || !isInside(shape, next[side])) return [];
    const [from, to] = [indexAt(shape, term[side]), indexAt(shape, next[side])];
    last.set(to, Math.max(from, last.get(to) ?? 0));
    return [{ next, from, to }];
  });
  return written.flatMap(({ next, from, to }) => (last.get(to) === from ? next : []));
}

/** The products that a rule takes in any case of the operator; the right ones where it changes nothing. */
export function followed(text: string, terms: Terms): readonly Term[] {
  const rule = ruleNamed(text, terms);
  return rule ? changed(terms, rule.change, rule.region) : terms.list;
}

/** The change of a rule, and the products that it happens to, in any case; undefined where there can be none. */
export function ruleNamed(
  text: string,
  terms: Terms,
): { readonly change: Change; readonly region: Region } | undefined {
  const [main, where] = text.split(' where ');
  const change = numbered(main) ?? changeNamed(terms, main);
  const statements = statementsNamed(terms, where?.split(' and ') ?? []);
  return change && statements && { change, region: { statements, cost: 0 } };
}

/** The biases of a case, each added where the products of its output go by a rule: nowhere, if they are left out. */
export function biasesBeside(text: string, terms: Terms): readonly Term[] {
  const { biases, shapes } = terms;
  const { change, region } = ruleNamed(text, terms) ?? {};
  const found = new Map<string, Term>();
  const add = (output: Place, to: Place): void => {
    if (!isInside(shapes.y, output) || !isInside(shapes.y, to)) return;
    const w = [indexAt(shapes.y, output) % biases];
    found.set(`${w} ${to}`, { x: [], w, y: to, factor: 1 });
  };
  if (change?.all) for (const { y } of change.all()) add(y, y);
  else
    for (const [i, term] of terms.list.entries())
      for (const { y } of change && isIn(region!, i, term) ? insteadOf(change, term) : [term]) add(term.y, y);
  return [...found.values()];
}

/** The change that names its factor by a number. */
function numbered(main: string): Change | undefined {
  const [, number] = /^the products are multiplied by (-?[\d.e-]+)$/.exec(main) ?? [];
  return number === undefined ? undefined : multipliedBy(Number(number));
}
