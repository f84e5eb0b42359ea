// Statements that compare numbers of a case with one another. Spec oracle-where.
//
//   space of x 7, 5      height of x > width of x
//   stride 3, 1 and size 2, 2            stride > size on some axis

import type { Properties, Quantity, Statement } from './property.ts';

/** Numbers of the whole case that are of one kind, so that it makes sense to compare them. */
const counts = new Set(['batch', 'channels of x', 'channels of y', 'groups']);
/** Numbers of cells along an axis. */
const lengths = new Set([
  'size',
  'stride',
  'dilation',
  'padding',
  'padding before',
  'padding after',
  'reach of the window',
  'space of x',
  'space of y',
]);

/** All comparisons that the numbers of a case allow. */
export function comparisons(numbers: readonly Quantity[]): Statement[] {
  const along = numbers.filter(({ name }) => lengths.has(name));
  const whole = numbers.filter(({ name }) => counts.has(name));
  return [
    ...numbers.filter(({ values }) => values.length > 1).flatMap(ofAxes),
    ...pairs(along).flatMap(([a, b]) => (a.values.length === b.values.length ? ofLengths(a, b) : [])),
    ...pairs(whole).flatMap(([a, b]) => ofCounts(a, b)),
  ];
}

const pairs = <T>(list: readonly T[]): (readonly [T, T])[] =>
  list.flatMap((a, i) => list.slice(i + 1).map((b) => [a, b] as const));

/** What the numbers of a case by these names are, as long as there are as many as were seen. */
const valuesIn = ({ numbers }: Properties, { name, values: { length } }: Quantity): readonly number[] | undefined => {
  const values = numbers.get(name)?.values;
  return values?.length === length ? values : undefined;
};

/** The first axis and the last. */
function ofAxes(quantity: Quantity): Statement[] {
  const { name, values, cost, each } = quantity;
  const [one, other] = each
    ? [each[0], each[each.length - 1]]
    : [`${name} of the first axis`, `${name} of the last axis`];
  const statement = (text: string, more: number, test: (first: number, last: number) => boolean): Statement => ({
    text,
    cost: cost + more,
    holds(properties) {
      const found = valuesIn(properties, quantity);
      return found !== undefined && test(found[0], found[values.length - 1]);
    },
  });
  return [
    statement(`${one} ≠ ${other}`, 1.5, (a, b) => a !== b),
    statement(`${one} = ${other}`, 1.5, (a, b) => a === b),
    statement(`${one} > ${other}`, 2.5, (a, b) => a > b),
    statement(`${one} ≤ ${other}`, 3, (a, b) => a <= b),
    statement(`${other} > ${one}`, 2.5, (a, b) => b > a),
    statement(`${other} ≤ ${one}`, 3, (a, b) => b <= a),
  ];
}

/** Two lengths, axis by axis. */
function ofLengths(a: Quantity, b: Quantity): Statement[] {
  const isOne = a.values.length === 1;
  const statement = (
    [one, sign, other]: readonly [Quantity, string, Quantity],
    choice: 'some' | 'every',
    more: number,
    test: (x: number, y: number) => boolean,
  ): Statement => ({
    text: `${one.name} ${sign} ${other.name}${isOne ? '' : ` on ${choice} axis`}`,
    cost: Math.max(a.cost, b.cost) + 2 + more,
    holds(properties) {
      const [x, y] = [valuesIn(properties, one), valuesIn(properties, other)];
      if (x === undefined || y === undefined) return false;
      return choice === 'some' ? x.some((each, i) => test(each, y[i])) : x.every((each, i) => test(each, y[i]));
    },
  });
  const orders = [
    [a, b],
    [b, a],
  ] as const;
  return [
    ...(['some', 'every'] as const).flatMap((choice, i) =>
      orders.flatMap(([one, other]) => [
        statement([one, '>', other], choice, i, (x, y) => x > y),
        statement([one, '≤', other], choice, 1 + i, (x, y) => x <= y),
      ]),
    ),
    statement([a, '=', b], 'every', 0.5, (x, y) => x === y),
    statement([a, '≠', b], 'some', 0.5, (x, y) => x !== y),
  ];
}

/** Two numbers of the whole case. */
function ofCounts(a: Quantity, b: Quantity): Statement[] {
  const statement = (text: string, more: number, test: (x: number, y: number) => boolean): Statement => ({
    text,
    cost: Math.max(a.cost, b.cost) + 3 + more,
    holds(properties) {
      const [x, y] = [valuesIn(properties, a), valuesIn(properties, b)];
      return x !== undefined && y !== undefined && test(x[0], y[0]);
    },
  });
  return [
    statement(`${a.name} = ${b.name}`, 0, (x, y) => x === y),
    statement(`${a.name} ≠ ${b.name}`, 0.5, (x, y) => x !== y),
    statement(`${a.name} > ${b.name}`, 1, (x, y) => x > y),
    statement(`${a.name} ≤ ${b.name}`, 1.5, (x, y) => x <= y),
    statement(`${b.name} > ${a.name}`, 1, (x, y) => y > x),
    statement(`${b.name} ≤ ${a.name}`, 1.5, (x, y) => y <= x),
  ];
}
