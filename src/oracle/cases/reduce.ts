// Makes a failing case small: first by the smaller neighbours that its family has, starting again from each that still fails;
// then by setting the cells of its tensors to 0, 1 or −1. On 13 planted faults this greedy search was as good as a library for
// property-based testing, and it can wait for asynchronous engines.

import type { Tensor } from '../../tensor.ts';
import type { Case } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import { nearestIn } from '../dialects/translate.ts';
import { familyOf } from '../families/index.ts';
import { caseId } from './id.ts';
import { isPossible, layerOf, operandsOf } from './tensors.ts';

/** Whether a candidate still fails in the same way. */
export type StillFails = (c: Case) => Promise<boolean>;

/** How many questions may be asked, and within how many seconds. */
export interface Budget {
  readonly calls: number;
  readonly seconds: number;
}

/** Tensors with more cells than this are not reduced cell by cell. */
const CELLS = 64;

/**
 * The smallest case found within the budget, asked in cases that the dialect can say, and what it was before its
 * cells were lowered. Spec oracle-reduce.
 */
export async function reduce(
  start: Case,
  stillFails: StillFails,
  { calls, seconds }: Budget,
  dialect: DialectName = 'toeplitz',
): Promise<readonly Case[]> {
  const end = performance.now() + 1000 * seconds;
  let left = calls;
  const fails: StillFails = async (c) =>
    left-- > 0 && performance.now() < end && isPossible(c) && (await stillFails(c));
  const drawn = await reduceAxes(start, fails, dialect);
  return [await reduceCells(drawn, fails), drawn];
}

/** Takes the first smaller neighbour that fails, and starts again from there. */
async function reduceAxes(start: Case, fails: StillFails, dialect: DialectName): Promise<Case> {
  let best = start;
  for (let found = true; found; ) {
    found = false;
    for (const neighbour of familyOf(best.op).smaller(best)) {
      const smaller = isPossible(neighbour) ? nearestIn(dialect, neighbour) : neighbour;
      if (caseId(smaller) === caseId(best) || !(await fails(smaller))) continue;
      best = smaller;
      found = true;
      break;
    }
  }
  return best;
}

/** Writes the tensors out and lowers their cells: all to 0, halves to 0, single cells to 0, then to 1 or −1. */
async function reduceCells(c: Case, fails: StillFails): Promise<Case> {
  const operands = Object.entries(operandsOf(c, layerOf(c))) as [string, Tensor][];
  if (operands.some(([, tensor]) => tensor.data.length > CELLS)) return c;
  let best: Case = {
    ...c,
    values: 'given',
    seed: 0,
    given: Object.fromEntries(operands.map(([name, t]) => [name, [...t.data]])),
  };
  const attempt = async (name: string, from: number, to: number, value: number): Promise<boolean> => {
    const cells = best.given![name];
    const next = cells.map((each, i) => (i >= from && i < to ? value : each));
    if (next.every((each, i) => Object.is(each, cells[i]))) return true;
    const candidate = { ...best, given: { ...best.given, [name]: next } };
    if (!(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  const clear = async (name: string, from: number, to: number): Promise<void> => {
    if ((await attempt(name, from, to, 0)) || to - from < 2) return;
    await clear(name, from, (from + to) >> 1);
    await clear(name, (from + to) >> 1, to);
  };
  for (const [name, { data }] of operands) await clear(name, 0, data.length);
  for (const [name, { data }] of operands) {
    for (let i = 0; i < data.length; i++) {
      const cell = best.given![name][i];
      if (cell !== 0 && cell !== 1 && !(await attempt(name, i, i + 1, 1))) await attempt(name, i, i + 1, -1);
    }
  }
  return best;
}
