// The index of an element computed otherwise: rows that lie another number of elements apart, and a number of one axis used for
// another one. Such an index runs on into the next row; what lies past the end of the tensor is nothing, or NaN.
//
//   input of 2×3 cells read as if a row had 2:     0 1 2 | 3 4 5   for row 1, column 0 the cell 2

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { beyond, type Change, moved, tensors } from './change.ts';
import { type Coordinate, coordinatesOf, inGroup, plural, sourcesOf } from './coordinates.ts';
import { arithmeticChanges } from './index-arithmetic.ts';
import { axesOf } from './regions.ts';
import { isInside, type Side, type Term, type Terms } from './terms.ts';

/** The tensors that an index may be of. */
const indexedOf = ({ structure }: Terms): readonly Side[] =>
  structure.weight === undefined ? ['x', 'y'] : ['x', 'w', 'y'];

/** A kind of changes, made one after another: there are thousands, and most are refuted at once. */
type Kind = (terms: Terms) => Iterable<IndexChange>;

/** A kind that is about each tensor. */
const ofEach = (...kinds: readonly ((terms: Terms, side: Side) => Iterable<IndexChange>)[]): Kind =>
  function* (terms) {
    for (const side of indexedOf(terms)) for (const kind of kinds) yield* kind(terms, side);
  };

function* numbers(terms: Terms): Iterable<IndexChange> {
  const targets = indexedOf(terms).flatMap((side) => [...coordinatesOf(terms, side), ...inGroup(terms, side)]);
  yield* numberings(terms, targets, sourcesOf(terms));
}
const ofGroups: Kind = (terms) => groupNumberings(terms, sourcesOf(terms));

/** Changes of an index by an axis that is numbered otherwise, or whose neighbours lie otherwise apart. */
export function* indexChanges(terms: Terms): Iterable<Change> {
  const kinds = [ofEach(pitches, layouts), filterLayouts, numbers, ofGroups, arithmeticChanges];
  for (const kind of kinds) yield* kind(terms);
  for (const kind of kinds) yield* writtenOf(kind(terms));
}

/** The same, one kind after another. */
export const indexKinds = [ofEach(pitches), ofEach(layouts), filterLayouts, numbers, ofGroups, arithmeticChanges].map(
  (kind: Kind) =>
    function* (terms: Terms): Iterable<Change> {
      yield* kind(terms);
      yield* writtenOf(kind(terms));
    },
);

function* writtenOf(added: Iterable<IndexChange>): Iterable<Change> {
  for (const change of added) if (change.side) yield written(change, change.side);
}

/** A change of the index of one tensor, if it is about one. */
type IndexChange = Change & { readonly side?: Side };

/** The same where results are written, and not added to what is there. */
const written = (change: IndexChange, side: Side): Change => ({
  ...change,
  text: `${change.text} and of several results at one place the last one stays`,
  cost: change.cost + 0.25,
  stores: side,
});

/** A product whose element of one tensor lies a number of elements further on. */
export function shifted({ shapes }: Terms, term: Term, side: Side, by: number): Term {
  const shape = shapes[side];
  if (by === 0 || !isInside(shape, term[side])) return term;
  const index = indexAt(shape, term[side]) + by;
  return moved(term, side, index >= 0 && index < sizeOf(shape) ? placeOf(shape, index) : beyond(shape));
}

/** Neighbours along an axis lie one of the other numbers of the case apart, in place of one factor of the right number. */
function* pitches(terms: Terms, side: Side): Iterable<IndexChange> {
  const { shapes, groups } = terms;
  const names = axesOf(terms, side);
  const numbers = numbersOf(terms);
  const apart = (axis: number, cost: number, factors: readonly Named[]): IndexChange => {
    const pitch = factors.reduce((product, [, n]) => product * n, 1);
    const by = pitch - sizeOf(shapes[side].slice(axis + 1));
    const far = factors.length === 0 ? 'one element' : `${factors.map(([name]) => name).join(' × ')} elements`;
    return {
      text: `the ${plural(names[axis])} of the ${tensors[side]} lie ${far} apart`,
      cost,
      side,
      mayRunOn: true,
      apply: (term) => shifted(terms, term, side, by * term[side][axis]),
    };
  };
  for (const axis of shapes[side].keys()) {
    const factors = names.slice(axis + 1).map((name, i): Named => [`the ${plural(name)}`, shapes[side][axis + 1 + i]]);
    for (const i of factors.keys()) {
      yield apart(axis, 9, factors.toSpliced(i, 1));
      for (const other of numbers) if (other[0] !== factors[i][0]) yield apart(axis, 10, factors.with(i, other));
    }
    if (factors.length === 0) for (const other of numbers) yield apart(axis, 11, [other]);
  }
  if (terms.windows && side !== 'w')
    yield apart(0, 9, [
      [`the ${side === 'x' ? 'output' : 'input'} positions`, sizeOf(shapes[side === 'x' ? 'y' : 'x'].slice(1, -1))],
      [`the ${plural(names.at(-1)!)}`, shapes[side].at(-1)!],
    ]);
  const channels = groups?.[side];
  if (channels === undefined) return;
  for (const [name, far] of numbers)
    yield {
      text: `the groups of the ${tensors[side]} lie ${name} apart`,
      cost: 10,
      side,
      mayRunOn: true,
      apply: (term) => shifted(terms, term, side, (far - channels) * Math.floor(term[side].at(-1)! / channels)),
    };
}

