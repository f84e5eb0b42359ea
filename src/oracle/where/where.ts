// In which cases an engine fails: a condition found in the answers of a campaign, and confirmed by new cases. Spec oracle-where.

import type { Case } from '../case.ts';
import type { Division, Tally, Where } from '../findings/finding.ts';
import { propertiesOf } from './case-properties.ts';
import { casesNear, type Drawing, drawingFor, freshCases, type Sides } from './fresh-cases.ts';
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
  readonly subject: Drawing['subject'];
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

/** At least this share must fail inside, at most that outside: some tensors hide a mistake. So many failures are needed. */
const [INSIDE, OUTSIDE, LEAST] = [0.8, 0.05, 3];
/** Around fewer failures than the first, so many further cases are asked before a condition is looked for. */
const [FEW, AROUND] = [6, 40];
/** A condition of this share of the failures is that of all; one of less than the other is none. */
const [WHOLE, PART] = [0.9, 0.3];
/** New cases on each side, and how often they are drawn for another condition. */
const [FRESH, ROUNDS] = [20, 5];
/** After so many searches without a condition there is none to be found. */
const VAIN = 2;
/** With fewer answers inside, nothing is confirmed. */
const ENOUGH = 8;
/** Of the new cases this share may pass inside and fail outside. */
const [HIDDEN, ASTRAY] = [0.1, 0.05];
/** More cases of a kind than this are not looked through. */
const SAMPLES = 1500;

/**
 * The condition under which the cases fail that do, without new cases. Of all that separate them the best; but rather one
 * of those that new cases have `confirmed`, if it is among the best.
 */
export function conditionIn(
  answered: readonly Answered[],
  confirmed: ReadonlyMap<string, Division> = new Map(),
): Found | undefined {
  if (answered.filter(({ fails }) => fails).length < LEAST) return undefined;
  const conditions = conditionsFor(sampled(answered));
  for (const condition of conditions) {
    const fresh = confirmed.get(textOf(condition));
    const found = fresh && plausible(condition, answered);
    if (found) return { ...found, where: { ...found.where, fresh } };
  }
  return plausible(conditions[0], answered);
}

/**
 * The conditions under which the cases fail that do, at most so many, each of which also holds of new cases drawn for it.
 * What another of the conditions covers speaks neither for nor against one. Around cases of which more must be known, such
 * as a smaller one that fails too, new ones are asked first.
 */
export async function conditionsOf(
  answered: readonly Answered[],
  confirming: Confirming,
  most: number,
  around: readonly Case[] = [],
): Promise<readonly Found[]> {
  const failing = answered.filter(({ fails }) => fails).map((each) => each.case);
  if (failing.length < (confirming.isLive ? 1 : LEAST)) return [];
  const samples = sampled(answered);
  const drawing = drawingFor(
    confirming.subject,
    answered.map((each) => each.case),
    answered.length,
  );
  const more: Sample[] = [];
  if (around.length > 0)
    await asked({ inside: [...around, ...casesNear(around, drawing, AROUND)], outside: [] }, confirming, more);
  if (failing.length < FEW && confirming.isLive)
    await asked({ inside: casesNear(failing, drawing, AROUND), outside: [] }, confirming, more);
  if (failing.length + more.filter(({ fails }) => fails).length < LEAST) return [];
  const confirmed = new Map<string, Division>();
  let held: readonly Found[] = [];
  let best: readonly Found[] | undefined;
  let vain = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const conditions = covering([...samples, ...more], most);
    const founds: Found[] = [];
    let [isSilent, isPlausible] = [true, false];
    for (const condition of conditions) {
      const others = conditions.filter((each) => each !== condition);
      const isOther = (c: Case): boolean => others.some((each) => meets(each, propertiesOf(c)));
      const found = plausible(
        condition,
        answered.filter((each) => !each.fails || meets(condition, propertiesOf(each.case)) || !isOther(each.case)),
      );
      if (found) isPlausible = true;
      const text = textOf(condition);
      const fresh =
        confirmed.get(text) ?? (await asked(freshCases(condition, drawing, FRESH, isOther), confirming, more));
      if (fresh === undefined) return best ?? held;
      if (fresh.inside[1] + fresh.outside[1] > 0) isSilent = false;
      if (found && isSilent && !confirming.isLive) founds.push(found);
      if (!found || !isHeld(fresh, found.where.outside)) continue;
      confirmed.set(text, fresh);
      founds.push({ ...found, where: { ...found.where, fresh } });
    }
    held = founds.map((each) => ({ ...each, isWhole: each.isWhole && conditions.length === 1 }));
    if (isSilent && !confirming.isLive) return held;
    if (held.length === conditions.length) {
      const isBetter = best === undefined || astrayIn(held) < astrayIn(best);
      // What fails outside, among the new cases too, may be inside another condition, which further new ones try.
      if (!isBetter || astrayIn(held) === 0) return isBetter ? held : best!;
      if (best !== undefined) return held;
      best = held;
    } else if (best) return best;
    if (!isPlausible && ++vain === VAIN) return held;
  }
  return best ?? held;
}

