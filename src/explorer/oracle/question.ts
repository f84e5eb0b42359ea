// A case of the oracle and an answer to it: the exact results, the verdict, the mistakes that give the answer.

import type { Layer } from '../../layer/layer.ts';
import { callOf, partsOf } from '../../oracle/ask/ask.ts';
import { checkParts } from '../../oracle/ask/outputs.ts';
import { expectedOf, isOutside, type Verdict } from '../../oracle/ask/verdict.ts';
import type { Case, Part } from '../../oracle/case.ts';
import { parseCaseId } from '../../oracle/cases/id.ts';
import { record } from '../../oracle/cases/languages.ts';
import { checkSaid } from '../../oracle/cases/named.ts';
import { layerOf, shapeOf } from '../../oracle/cases/tensors.ts';
import { type DialectName, dialectNames } from '../../oracle/dialect.ts';
import { dialects } from '../../oracle/dialects/dialects.ts';
import { toOurs } from '../../oracle/dialects/layout.ts';
import { countsOf, layoutKeyOf } from '../../oracle/dialects/translate.ts';
import type { Expected } from '../../oracle/family.ts';
import { agreementOf } from '../../oracle/findings/agreement.ts';
import { mistakesOf, predict, settingOf } from '../../oracle/findings/predict.ts';
import type { Prediction } from '../../oracle/mistake.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { isRefusal } from '../refusal.ts';

/** What an engine of that dialect is asked. */
export interface Question {
  readonly id: string;
  readonly case: Case;
  readonly dialect: DialectName;
  readonly layer: Layer;
  /** The attributes in the words of the dialect. */
  readonly attributes: string;
  /** The tensors in its layout, by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly parts: readonly (readonly [Part, Expected])[];
}

/** The case id that a text is, alone, in quotes, or in the command that explains it. */
export const idIn = (text: string): string | undefined =>
  /^\s*(?:(?:npx )?toeplitz explain )?(['"`]?)(\w+(?:\+gradient)?\/\S+?)\1(?: --\S+ \S+)*\s*$/.exec(text)?.[2];

/** The question of a case id, or why there is none. */
export function questionOf(id: string, dialectName: string): Question | string {
  const dialect = dialectNames.find((name) => name === dialectName) ?? 'toeplitz';
  try {
    const plain = idIn(id) ?? id.trim();
    const c = parseCaseId(plain);
    checkSaid('explain', dialect, c);
    const asked = { dialect, layout: dialects[dialect].layout, traits: {} };
    const { op: _, attributes, ...tensors } = callOf(asked, c);
    return {
      id: plain,
      case: c,
      dialect,
      layer: layerOf(c),
      attributes: record(attributes),
      tensors: tensors as unknown as Record<string, Tensor>,
      parts: partsOf(asked, c),
    };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message.replace(/^explain: /, '');
  }
}

/** The values of an output: what is right, and what an engine gave, which may have another shape. */
export interface Answered {
  readonly verdict: Verdict;
  /** The known mistakes that give exactly this. */
  readonly mistakes: readonly string[];
  readonly outputs: readonly Output[];
}

export interface Output {
  readonly part: Part;
  readonly shape: Shape;
  readonly expected: Float64Array;
  readonly bound: Float64Array;
  readonly theirs?: Tensor;
  /** The indices of the elements that no order of operations gives. */
  readonly wrong: readonly number[];
}

/** An answer by the names of its tensors, in the layout of the dialect. */
export type Answer = Readonly<Record<string, Tensor>>;

/** What a mistake gives for the case, as float32, in our layout; undefined where it makes no difference. */
export function answerOf({ case: c, dialect }: Question, mistake: string): Answer | undefined {
  const found = mistakesOf(c.op).find(({ name }) => name === mistake);
  const predicted = found && predict(found, settingOf(c, dialect));
  return (
    predicted &&
    Object.fromEntries(
      Object.entries(predicted).map(([part, { shape, data }]) => [part, { shape, data: Float32Array.from(data) }]),
    )
  );
}

/** An answer of the engine's layout in ours. */
export function inOurs({ case: c, dialect }: Question, answer: Answer): Answer {
  const { layout } = dialects[dialect];
  const x = shapeOf(c);
  return Object.fromEntries(
    Object.entries(answer).map(([name, each]) => [
      name,
      toOurs(layoutKeyOf(c, name), each, layout, x.length, countsOf(c)) as Tensor,
    ]),
  );
}

const outputOf = ([part, { shape, bound }]: readonly [Part, Expected], theirs: Tensor | undefined): Output => {
  const fits = theirs !== undefined && theirs.shape.join() === shape.join() && theirs.data.length === sizeOf(shape);
  return {
    part,
    shape,
    expected: Float64Array.from(bound.value, (_, i) => expectedOf(bound, i)),
    bound: bound.error,
    ...(theirs && { theirs }),
    wrong: fits ? Array.from(theirs.data.keys()).filter((i) => isOutside(bound, i, theirs.data[i])) : [],
  };
};

/** The results of a question without an answer. */
export const unanswered = ({ parts }: Question): readonly Output[] => parts.map((part) => outputOf(part, undefined));

/** The verdict on an answer in our layout. */
export function judgeAnswer(question: Question, answer: Answer): Answered {
  const { case: c, parts, dialect } = question;
  const theirs = c.gradient ? answer : answer.y;
  const verdict = checkParts(parts, theirs);
  const isWrong = verdict.kind === 'fail' || verdict.kind === 'wrong-shape';
  const setting = settingOf(c, dialect);
  const mistakes =
    isWrong && setting.products < MOST_PRODUCTS
      ? mistakesOf(c.op).filter((mistake) => agreementOf(mistake, { setting, parts, theirs }) === 'agrees')
      : [];
  return {
    verdict,
    mistakes: mistakes.map(({ name }) => name),
    outputs: parts.map((part) => outputOf(part, answer[part[0]])),
  };
}

/** Each mistake is tried by plain loops. */
const MOST_PRODUCTS = 300_000;

/** The mistakes that change the answer to a question. */
export function mistakesFor({ case: c, dialect }: Question): readonly string[] {
  const setting = settingOf(c, dialect);
  if (setting.products >= MOST_PRODUCTS) return [];
  const parts = partsOf({ dialect, traits: {} }, c);
  return mistakesOf(c.op)
    .filter((mistake) => {
      const predicted = predict(mistake, setting);
      return parts.some(([part, expected]) => predicted?.[part] && isOther(predicted[part], expected));
    })
    .map(({ name }) => name);
}

const isOther = ({ shape, data, open }: Prediction, expected: Expected): boolean =>
  shape.join() !== expected.shape.join() ||
  data.some((value, i) => !open?.[i] && isOutside(expected.bound, i, Math.fround(value)));