/** A whole tensor is indexed as if one of its axes, which others lie outside of, had another length. */
function* layouts(terms: Terms, side: Side): Iterable<IndexChange> {
  const shape = terms.shapes[side];
  const numbers = numbersOf(terms);
  for (const [axis, name] of axesOf(terms, side).entries()) {
    if (axis === 0) continue;
    const isOfGroups = axis === shape.length - 1 && terms.groups?.[side] !== undefined;
    const others = isOfGroups ? [...numbers, ...productsOf(numbers)] : numbers;
    for (const other of others) yield* layout(terms, [side], axis - shape.length, name, other);
  }
}

/** The weight and the tensor of its filters alike, as if there were another number of these. */
function* filterLayouts(terms: Terms): Iterable<IndexChange> {
  const { windows, structure } = terms;
  if (!windows || structure.weight === undefined) return;
  const side: Side = windows.over === 'x' ? 'y' : 'x';
  const numbers = numbersOf(terms);
  const name = axesOf(terms, side).at(-1)!;
  for (const other of [...numbers, ...productsOf(numbers)]) yield* layout(terms, [side, 'w'], -1, name, other);
}

/** Tensors whose axis, counted from the last, is taken to have another length: all their products, or as far as it goes. */
function* layout(
  terms: Terms,
  sides: readonly Side[],
  axis: number,
  name: string,
  [other, length]: Named,
): Iterable<IndexChange> {
  const own = `the ${plural(name)}`;
  if (other === own) return;
  const indexed = (term: Term): Term =>
    sides.reduce((next, side) => {
      const shape = terms.shapes[side];
      const outer = shape.length + axis;
      const by = (length - shape[outer]) * sizeOf(shape.slice(outer + 1));
      return shifted(terms, next, side, by * indexAt(shape.slice(0, outer), term[side].slice(0, outer)));
    }, term);
  const what = sides.length > 1 ? `the ${tensors[sides[0]]} and the weight are` : `the ${tensors[sides[0]]} is`;
  const cost = 9.5 + (/[×+]/.test(other) ? 1 : 0) + rarityOf(other) + sides.length - 1;
  const common = { ...(sides.length === 1 && { side: sides[0] }), mayRunOn: true };
  yield {
    ...common,
    text: `${what} indexed as if the number of ${own} were that of ${other}`,
    cost,
    apply: indexed,
  };
  yield {
    ...common,
    text: `${what} taken to have the number of ${other} as that of ${own}`,
    cost: cost + 0.5,
    apply: (term: Term) => (term[sides[0]].at(axis)! < length ? indexed(term) : undefined),
  };
}

/** The numbers of groups, of channels of a group, and of images, times or plus another one of these. */
export const productsOf = (numbers: readonly Named[]): Named[] =>
  numbers
    .filter(([name]) => ['the groups', 'the images'].includes(name) || name.endsWith('of a group'))
    .flatMap(([name, n], _, list) =>
      list.flatMap(([other, m]): Named[] => [
        [`${name} × ${other}`, n * m],
        [`${name} + ${other}`, n + m],
      ]),
    );

type Named = readonly [name: string, number: number];

/** The numbers of a case that an engine may take one for another, each by what it counts. */
export function numbersOf(terms: Terms): Named[] {
  const { shapes, groups, structure } = terms;
  const sides: Side[] = terms.windows || structure.weight !== undefined ? ['x', 'y', 'w'] : ['x', 'y'];
  const found = new Map<string, number>();
  for (const side of sides)
    for (const [axis, name] of axesOf(terms, side).entries()) found.set(`the ${plural(name)}`, shapes[side][axis]);
  if (groups?.x !== undefined) found.set('the input channels of a group', groups.x);
  if (groups?.y !== undefined) {
    found.set('the output channels of a group', groups.y);
    found.set('the groups', shapes.y.at(-1)! / groups.y);
  }
  return [...found];
}

/** Without groups the number of channels of a group is that of all of them, which is the usual word. */
export const rarityOf = (number: string): number => (/of (a|the) group$/.test(number) ? 0.25 : 0);

/** Another number is used as that of the group, of which the weight and the output have the same. */
function groupNumberings(terms: Terms, sources: readonly Coordinate[]): Change[] {
  const [w, y] = (['w', 'y'] as const).map((side) =>
    coordinatesOf(terms, side).find(({ name }) => name.startsWith('group')),
  );
  if (!w || !y) return [];
  return sources
    .filter(({ name }) => !name.startsWith('group'))
    .map((source) => ({
      text: `the number of the ${source.name} is used as that of the group of the weight and of the output`,
      cost: 11,
      mayRunOn: true,
      apply(term: Term) {
        const by = source.of(term) - w.of(term);
        return shifted(terms, shifted(terms, term, 'w', by * w.pitch), 'y', by * y.pitch);
      },
    }));
}

/** The number of one axis is used for another one, or added to that of the image. */
function* numberings(
  terms: Terms,
  targets: readonly Coordinate[],
  sources: readonly Coordinate[],
): Iterable<IndexChange> {
  for (const target of targets) {
    for (const source of sources) {
      if (source.name === target.name) continue;
      const used = (text: string, of: (term: Term) => number): IndexChange => ({
        text: `the number of the ${source.name} is ${text} that of the ${target.name}`,
        cost: 10 + rarityOf(source.name),
        side: target.side,
        mayRunOn: true,
        apply: (term) => shifted(terms, term, target.side, of(term) * target.pitch),
      });
      yield used('used as', (term) => source.of(term) - target.of(term));
      if (target.name.startsWith('image')) yield used('added to', source.of);
    }
  }
}
