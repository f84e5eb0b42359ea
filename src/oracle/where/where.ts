// In which cases an engine fails: a condition found in the answers of a campaign, and confirmed by new cases. Spec oracle-where.

import type { Case } from '../case.ts';
import type { Division, Tally, Where } from '../findings/finding.ts';
import { type Drawing, drawingFor, freshCases, type Sides } from './fresh.ts';
import { propertiesOf } from './properties.ts';
import { type Condition, conditionsFor, meets, textOf } from './search.ts';
import type { Sample } from './statements.ts';

/** An answered case. */
export interface Answered {
  readonly case: Case;
  readonly fails: boolean;
}

/** Asks a new case; undefined where the answer says nothing: it was skipped, or fails by another cause. */
export type Probe = (c: Case) => Promise<boolean | undefined>;

/** How new cases are asked. */
export interface Confirming {
  readonly drawing: Drawing['subject'];
  readonly probe: Probe;
  /** Whether new cases are answered at all; else a condition stands without them. */
  readonly isLive: boolean;
  /** Whether there is time for further questions. */
  readonly isOver: () => boolean;
}

/** A condition with the cases it holds of. */
export interface Found {
  readonly where: Where;
  readonly isInside: (c: Case) => boolean;
  /** Whether nearly all failures are inside: the others are of the same cause. */
  readonly isWhole: boolean;
}

/** At least this share must fail inside, at most that outside; and so many failures are needed. */
const [INSIDE, OUTSIDE, LEAST] = [0.9, 0.05, 3];
/** A condition of this share of the failures is that of all. */
const WHOLE = 0.9;
/** New cases on each side, and how often they are drawn for another condition. */
const [FRESH, ROUNDS] = [20, 6];
/** Of the new cases, as many may be on the wrong side. */
const ASTRAY = 1;
/** More cases of a kind than this are not looked through. */
const SAMPLES = 1500;

/**
 * The condition under which the cases fail that do; with `confirming`, one that also holds of new cases drawn for it.
 * `others` are failures of other causes, which speak neither for nor against it.
 */
export async function whereOf(answered: readonly Answered[], confirming?: Confirming): Promise<Found | undefined> {
  const samples = sampled(answered);
  if (answered.filter(({ fails }) => fails).length < LEAST) return undefined;
  if (!confirming) return plausible(conditionsFor(samples)[0], answered);
  const drawing = drawingFor(
    confirming.drawing,
    answered.map((each) => each.case),
    answered.length,
  );
  const more: Sample[] = [];
  for (let round = 0; round < ROUNDS && !confirming.isOver(); round++) {
    const condition = conditionsFor([...samples, ...more])[0];
    const found = plausible(condition, answered);
    const fresh = await asked(freshCases(condition, drawing, FRESH), confirming, more);
    if (fresh === undefined) return undefined;
    if (found && isHeld(fresh)) return { ...found, where: { ...found.where, fresh } };
    if (!confirming.isLive && fresh.inside[1] + fresh.outside[1] === 0) return found;
  }
  return undefined;
}

/** The first answers of both kinds. */
function sampled(answered: readonly Answered[]): Sample[] {
  return [true, false].flatMap((fails) =>
    answered
      .filter((each) => each.fails === fails)
      .slice(0, SAMPLES)
      .map((each) => ({ properties: propertiesOf(each.case), fails })),
  );
}

/** The condition with its counts, if it separates the answers of the campaign. */
function plausible(condition: Condition, answered: readonly Answered[]): Found | undefined {
  const isInside = (c: Case): boolean => meets(condition, propertiesOf(c));
  const known = new Map(answered.map((each) => [each, isInside(each.case)]));
  const tally = (inside: boolean): Tally => {
    const side = answered.filter((each) => known.get(each) === inside);
    return [side.filter(({ fails }) => fails).length, side.length];
  };
  const [inside, outside] = [tally(true), tally(false)];
  const isWhole = inside[0] >= WHOLE * (inside[0] + outside[0]);
  if (inside[0] < LEAST || inside[0] < INSIDE * inside[1]) return undefined;
  if (isWhole && outside[0] > OUTSIDE * outside[1] && outside[0] > ASTRAY) return undefined;
  const text = textOf(condition);
  return { where: { text, terms: condition.statements.map((each) => each.text), inside, outside }, isInside, isWhole };
}

/** Asks the new cases of both sides; their answers become samples of the next search. */
async function asked(
  { inside, outside }: Sides,
  { probe, isOver }: Confirming,
  more: Sample[],
): Promise<Division | undefined> {
  const tally = async (cases: readonly Case[]): Promise<Tally | undefined> => {
    let [fails, asked] = [0, 0];
    for (const c of cases) {
      if (isOver()) return undefined;
      const failed = await probe(c);
      if (failed === undefined) continue;
      more.push({ properties: propertiesOf(c), fails: failed });
      asked++;
      if (failed) fails++;
    }
    return [fails, asked];
  };
  const [within, without] = [await tally(inside), await tally(outside)];
  return within && without && { inside: within, outside: without };
}

/** Whether enough new cases are as the condition says. */
const isHeld = ({ inside: [within, asked], outside: [without] }: Division): boolean =>
  asked >= FRESH / 2 && asked - within <= ASTRAY && without <= ASTRAY;
