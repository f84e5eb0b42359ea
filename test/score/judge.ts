// What the oracle makes of one faulty engine: whether it is caught, described and named, and whether the name is right.

import { ask } from '../../src/oracle/ask/ask.ts';
import { inProcess } from '../../src/oracle/ask/in-process.ts';
import { planCampaign, readSettings } from '../../src/oracle/cases/plan-campaign.ts';
import { isPossible } from '../../src/oracle/cases/tensors.ts';
import { isFailure } from '../../src/oracle/engine-under-test.ts';
import { agreementOf, answeredCaseOf } from '../../src/oracle/findings/agreement.ts';
import { mistakesOf } from '../../src/oracle/findings/predict.ts';
import { checkEngine, type Engine, type Finding } from '../../src/oracle/index.ts';
import { always } from '../../src/oracle/matrix/conditions.ts';
import { predictorOf } from '../../src/oracle/matrix/describe-finding.ts';
import { countOf } from '../../src/oracle/matrix/terms.ts';
import { isNonFinite } from '../../src/oracle/values.ts';

export interface Judged {
  readonly id: string;
  readonly what: string;
  readonly op: string;
  readonly isCaught: boolean;
  /** Not caught, and no case of several campaigns tells it from a right engine. */
  readonly isEqual?: boolean;
  /** Cases to the first failure and milliseconds to the end of the campaign. */
  readonly failures: number;
  readonly first?: number;
  readonly time: number;
  readonly kind?: string;
  readonly where?: string;
  readonly instead?: string;
  readonly isConfirmed?: boolean;
  readonly name?: string;
  readonly isExcused?: boolean;
  /** Of the fresh cases, on how many the name predicts something else than the engine gave. */
  readonly wrong?: number;
  readonly fresh?: number;
  readonly smallest?: string;
}

/** Cases with more products are too slow for loops of this kind. */
const PRODUCTS = 20000;

/** Asks for the output; if it is right, for the gradients. */
export async function judge(
  id: string,
  what: string,
  op: string,
  engine: Engine,
  fresh: number,
  cases = 200,
): Promise<Judged> {
  const start = performance.now();
  const { gradients, ...forward } = engine;
  for (const [i, each] of [forward, { ...forward, gradients }].entries()) {
    if (i === 1 && !gradients) break;
    let first: number | undefined;
    const report = await checkEngine(each, {
      ops: [op],
      cases,
      onProgress: ({ done, failures }) => {
        if (failures > 0) first ??= done;
      },
    });
    const findings = report.operators.flatMap((operator) => operator.findings);
    if (findings.length === 0) continue;
    const time = Math.round(performance.now() - start);
    const main = findings.reduce((a, b) => (b.cases.length > a.cases.length ? b : a));
    const name = nameOf(main);
    // A rule of another dialect is a name, which fresh cases try.
    const isExcused = findings.some(({ kind, mistake }) => !mistake && /^wrong-(dialect|layout|profile)$/.test(kind));
    return {
      id,
      what,
      op,
      isCaught: true,
      failures: findings.reduce((sum, { cases: all }) => sum + all.length, 0),
      first,
      time,
      kind: main.kind,
      smallest: main.id.slice(0, 160),
      ...(main.where && { where: main.where.text }),
      ...(main.instead && { instead: main.instead.text, isConfirmed: main.instead.confirmed }),
      ...(isExcused && { isExcused }),
      ...(name !== undefined && { name, ...(await verified(each, op, main, fresh, findings.length > 1)) }),
    };
  }
  const time = Math.round(performance.now() - start);
  return { id, what, op, isCaught: false, isEqual: await isRight(op, engine, fresh), failures: 0, time };
}

/** Whether no case of another campaign fails. */
async function isRight(op: string, engine: Engine, count: number): Promise<boolean> {
  const subject = inProcess(engine);
  for (const { cases } of planCampaign(subject, readSettings({ ops: [op], seed: 778, cases: count }))) {
    let asked = 0;
    for (const c of cases) {
      if (asked++ >= count) break;
      if (countOf(c) <= PRODUCTS && isFailure((await ask(subject, c)).verdict.kind)) return false;
    }
  }
  return true;
}

/** A name says what happens in every case: a known mistake, or a description that predicts all answers. */
const nameOf = ({ mistake, instead, kind }: Finding): string | undefined =>
  ['fail', 'wrong-shape', 'wrong-dialect'].includes(kind)
    ? (mistake ?? (instead?.evidence ? instead.text : undefined))
    : undefined;

/** Compares what a name predicts with the engine, on cases that no campaign has asked. */
async function verified(
  engine: Engine,
  op: string,
  finding: Finding,
  count: number,
  hasOthers: boolean,
): Promise<{ wrong: number; fresh: number }> {
  const subject = inProcess(engine);
  const isGradient = engine.gradients !== undefined;
  const predictor =
    (finding.mistake && finding.evidence && predictorOf(finding.evidence)) ||
    (finding.instead && predictorOf(finding.instead));
  const known = mistakesOf(op).find(({ name }) => name === finding.mistake);
  const mistake = known ?? predictor?.suspect.mistake;
  const condition = known ? always : (predictor?.condition ?? always);
  if (!mistake) return { wrong: 0, fresh: 0 };
  let [wrong, fresh] = [0, 0];
  for (const questions of planCampaign(subject, readSettings({ ops: [op], seed: 777, cases: 3 * count }))) {
    if (questions.gradient !== isGradient) continue;
    for (const c of questions.cases) {
      if (fresh >= count) break;
      if (isNonFinite(c.values) || countOf(c) > PRODUCTS) continue;
      const outcome = await ask(subject, c);
      if (outcome.verdict.kind === 'skip') continue;
      // An error is no answer that could be predicted. What fails outside of the condition may be another finding's.
      const isWrongAnswer = isFailure(outcome.verdict.kind);
      if (isWrongAnswer && (outcome.theirs === undefined || (hasOthers && !condition.holds(c)))) continue;
      // What is answered instead may be no question.
      const instead = known?.instead?.(c);
      if (instead && !isPossible(instead)) continue;
      fresh++;
      const predicted = condition.holds(c) ? agreementOf(mistake, answeredCaseOf(subject, outcome)) : 'unchanged';
      const isWrong = isWrongAnswer ? predicted !== 'agrees' : predicted !== 'unchanged';
      if (isWrong) wrong++;
    }
  }
  return { wrong, fresh };
}
