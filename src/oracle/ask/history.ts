// Asks an engine so that what it keeps from one call to the next shows. Spec oracle-history.
//
//   a case       x, weight           right
//   a probe      other x and weight of the same shapes      wrong, but right for the first weight: stale
//                a case of another shape
//                the first again     other bits: unstable

import type { Tensor } from '../../tensor.ts';
import type { Case } from '../case.ts';
import { layerOf, operandsOf, shapeOf } from '../cases/tensors.ts';
import { theirTensor } from '../dialects/translate.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { ask, type Outcome, partsOf } from './ask.ts';
import { checkParts } from './outputs.ts';
import { arraysOf, howTheyDiffer, sameBits, tensorsIn } from './two-answers.ts';
import { verdict } from './verdict.ts';

/** How many of the first and of the last calls with a weight of the same shape are remembered: a cache may keep either. */
const KEPT = 4;
/** Fewer wrong elements may agree with other weights by chance. */
const ELEMENTS = 4;

/** Asks as {@link ask} does, and remembers. */
export interface History {
  /** With `isProbed`, a right answer is followed by the calls that bring out what is kept. */
  ask(c: Case, isProbed: boolean): Promise<Outcome>;
}

/** The tensor that an engine may keep in a form of its own: the first parameter of the layer, its weight. */
function weightOf(c: Case): readonly [name: string, weight: Tensor] | undefined {
  const layer = layerOf(c);
  const [name] = Object.keys(layer.params(shapeOf(c)));
  return name === undefined ? undefined : [name, operandsOf(c, layer)[name]!];
}

/** The same geometry with other tensors; those that are written out change their weights alone. */
function sibling(c: Case): Case {
  if (!c.given) return { ...c, seed: c.seed ^ 1 };
  const [name] = weightOf(c)!;
  const weight = c.given[name].map((value) => (value === 0 ? 1 : -value));
  return { ...c, given: { ...c.given, [name]: weight } };
}

/** An answer with its axes as the engine has them. */
const inTheirs = (subject: EngineUnderTest, c: Case, answer: unknown): unknown =>
  Object.fromEntries(
    tensorsIn(answer).map(([part, tensor]) => [part, theirTensor(subject, c, part === '' ? 'y' : part, tensor)]),
  );

/** What an engine keeps is suspected from `elements` wrong ones on. */
export function historyOf(subject: EngineUnderTest, elements = ELEMENTS): History {
  const earlier = new Map<string, Case[]>();
  let last: Case | undefined;
  let least = elements;

  /** Whether a wrong answer is the right one for the weights of an earlier call. */
  const explained = (outcome: Outcome, known: readonly Case[], enough: number): Outcome => {
    const { case: c, theirs, verdict: found } = outcome;
    if (found.kind !== 'fail' || found.wrong < enough) return outcome;
    const after = known.find((each) => {
      const [name, { data }] = weightOf(each)!;
      return checkParts(partsOf(subject, { ...c, given: { ...c.given, [name]: [...data] } }), theirs).kind === 'pass';
    });
    const message = 'the result for the weights of an earlier call with a weight of the same shape';
    if (!after) return outcome;
    least = 1; // after the first proof a single element is enough
    return { ...outcome, verdict: { ...found, kind: 'stale', message }, after };
  };
  const plain = async (c: Case, before?: Case): Promise<Outcome> => {
    const outcome = await ask(subject, c);
    const weight = weightOf(c);
    if (!weight) return outcome;
    const key = `${c.op} ${c.gradient} ${weight[1].shape}`;
    const known = earlier.get(key) ?? [];
    const judged = before ? explained(outcome, [before], 1) : explained(outcome, known, least);
    earlier.set(key, [...known.slice(0, KEPT), ...[...known.slice(KEPT), c].slice(-KEPT)]);
    return judged;
  };
  const probe = async (right: Outcome): Promise<Outcome> => {
    const c = right.case;
    const other = weightOf(c) && (await plain(sibling(c), c));
    if (other && isFailure(other.verdict.kind)) return other;
    if (last) await ask(subject, last);
    const again = await ask(subject, c);
    if (again.verdict.kind === 'skip') return right;
    if (again.theirs === undefined) return again; // an error, a hang, a crash
    const [before, after] = [right, again].map(({ theirs }) => arraysOf(theirs));
    if (before.length === after.length && before.every((data, i) => sameBits(data, after[i]))) return right;
    const [first, second] = [right, again].map(({ theirs }) => inTheirs(subject, c, theirs));
    const message = `the same call gave different bits after others in between: ${howTheyDiffer(first, second)}`;
    return { ...again, verdict: verdict('unstable', message), ...(last && { after: last }) };
  };
  return {
    async ask(c, isProbed) {
      const outcome = await plain(c);
      const { kind } = outcome.verdict;
      if (isFailure(kind) || kind === 'skip') return outcome;
      const probed = isProbed ? await probe(outcome) : outcome;
      last = c;
      return probed;
    },
  };
}
