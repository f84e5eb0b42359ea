// The positions of windows counted otherwise: their number is taken apart by another length of a row, or they are laid out on
// another grid than that of the output.
//
//   6 positions of 2×3 as if rows had 2:   number 2 is row 1, column 0

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import type { Axis } from '../../window.ts';
import { type Change, moved, namesOf } from './change.ts';
import { coordinatesOf, sourcesOf } from './coordinates.ts';
import { evaluated, variantsOf } from './formulas.ts';
import type { Side, Term, Terms } from './terms.ts';

/** Changes of the number of a position. */
export function positionChanges(terms: Terms): Change[] {
  const { windows } = terms;
  if (!windows || windows.rank === 0) return [];
  const rows = windows.rank > 1 ? [throughInput(terms), ...otherRows(terms), ...otherParts(terms)] : [];
  const counted = [...rows, ...otherNumbers(terms)];
  return windows.over === 'x' ? [...counted, ...otherGrids(terms)] : counted;
}

const axesOf = ({ windows }: Terms): readonly Axis[] => windows!.g.axes.slice(3 - windows!.rank);

/** The windows at other starts, which follow from the number of the position. */
function startingAt(terms: Terms, startOf: (flat: number, term: Term) => readonly number[]): (term: Term) => Term {
  const { over } = terms.windows!;
  const at: Side = over === 'x' ? 'y' : 'x';
  const positions = terms.shapes[at].slice(1, -1);
  return (term) => {
    const start = startOf(indexAt(positions, term[at].slice(1, -1)), term);
    const place = axesOf(terms).map(({ dilation, before }, i) => start[i] + term.w[i] * dilation - before);
    return moved(term, over, [term[over][0], ...place, term[over].at(-1)!]);
  };
}

function throughInput(terms: Terms): Change {
  const inputs = terms.shapes[terms.windows!.over].slice(1, -1);
  return {
    text: 'the output positions are counted through the input row by row',
    cost: 4,
    apply: startingAt(terms, (flat) => placeOf(inputs, flat)),
  };
}

/** The number of a position is taken apart as if rows had another length. */
function otherRows(terms: Terms): Change[] {
  const { windows, shapes } = terms;
  const { over, rank } = windows!;
  const at: Side = over === 'x' ? 'y' : 'x';
  const positions = shapes[at].slice(1, -1);
  const axes = axesOf(terms);
  const [own, other] = over === 'x' ? ['output', 'input'] : ['input', 'output'];
  const lengths = [
    [`${other} columns`, shapes[over][rank]],
    [`${own} rows`, shapes[at][rank - 1]],
    [`${other} rows`, shapes[over][rank - 1]],
  ] as const;
  return lengths.map(([name, length]) => {
    const wrong = positions.with(rank - 1, length);
    return {
      text: `the row and column of a position are counted in rows of the ${name}`,
      cost: 7,
      apply: startingAt(terms, (flat) =>
        axes.map(({ stride }, i) => {
          const rest = Math.floor(flat / sizeOf(wrong.slice(i + 1)));
          return stride * (i === 0 ? rest : rest % wrong[i]);
        }),
      ),
    };
  });
}

/** The place of a position on one axis, which follows from its number p by another formula. */
function otherParts(terms: Terms): Change[] {
  const { windows, shapes } = terms;
  const { over, rank } = windows!;
  const at: Side = over === 'x' ? 'y' : 'x';
  const [own, other] = over === 'x' ? ['output', 'input'] : ['input', 'output'];
  const names = namesOf(rank);
  const positions = shapes[at].slice(1, -1);
  const axes = axesOf(terms);
  const lengths: Record<string, number> = {};
  for (const [i, name] of names.entries()) {
    lengths[`${own} ${name}s`] = positions[i];
    lengths[`${other} ${name}s`] = shapes[over][1 + i];
  }
  return names.flatMap((name, i) => {
    const inner = names.slice(i + 1).map((each) => `${own} ${each}s`);
    const block = inner.length > 1 ? `(${inner.join(' · ')})` : inner[0];
    const whole = block === undefined ? 'p' : `floor(p / ${block})`;
    const place = i === 0 ? whole : `${whole} mod ${own} ${name}s`;
    const { stride } = axes[i];
    const numbers = { ...lengths, p: 0, stride };
    return variantsOf(`${place} · stride`, Object.keys(lengths)).map((variant) => ({
      text: `the windows of position p start in the ${name} ${variant}`,
      cost: 8,
      apply: startingAt(terms, (p, term) => {
        numbers.p = p;
        return axes.map((axis, k) =>
          k === i ? Math.floor(evaluated(variant, numbers)) : term[at][1 + k] * axis.stride,
        );
      }),
    }));
  });
}

