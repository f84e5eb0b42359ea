// What an engine computes instead, for a finding: read on its smallest case and on one that tells more, and
// then held against every answer of the campaign. Spec oracle-instead.

import type { Shape } from '../../tensor.ts';
import { ask, type Outcome } from '../ask/ask.ts';
import { type Patient, patient } from '../ask/patience.ts';
import type { Case } from '../case.ts';
import { parseCaseId } from '../cases/id.ts';
import { layerOf, shapeOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { agreementOf, answeredCaseOf } from '../findings/agreement.ts';
import type { Evidence, Finding, Instead } from '../findings/finding.ts';
import { mistakesOf } from '../findings/predict.ts';
import type { Mistake } from '../mistake.ts';
import { type Named, nameBy, type Suspect } from './choose-description.ts';
import { type Description, readMatrix } from './describe-case.ts';
import { inGradients, ofBias } from './difference-in-words.ts';
import type { PartRules, Rule } from './rules.ts';
import { shapeMistakes } from './shapes.ts';
import { smallestOf, suspectsOf } from './suspects.ts';
import { countOf } from './terms.ts';

/** What is found out about the failures of one cause. */
interface Described {
  readonly instead?: Instead;
  /** A known mistake that is made under a condition. */
  readonly mistake?: string;
  readonly evidence?: Evidence;
}

/** Seconds that an engine may take for the questions of one finding. */
const SECONDS = 20;

/** A second case is read if it has no more products than this; of one that cannot be read in time, a smaller one. */
const PRODUCTS = [1200, 250];

/** The lengths of all axes of a case. */
function lengthsOf(c: Case): readonly number[] {
  const layer = layerOf(c);
  const x = shapeOf(c);
  return [x, layer.shape(x), ...(Object.values(layer.params(x)) as Shape[])].flat();
}

/**
 * The failing case with most axes longer than 1: the rules that are possible there are fewer than in the smallest case. Beside
 * one that is known, the one with most such axes that are short there, if there is any.
 */
function mostTelling(failures: readonly Outcome[], products: number, known?: Case): Case | undefined {
  const short = known && lengthsOf(known).map((n) => n < 2);
  let [best, most]: [Case | undefined, number] = [undefined, known ? 0 : -1];
  for (const { case: c, verdict } of failures) {
    if (verdict.kind !== 'fail' || countOf(c) > products) continue;
    const lengths = lengthsOf(c);
    const long = lengths.reduce((sum, n, i) => sum + (short && !short[i] ? 0 : n > 2 ? 3 : n > 1 ? 2 : 0), 0);
    if (long > most) [best, most] = [c, long];
  }
  return best;
}

/** Mistakes with a condition that were found, to be asked what they predict. */
const predictors = new WeakMap<object, Named>();

/** What a description that holds in every case predicts: a mistake and the condition under which it is made. */
export const predictorOf = (instead: object): Named | undefined => predictors.get(instead);

/** The finding with what the engine computes instead of right results. */
export async function withInstead(
  subject: EngineUnderTest,
  finding: Finding,
  failures: readonly Outcome[],
  passes: readonly Outcome[],
): Promise<Finding> {
  if (finding.passesAlone || finding.intermittent) return finding;
  if (finding.kind === 'wrong-shape' && !finding.mistake)
    return { ...finding, ...(await ofShape(subject, failures, passes)) };
  // Of equal cells the choice is wrong, not the window.
  if (finding.kind !== 'fail' || failures.every(({ case: { values } }) => values === 'ties')) return finding;
  const found = await describe(subject, parseCaseId(finding.id), failures, passes, finding.mistake !== undefined);
  return { ...finding, ...found };
}

/** The formula that gives every wrong shape, and changes no right one. */
async function ofShape(
  subject: EngineUnderTest,
  failures: readonly Outcome[],
  passes: readonly Outcome[],
): Promise<Described> {
  const wrong = failures.filter(({ verdict: { kind }, case: c }) => kind === 'wrong-shape' && !c.gradient);
  const [smallest] = smallestOf(wrong);
  const { shape } = (smallest?.theirs ?? {}) as { shape?: unknown };
  if (!Array.isArray(shape)) return {};
  const suspects = [...mistakesOf(smallest.case.op).map(known), ...shapeMistakes(smallest.case, shape)];
  const named = await nameBy(patient(subject, SECONDS), suspects, wrong, passes);
  return named ? described(undefined, undefined, named) : {};
}

/** Whether one description predicts all failures and no other answer, though known mistakes explain some of them. */
export async function isOneCause(
  subject: EngineUnderTest,
  failures: readonly Outcome[],
  passes: readonly Outcome[],
): Promise<boolean> {
  const [smallest] = smallestOf(failures);
  const isGiven = ({ verdict: { kind } }: Outcome): boolean => kind === 'fail' || kind === 'wrong-shape';
  if (!smallest || !failures.every(isGiven)) return false;
  const { instead, evidence } = await describe(subject, smallest.case, failures, passes, false);
  return evidence !== undefined || instead?.evidence !== undefined;
}

async function describe(
  subject: EngineUnderTest,
  smallest: Case,
  failures: readonly Outcome[],
  passes: readonly Outcome[],
  isNamed: boolean,
): Promise<Described> {
  const engine = patient(subject, SECONDS);
  const found = await readMatrix(engine, smallest);
  const [telling, larger] = found && found.rules.length > 0 ? await readTelling(engine, failures) : [];
  if (isNamed) return described(found, larger);
  const rules = suspectsOf(subject, larger, failures);
  let suspects = distinct(rules.length > 0 ? rules : suspectsOf(subject, found, failures));
  const own = [await ask(subject, smallest)].filter(
    ({ verdict: { kind } }) => kind === 'fail' || kind === 'wrong-shape',
  );
  let named = await nameBy(engine, [...mistakesOf(smallest.op).map(known), ...suspects], failures, passes, own);
  const seen = telling ? [telling] : [];
  for (let read = 0; read < READ && !named && telling; read++) {
    const others = unlikely(subject, suspects, failures).filter((each) => !seen.includes(each.case));
    const [next, second] =
      others.length > 0 ? await readTelling(engine, others) : await readTelling(engine, failures, seen.at(-1));
    if (!next || !second) break;
    seen.push(next);
    suspects = distinct(suspectsOf(subject, second, failures));
    named = await nameBy(engine, suspects, failures, passes, own);
  }
  return described(found, larger, named);
}

/** How many further cases are read where the first ones give no name. */
const READ = 3;

/** The failures that the suspect with most of the smallest ones does not explain. */
function unlikely(
  subject: EngineUnderTest,
  suspects: readonly Suspect[],
  failures: readonly Outcome[],
): readonly Outcome[] {
  const first = smallestOf(failures.filter((each) => countOf(each.case) <= PRODUCTS[0])).slice(0, COMPARED);
  const likely = suspects.slice(0, LIKELY);
  const left = likely.map((): Outcome[] => []);
  for (const outcome of first) {
    const answered = answeredCaseOf(subject, outcome);
    for (const [i, { mistake }] of likely.entries())
      if (agreementOf(mistake, answered) !== 'agrees') left[i].push(outcome);
  }
  return left.reduce((least, each) => (each.length < least.length ? each : least), first);
}

/** How many failures are compared with how many suspects to find one that they do not explain. */
const [COMPARED, LIKELY] = [24, 40];

/** The most telling case that can be read, and what is read there. */
async function readTelling(
  engine: Patient,
  failures: readonly Outcome[],
  known?: Case,
): Promise<readonly [Case?, Description?]> {
  for (const products of PRODUCTS) {
    const telling = mostTelling(failures, products, known);
    const read = telling && (await readMatrix(engine, telling));
    if (read && read.rules.length > 0) return [telling, read];
  }
  return [];
}

const distinct = (list: readonly Suspect[]): Suspect[] =>
  [...new Map(list.toReversed().map((each) => [each.mistake.name, each])).values()].sort((a, b) => a.cost - b.cost);

/** A known mistake is said in fewer words than any rule. */
const known = (mistake: Mistake): Suspect => ({ mistake, cost: 0, isKnown: true });

function described(found: Description | undefined, larger: Description | undefined, named?: Named): Described {
  const description = insteadOf(found, larger);
  if (!named) return description ? { instead: description } : {};
  const { suspect, condition, evidence } = named;
  const text = condition.text === '' ? suspect.mistake.name : `${suspect.mistake.name}, with ${condition.text}`;
  if (suspect.isKnown) {
    const mistake = { ...(description && { instead: description }), mistake: text, evidence };
    predictors.set(evidence, named);
    return mistake;
  }
  const instead: Instead = { ...description!, text, confirmed: true, evidence };
  predictors.set(instead, named);
  return { instead };
}

/**
 * What the smallest case shows, in the words of a larger one as far as they are true there too: of a single cell many rules
 * are true.
 */
function insteadOf(found: Description | undefined, larger: Description | undefined): Instead | undefined {
  if (!larger?.instead.confirmed) return found?.instead;
  if (!found?.instead.confirmed) return larger.instead;
  const text = larger.rules.every(isRule) ? larger.rules.reduce(inWordsTrueOf(found), larger.instead.text) : undefined;
  return text === undefined ? found.instead : { ...found.instead, text };
}

/** The words of a part, with its plainest rules that are true in another case, if that is wrong in the same part. */
const inWordsTrueOf =
  ({ rules }: Description) =>
  (text: string | undefined, { part, isBeyondNaN, ...all }: PartRules): string | undefined => {
    const isPlain = ({ isArbitrary }: Rule): boolean => !isBeyondNaN && !isArbitrary;
    const [products, biases] = [all.products.filter(isPlain), all.biases.filter(isPlain)];
    const own = rules.find((each) => each.part === part);
    const rule = products.find((each) => own?.follow(each.text));
    const bias = biases.find((each) => own?.followBias(each.text));
    const isSaid = own?.isOther.products && all.products.length > 0;
    if (isSaid && products.length === 0) return undefined;
    const said = isSaid ? rule && text?.replace(products[0].text, rule.text) : text;
    if (!own?.isOther.biases || biases.length === 0) return said;
    if (!bias) return undefined;
    const [from, to] = [biases[0], bias].map((each) => ofBias(each.text));
    const whole = inGradients([part], from);
    return said?.includes(whole) ? said.replace(whole, inGradients([part], to)) : said?.replace(from, to);
  };

const isRule = ({ products, biases, isOther }: PartRules): boolean =>
  (!isOther.products || products.length > 0) && (!isOther.biases || biases.length > 0 || products[0]?.hasBias === true);