/** How many of the new cases fail outside of conditions. */
const astrayIn = (held: readonly Found[]): number =>
  held.reduce((sum, { where }) => sum + (where.fresh?.outside[0] ?? 0), 0);

/** Conditions that together hold of the failures, the best first, each of the failures that those before it leave. */
function covering(samples: readonly Sample[], most: number): Condition[] {
  const found: Condition[] = [];
  let rest = samples;
  const failures = (): number => rest.filter(({ fails }) => fails).length;
  while (found.length < most && (found.length === 0 || failures() >= LEAST)) {
    const [condition] = conditionsFor(rest);
    const inside = rest.filter(({ properties }) => meets(condition, properties));
    const covered = inside.filter(({ fails }) => fails).length;
    const isGood = covered >= INSIDE * inside.length && covered >= PART * failures();
    if (found.length > 0 && !isGood) break;
    found.push(condition);
    if (!isGood || covered >= WHOLE * failures()) break;
    rest = rest.filter(({ fails, properties }) => !fails || !meets(condition, properties));
  }
  return found;
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
  const least = Math.min(LEAST, answered.filter(({ fails }) => fails).length);
  if (inside[0] < Math.max(1, least) || inside[0] < INSIDE * inside[1]) return undefined;
  if (inside[0] < PART * (inside[0] + outside[0])) return undefined;
  if (isWhole && outside[0] > OUTSIDE * outside[1] && outside[0] > 1) return undefined;
  const terms = condition.statements.map((each) => each.text);
  return { where: { text: textOf(condition), terms, inside, outside }, isInside, isWhole };
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

/** Whether enough new cases are as the condition says; outside as many may fail, twice over, as in the campaign. */
const isHeld = ({ inside: [within, asked], outside: [without, others] }: Division, [fails, all]: Tally): boolean =>
  asked >= ENOUGH &&
  asked - within <= HIDDEN * asked &&
  without <= Math.max(1, ASTRAY * others, (2 * fails * others) / Math.max(all, 1));

/** The condition of failures that are all in the gradient of one operand, while the others are right. */
export function inPart(where: Where, part: string): Where {
  const words = partWords(part);
  return { ...where, text: `${where.text}, in ${words}`, terms: [...where.terms, words] };
}

const partWords = (part: string): string => `the gradient of ${part}`;

/** The operand in whose gradient alone it fails, if it is one; and the condition without it. */
export function partOf({ text, terms, ...rest }: Where): readonly [condition: Where, part: string | undefined] {
  const words = terms.find((each) => each.startsWith(partWords('')));
  if (words === undefined) return [{ text, terms, ...rest }, undefined];
  const condition = {
    ...rest,
    text: text.slice(0, -`, in ${words}`.length),
    terms: terms.filter((each) => each !== words),
  };
  return [condition, words.slice(partWords('').length)];
}