/** The results are laid out on a smaller grid than the output has, and the rest is left out. */
function otherGrids(terms: Terms): Change[] {
  const { shapes } = terms;
  const axes = axesOf(terms);
  const on = (text: string, cost: number, sizes: readonly number[]): Change => {
    const grid = shapes.y.map((n, i) => (i === 0 || i === shapes.y.length - 1 ? n : Math.max(0, sizes[i - 1])));
    return {
      text: `the outputs are laid out ${text}`,
      cost,
      apply(term) {
        if (term.y.some((v, i) => v >= grid[i])) return undefined;
        const index = indexAt(grid, term.y);
        return moved(term, 'y', index < sizeOf(shapes.y) ? placeOf(shapes.y, index) : shapes.y.map(() => -1));
      },
    };
  };
  const counted = (change: (axis: Axis) => Partial<Axis>): number[] =>
    axes.map((axis) => {
      const other = { ...axis, ...change(axis) };
      const room = other.input + other.before + other.after - ((other.size - 1) * other.dilation + 1);
      return Math.floor(room / other.stride) + 1;
    });
  const less = (only?: number): number[] =>
    axes.map(({ output }, i) => output - Number(only === undefined || only === i));
  return [
    on('one short on every axis', 6, less()),
    ...(axes.length > 1 ? namesOf(axes.length).map((name, i) => on(`one ${name} short`, 7, less(i))) : []),
    on(
      'as if there were no padding',
      6,
      counted(() => ({ before: 0, after: 0 })),
    ),
    on(
      'as if there were no padding before the first cell',
      7,
      counted(() => ({ before: 0 })),
    ),
    on(
      'as if there were no padding after the last cell',
      7,
      counted(() => ({ after: 0 })),
    ),
    on(
      'as if the padding after the last cell were taken away',
      8,
      counted(({ after }) => ({ after: -after })),
    ),
    on(
      'as if the padding before the first cell were taken away',
      8,
      counted(({ before }) => ({ before: -before })),
    ),
    on(
      'as if there were no last window that hangs over',
      7,
      counted(() => ({})),
    ),
  ];
}

/** Another number of the product is used as that of the position, or of the tap, to find the cell. */
function otherNumbers(terms: Terms): Change[] {
  const { windows, shapes } = terms;
  const { over, rank } = windows!;
  const at: Side = over === 'x' ? 'y' : 'x';
  const axes = axesOf(terms);
  const positions = shapes[at].slice(1, -1);
  const sources = sourcesOf(terms);
  const own = coordinatesOf(terms, at).filter(({ name }) => /(plane|row|column|position)$/.test(name));
  const starts = axes.flatMap((_, i) =>
    axes.flatMap((from, j): Change[] => {
      if (i === j) return [];
      const [to, name] = [namesOf(rank)[i], namesOf(rank)[j]];
      return [
        {
          text: `the windows start in the ${to} that has the number of their first ${name}`,
          cost: 9,
          apply(term) {
            const by = starting(from, term[at][1 + j]) - starting(axes[i], term[at][1 + i]);
            return moved(term, over, term[over].with(1 + i, term[over][1 + i] + by));
          },
        },
      ];
    }),
  );
  const numbered = sources.flatMap((source) => [
    ...own
      .filter(({ name }) => name !== source.name)
      .map((position) => ({
        text: `the windows lie at the ${position.name} that has the number of the ${source.name}`,
        cost: 11,
        apply: startingAt(terms, (_, term) => {
          const i = position.name.endsWith('position') ? -1 : own.indexOf(position);
          const place = i < 0 ? placeOf(positions, source.of(term)) : term[at].slice(1, -1).with(i, source.of(term));
          return axes.map(({ stride }, axis) => place[axis] * stride);
        }),
      })),
    ...axes
      .map((axis, i) => ({ axis, i, name: `tap ${namesOf(rank)[i]}` }))
      .filter(({ name }) => name !== source.name)
      .map(({ axis: { dilation }, i, name }) => ({
        text: `the cell is that of the ${name} that has the number of the ${source.name}`,
        cost: 11,
        apply(term: Term): Term {
          const place = term[over].with(1 + i, term[over][1 + i] + (source.of(term) - term.w[i]) * dilation);
          return moved(term, over, place);
        },
      })),
  ]);
  return [...starts, ...numbered];
}

const starting = ({ stride, before }: Axis, position: number): number => position * stride - before;
