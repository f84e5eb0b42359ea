// The answers that a program put beside the files of a campaign, as an engine to judge. Spec campaign-answers.

import { SpecError, show } from '../../errors.ts';
import { isObject } from '../../formats/json.ts';
import { readSafetensors, type SafetensorsFile } from '../../formats/safetensors.ts';
import { NUMERICS } from '../../numerics.ts';
import { callOf } from '../ask/ask.ts';
import { readTraits } from '../ask/traits.ts';
import { caseId, parseCaseId } from '../cases/id.ts';
import { byOperator } from '../cases/named.ts';
import type { Questions } from '../cases/questions.ts';
import type { Layout } from '../dialect.ts';
import { readDialect } from '../dialects/dialects.ts';
import { readLayout } from '../dialects/layout.ts';
import type { Call } from '../engine.ts';
import type { Answer, EngineUnderTest } from '../engine-under-test.ts';
import { readNumerics } from '../report/numerics.ts';
import { FORMAT, type Manifest } from './vectors.ts';

/** The bytes of a file of the directory; undefined where there is none. */
export type Read = (path: string) => Promise<Uint8Array | undefined>;

const refuse = (message: string): never => {
  throw new SpecError('campaign-answers', `verify: ${message}`);
};

/** @throws {SpecError} campaign-answers for what is no manifest, or one of another version; oracle-caseid. */
export function readManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    refuse(`manifest.json is no whole JSON file: ${error.message}`);
  }
  const { format, questions, ...rest } = isObject(value) ? value : {};
  if (format !== FORMAT) refuse(`manifest.json must have the format '${FORMAT}', got ${show(format)}`);
  const numerics = readNumerics('campaign-answers', 'verify: manifest.json', rest);
  if (numerics !== NUMERICS)
    refuse(
      `manifest.json must be of version ${NUMERICS} of the numerics, got version ${numerics}: write the questions anew, or verify them with the release that wrote them`,
    );
  if (!Array.isArray(questions) || questions.length === 0 || !questions.every(isObject))
    return refuse(`manifest.json must have questions, got ${show(questions)}`);
  for (const what of ['name', 'id']) {
    const all = questions.map((each) => each[what]);
    const twice = all.find((each, i) => all.indexOf(each) !== i);
    if (twice !== undefined) refuse(`manifest.json must have each ${what} once, got ${show(twice)} twice`);
  }
  for (const { name, id } of questions) {
    parseCaseId(id as string);
    if (typeof name !== 'string' || !/^[\w-]+$/.test(name))
      refuse(`manifest.json must name its files by letters, digits and -, got ${show(name)}`);
  }
  const all = {
    dialect: readDialect(rest.dialect),
    layout: readLayout(rest.layout as Layout),
    traits: readTraits(rest.traits),
  };
  return { ...rest, format, numerics, questions, ...all } as unknown as Manifest;
}

/** What the manifest asks, operator by operator. */
export const questionsOf = ({ questions }: Manifest): Questions[] =>
  byOperator(questions.map(({ id }) => parseCaseId(id)));

const UNASKED = 'not among the questions';

/** The program that gave the answers. What the manifest does not ask, it skips: nobody ran it. */
export function answering(manifest: Manifest, name: string, read: Read): EngineUnderTest {
  const { dialect, layout, traits, questions } = manifest;
  const asked = new Map(questions.map((each) => [each.id, each]));
  const opsOf = (gradient: boolean): string[] => [
    ...new Set(questions.map(({ id }) => parseCaseId(id)).flatMap((c) => (c.gradient === gradient ? c.op : []))),
  ];
  const subject = { name, version: undefined, dialect, layout, traits, ops: opsOf(false), gradients: opsOf(true) };
  const run: EngineUnderTest['run'] = async (call, c) => {
    const question = asked.get(caseId(c!));
    const own = callOf(subject, c!);
    // The same case in the words of another dialect is another question.
    if (!question || !isSame(call, own)) return { kind: 'skip', message: UNASKED };
    if (!isSame(question.attributes, own.attributes))
      refuse(`manifest.json must have the attributes of ${question.id}, and has others`);
    await checkCase(`cases/${question.name}.safetensors`, read, own);
    return readAnswer(`answers/${question.name}.safetensors`, read, c!.gradient);
  };
  return { ...subject, run };
}

/** The program that gave the answers of two rounds: what it was not asked in the first, it may be in the second. */
export const answeringBoth = (first: EngineUnderTest, second: EngineUnderTest): EngineUnderTest => ({
  ...first,
  async run(call, c) {
    const answer = await first.run(call, c);
    return answer.kind === 'skip' && answer.message === UNASKED ? second.run(call, c) : answer;
  },
});

/** Values of JSON and tensors, the same bits. */
const isSame = (a: unknown, b: unknown): boolean => written(a) === written(b);
const written = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    ArrayBuffer.isView(each) ? Array.from(each as Float32Array, (v) => (Object.is(v, -0) ? '-0' : String(v))) : each,
  );

/** Whether the file still holds the tensors of its case: an answer to another question proves nothing. */
async function checkCase(path: string, read: Read, call: Call): Promise<void> {
  const tensors = (await readFile(path, read))?.tensors ?? refuse(`${path} is missing`);
  for (const [name, each] of Object.entries(call))
    if (isObject(each) && 'data' in each && !isSame(tensors[name], each))
      refuse(`${path} must hold the ${name} of its case, and holds something else`);
}

async function readAnswer(path: string, read: Read, gradient: boolean): Promise<Answer> {
  const file = await readFile(path, read);
  if (!file) return { kind: 'missing', message: `there is no ${path}` };
  const { tensors, metadata } = file;
  if (metadata.skip !== undefined) return { kind: 'skip', message: metadata.skip };
  if (metadata.error !== undefined) return { kind: 'error', message: `the engine says: ${metadata.error}` };
  if (gradient || tensors.y) return { kind: 'result', value: gradient ? tensors : tensors.y };
  const names = Object.keys(tensors).join(', ') || 'nothing';
  return { kind: 'wrong-type', message: `${path} must hold a tensor y, and holds ${names}` };
}

async function readFile(path: string, read: Read): Promise<SafetensorsFile | undefined> {
  const bytes = await read(path);
  try {
    return bytes && readSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return refuse(`${path} is no whole safetensors file: ${error.message}`);
  }
}
