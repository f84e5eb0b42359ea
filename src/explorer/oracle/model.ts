// The state of the oracle's tab: the question, the answer, the report that was dropped, and what a file turned out to be.

import { computed, signal } from '@preact/signals';
import { readOnnx } from '../../onnx/read.ts';
import { fromJson } from '../../oracle/report/json.ts';
import type { Report } from '../../oracle/report/report.ts';
import { bytesOf, isRefusal } from '../refusal.ts';
import { settings } from '../settings.ts';
import { readAll, readNumbers, readTensors } from './answer.ts';
import {
  type Answer,
  type Answered,
  answerOf,
  idIn,
  inOurs,
  judgeAnswer,
  type Question,
  questionOf,
  unanswered,
} from './question.ts';
import { defaults, type OracleTexts } from './texts.ts';

export const chosen = settings<OracleTexts>({ ...defaults });

const read = computed(() => {
  const { id, dialect } = chosen.texts.value;
  return questionOf(id, dialect);
});
let last = questionOf(defaults.id, defaults.dialect) as Question;
/** The question of the controls, or the last one that they made while they do not fit together. */
export const question = computed((): Question => {
  if (typeof read.value !== 'string') last = read.value;
  return last;
});

/** The tensors of a file, in the layout of the engine. */
export const fileAnswer = signal<{ readonly name: string; readonly answer: Answer } | undefined>(undefined);
export const report = signal<Report | undefined>(undefined);
/** A model of ONNX, and an engine's tensors of it. */
export const model = signal<{ readonly name: string; readonly bytes: Uint8Array } | undefined>(undefined);
export const activations = signal<{ readonly name: string; readonly tensors: Answer } | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

/** The answer in our layout, a sentence where there is none, or undefined where nothing was given. */
const answer = computed((): Answer | string | undefined => {
  const { from, mistake, answer: typed } = chosen.texts.value;
  const asked = question.value;
  if (from === 'mistake') return answerOf(asked, mistake) ?? 'This mistake makes no difference to this case.';
  if (from === 'file')
    return fileAnswer.value ? inOurs(asked, fileAnswer.value.answer) : 'Open the file of an answer, or drop it here.';
  if (typed.trim() === '') return undefined;
  const numbers = readNumbers(typed, asked.parts[0][1].shape);
  return typeof numbers === 'string' ? numbers : inOurs(asked, numbers);
});

export const problems = computed((): Readonly<Partial<Record<keyof OracleTexts, string>>> => {
  const given = answer.value;
  const { from } = chosen.texts.value;
  return {
    ...(typeof read.value === 'string' && { id: read.value }),
    ...(typeof given === 'string' && { [from === 'typed' ? 'answer' : from === 'file' ? 'from' : 'mistake']: given }),
  };
});

export const judged = computed((): Answered | undefined => {
  const given = answer.value;
  return given === undefined || typeof given === 'string' ? undefined : judgeAnswer(question.value, given);
});
export const outputs = computed(() => judged.value?.outputs ?? unanswered(question.value));

/** The name of the mistake whose matrix is shown. */
export const mistake = computed(() => {
  const { from, mistake } = chosen.texts.value;
  return from === 'mistake' ? mistake : judged.value?.mistakes[0];
});

type Named = Blob & { readonly name: string };

/** Reports, answers or case ids, whatever the files hold; a model before its activations. */
export async function open(files: readonly Named[]): Promise<void> {
  const isModel = ({ name }: Named): boolean => /\.onnx$/i.test(name);
  for (const file of [...files.filter(isModel), ...files.filter((each) => !isModel(each))]) {
    const read = await bytesOf(file);
    problem.value = typeof read === 'string' ? read : undefined;
    if (typeof read === 'string') return;
    try {
      take(read.name, read.bytes);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      problem.value = `${read.name} cannot be read: ${error.message}`;
    }
    if (problem.value !== undefined) return;
  }
}

function take(name: string, bytes: Uint8Array): void {
  if (/\.onnx$/i.test(name)) {
    readOnnx(bytes);
    model.value = { name, bytes };
    chosen.set({ panel: 'model' });
    return;
  }
  if (/\.(npz|safetensors)$/i.test(name) && chosen.texts.value.panel === 'model') {
    activations.value = { name, tensors: readAll(name, bytes) };
    return;
  }
  if (/\.(npy|npz|safetensors)$/i.test(name)) {
    fileAnswer.value = { name, answer: readTensors(name, bytes) };
    chosen.set({ panel: 'case', from: 'file' });
    return;
  }
  const text = new TextDecoder().decode(bytes);
  if (/^\s*\{/.test(text)) {
    report.value = fromJson(name, text);
    chosen.set({ panel: 'report' });
  } else if (idIn(text) || isNumbers(text)) paste(text);
  else
    problem.value = `${name} is none of these: a report (JSON), an answer (npy, npz, safetensors, or numbers as text), a model (ONNX), a case id. What was there stays.`;
}

/** Text that begins with a number, in any brackets; no bytes of something else. */
const isNumbers = (text: string): boolean =>
  /^[\s[({]*[−–+-]?(\.?\d|nan|inf|∞)/i.test(text) && !/[\0\ufffd]/.test(text);

/** A case id, or the numbers of an answer. */
export function paste(text: string): void {
  problem.value = undefined;
  const id = idIn(text);
  if (id) chosen.set({ panel: 'case', id });
  else if (isNumbers(text)) chosen.set({ panel: 'case', from: 'typed', answer: text });
  else problem.value = 'What was pasted is neither a case id nor numbers. What was there stays.';
}
