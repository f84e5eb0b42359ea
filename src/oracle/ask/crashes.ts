// What crashes or hangs an engine, learnt from the cases that did: the others are asked all the same. Spec oracle-crashes.
//
//   crashed    batch 3 stride 2    batch 2 stride 1      answered   batch 1 stride 2
//   so         batch > 1           is not asked; what was held back for stride > 1 is asked now

import type { Case } from '../case.ts';
import type { VerdictKind } from '../engine-under-test.ts';
import { propertiesOf } from '../where/case-properties.ts';
import type { Properties } from '../where/property.ts';
import { type Condition, conditionsFor, meets, textOf } from '../where/search.ts';
import type { Outcome } from './ask.ts';

/** An operator is left after so many kinds of crashes, or so many crashes that nothing tells from the answers. */
const GIVE_UP = 3;
/** Nor is one asked on that crashes as often as this without an answer: there is nothing to tell its crashes from. */
const UNANSWERED = 6;
/** Of the cases that are expected to crash this one is asked all the same, and then each time that they are twice as many. */
const ASKED = 16;

export const isDeadly = (kind: VerdictKind): boolean => kind === 'timeout' || kind === 'crash';

export interface Crashes {
  /** Those of the cases that are not expected to crash, and those held back once they no longer are. */
  worthAsking(cases: Iterable<Case>): Generator<Case>;
  note(outcome: Outcome): void;
  /** Whether no more can be learnt. */
  isHopeless(): boolean;
  /** How many cases were held back, by what they have in common. */
  avoided(): Readonly<Record<string, number>>;
}

/** A case that crashed; numbers in its message may be those of the case, and what stands behind a colon anything. */
interface Crash {
  readonly message: string;
  readonly said: Properties;
}

/** Conditions that hold of no answer and together of all crashes but the unexplained. */
interface Separation {
  readonly causes: readonly Condition[];
  readonly unexplained: number;
}

const messageOf = ({ verdict: { kind, message } }: Outcome): string =>
  `${kind} ${message.replace(/[:;].*/s, '').replace(/\d+/g, '#')}`;

const nothing: Separation = { causes: [], unexplained: 0 };

const isHopeless = ({ causes, unexplained }: Separation): boolean => causes.length >= GIVE_UP || unexplained >= GIVE_UP;

/** One condition after another, each the best that no answer meets; two statements only if they cost less than to list the crashes. */
function separating(crashes: readonly Crash[], answers: readonly Properties[]): Separation {
  if (answers.length === 0) return nothing;
  const passing = answers.map((properties) => ({ properties, fails: false }));
  const causes: Condition[] = [];
  let rest = crashes.map(({ said }) => said);
  while (rest.length > 0) {
    const conditions = conditionsFor([...rest.map((properties) => ({ properties, fails: true })), ...passing]);
    const list = conditions.find(({ statements }) => statements.length === 0)?.price ?? Infinity;
    const cause = conditions.find(
      (each) =>
        each.statements.length > 0 &&
        (each.statements.length === 1 || each.price < list) &&
        !answers.some((answer) => meets(each, answer)),
    );
    if (!cause) break;
    causes.push(cause);
    rest = rest.filter((said) => !meets(cause, said));
  }
  return { causes, unexplained: rest.length };
}

/** Crashes of one message have one cause as long as that can be; of several messages, if there were too many causes else. */
function separationOf(crashes: readonly Crash[], answers: readonly Properties[]): Separation {
  const messages = [...new Set(crashes.map(({ message }) => message))];
  const each = messages.map((one) =>
    separating(
      crashes.filter(({ message }) => message === one),
      answers,
    ),
  );
  const known = new Map(each.flatMap(({ causes }) => causes).map((one) => [textOf(one), one]));
  const found = {
    causes: [...known.values()],
    unexplained: each.reduce((sum, { unexplained }) => sum + unexplained, 0),
  };
  return messages.length > 1 && isHopeless(found) ? separating(crashes, answers) : found;
}

/** With `isLearning` false every case is worth asking. */
export function crashesOf(isLearning: boolean): Crashes {
  const crashes: Crash[] = [];
  const answers: Properties[] = [];
  /** Answered before the first crash: most engines never crash, and nothing needs to be said of their cases. */
  let early: Case[] = [];
  let known = nothing;
  let heldBack: { readonly case: Case; readonly said: Properties }[] = [];
  const released: Case[] = [];
  /** How many cases each condition was true of, since it is the first that is. */
  const seen = new Map<string, number>();

  const causeOf = (said: Properties): Condition | undefined => known.causes.find((each) => meets(each, said));
  const isWorth = (c: Case): boolean => {
    if (!isLearning || answers.length === 0) return true; // nothing tells crashes from answers yet
    const said = propertiesOf(c);
    const cause = causeOf(said);
    if (!cause) return true;
    const count = (seen.get(textOf(cause)) ?? 0) + 1;
    seen.set(textOf(cause), count);
    if (count >= ASKED && (count & (count - 1)) === 0) return true;
    heldBack.push({ case: c, said });
    return false;
  };
  const learn = (): void => {
    answers.push(...early.map(propertiesOf));
    early = [];
    known = separationOf(crashes, answers);
    released.push(...heldBack.filter(({ said }) => !causeOf(said)).map((each) => each.case));
    heldBack = heldBack.filter(({ said }) => causeOf(said));
  };
  const isLeft = (): boolean => isHopeless(known) || (answers.length === 0 && crashes.length >= UNANSWERED);
  return {
    *worthAsking(cases) {
      for (const c of cases) {
        if (isWorth(c)) yield c;
        for (let next = released.shift(); next; next = released.shift()) if (isWorth(next)) yield next;
      }
    },
    note(outcome) {
      const { kind } = outcome.verdict;
      if (kind === 'skip') return;
      const isCrash = isDeadly(kind);
      if (!isCrash && crashes.length === 0) {
        early.push(outcome.case);
        return;
      }
      const said = propertiesOf(outcome.case);
      if (isCrash) crashes.push({ message: messageOf(outcome), said });
      else answers.push(said);
      if (isCrash || causeOf(said)) learn();
    },
    isHopeless: isLeft,
    avoided() {
      const counts: Record<string, number> = {};
      if (isLeft()) return counts; // what is left proved nothing
      for (const { said } of heldBack) {
        const words = textOf(causeOf(said)!);
        counts[words] = (counts[words] ?? 0) + 1;
      }
      return counts;
    },
  };
}
