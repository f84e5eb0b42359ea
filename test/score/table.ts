// The score as a table: what of each set was caught, described and named.

import type { Judged } from './judge.ts';

const middle = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;

/** Faults that no case tells from a right engine do not count. A row for each set. */
export function scoreTable(result: Readonly<Record<string, Readonly<Record<string, Judged>>>>): string {
  const rows = Object.entries(result).map(([set, judged]) => {
    const all = Object.values(judged);
    const asked = all.filter(({ isEqual }) => !isEqual);
    const caught = asked.filter(({ isCaught }) => isCaught);
    const count = (test: (each: Judged) => unknown): number => caught.filter(test).length;
    const isWrong = ({ name, wrong = 0, isExcused }: Judged): boolean =>
      isExcused === true || (name !== undefined && wrong > 0);
    return [
      set,
      all.length - asked.length,
      asked.length,
      caught.length,
      count(({ where }) => where !== undefined),
      count(({ isConfirmed }) => isConfirmed),
      count(({ where, isConfirmed }) => where !== undefined || isConfirmed),
      count((each) => each.name !== undefined && !isWrong(each)),
      count(isWrong),
      middle(caught.map(({ first = 0 }) => first)),
      (middle(caught.map(({ time }) => time)) / 1000).toFixed(1),
    ];
  });
  const head = [
    'set',
    'equal',
    'asked',
    'caught',
    'where',
    'instead',
    'either',
    'rightly named',
    'wrongly',
    'first at',
    'seconds',
  ];
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
