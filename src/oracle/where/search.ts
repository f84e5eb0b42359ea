// The condition that tells failing cases from passing ones at the least price. Spec oracle-where.
//
//   price = log₂ C(n, f) inside + log₂ C(n, f) outside + the price of the words, in bits
//
// log₂ C(n, f) bits say which f of n cases fail where nothing else tells them apart: none, where all fail or none does.

import { log } from '../../reference/math.ts';
import type { Properties, Statement } from './property.ts';
import { type Sample, statementsAbout } from './statements.ts';

/** Statements that hold together: none, one or two. */
export interface Condition {
  readonly statements: readonly Statement[];
  readonly price: number;
}

/** A condition without statements. */
export const EVERY = 'every case';

export const textOf = ({ statements }: Condition): string =>
  statements.length === 0 ? EVERY : statements.map(({ text }) => text).join(' and ');

export const meets = ({ statements }: Condition, properties: Properties): boolean =>
  statements.every((each) => each.holds(properties));

/** The words of a second statement cost more than those of the first. */
const SECOND = 2;
/** How many conditions are given, the best first. */
const KEPT = 24;
/** Only the best statements are combined; and the very best with all: of a second statement alone little may be seen. */
const [COMBINED, FIRST] = [600, 40];

/** Cases as bits. */
type Bits = Uint32Array;

interface Candidate {
  readonly statement: Statement;
  readonly fail: Bits;
  readonly pass: Bits;
}

/** The conditions with the lowest prices, which hold of failures more often than of passes; of equal ones the plainest. */
export function conditionsFor(samples: readonly Sample[]): Condition[] {
  const [failing, passing] = [true, false].map((fails) => samples.filter((each) => each.fails === fails));
  const [F, P] = [failing.length, passing.length];
  const bits = binomials(samples.length);
  const best: Condition[] = [{ statements: [], price: bits(F, F + P) }];
  const offer = (price: number, statements: () => Statement[]): void => {
    if (best.length === KEPT && price >= best[KEPT - 1].price) return;
    let at = best.length;
    while (at > 0 && best[at - 1].price > price) at--;
    best.splice(at, 0, { statements: statements(), price });
    if (best.length > KEPT) best.pop();
  };
  const priceOf = (f: number, p: number): number => bits(f, f + p) + bits(F - f, F - f + P - p);
  const isTelling = (f: number, p: number): boolean => f > 0 && f * P > p * F;
  const candidates = distinct(statementsAbout(samples), failing, passing);
  const ranked = candidates.map((each) => {
    const [f, p] = [count(each.fail), count(each.pass)];
    const price = priceOf(f, p) + each.statement.cost;
    if (isTelling(f, p)) offer(price, () => [each.statement]);
    return { ...each, price, hold: f };
  });
  const useful = ranked.filter(({ hold }) => hold > 0).sort((a, b) => a.price - b.price);
  for (let i = 0; i < Math.min(useful.length, COMBINED); i++) {
    const a = useful[i];
    const end = i < FIRST ? useful.length : Math.min(useful.length, COMBINED);
    for (let j = i + 1; j < end; j++) {
      const b = useful[j];
      const words = a.statement.cost + b.statement.cost + SECOND;
      if (best.length === KEPT && words >= best[KEPT - 1].price) continue;
      const f = common(a.fail, b.fail);
      if (f === 0) continue;
      const p = common(a.pass, b.pass);
      const price = priceOf(f, p) + words;
      if (isTelling(f, p)) offer(price, () => inOrder(a.statement, b.statement));
    }
  }
  return best;
}

/** The plainer statement first. */
const inOrder = (a: Statement, b: Statement): Statement[] => (a.cost <= b.cost ? [a, b] : [b, a]);

/** Of statements that hold of the same cases the plainest; none that holds of all or of none. */
function distinct(
  statements: readonly Statement[],
  failing: readonly Sample[],
  passing: readonly Sample[],
): Candidate[] {
  const known = new Map<string, Candidate>();
  for (const statement of statements) {
    const [fail, pass] = [failing, passing].map((list) => bitsOf(list, statement));
    const key = `${fail} ${pass}`;
    const found = known.get(key);
    if (!found || statement.cost < found.statement.cost) known.set(key, { statement, fail, pass });
  }
  return [...known.values()].filter(({ fail, pass }) => {
    const holds = count(fail) + count(pass);
    return holds > 0 && holds < failing.length + passing.length;
  });
}

function bitsOf(list: readonly Sample[], { holds }: Statement): Bits {
  const bits = new Uint32Array(Math.ceil(list.length / 32));
  for (let i = 0; i < list.length; i++) if (holds(list[i].properties)) bits[i >>> 5] |= 1 << (i & 31);
  return bits;
}

/** How many bits of a word are 1 [Warren, Hacker's Delight, §5.1]. */
function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function count(bits: Bits): number {
  let sum = 0;
  for (let i = 0; i < bits.length; i++) sum += ones(bits[i]);
  return sum;
}

function common(a: Bits, b: Bits): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ones(a[i] & b[i]);
  return sum;
}

/** log₂ C(n, f) for n up to `most`. */
function binomials(most: number): (f: number, n: number) => number {
  const factorials = new Float64Array(most + 1);
  for (let n = 2; n <= most; n++) factorials[n] = factorials[n - 1] + log(n) / Math.LN2;
  return (f, n) => factorials[n] - factorials[f] - factorials[n - f];
}
