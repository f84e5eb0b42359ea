// toeplitz verify: judges the answers to the questions of toeplitz vectors.

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SpecError } from '../errors.ts';
import { examine } from '../oracle/campaign.ts';
import type { Case } from '../oracle/case.ts';
import { readSettings } from '../oracle/cases/plan-campaign.ts';
import type { Complete } from '../oracle/cases/questions.ts';
import type { EngineUnderTest } from '../oracle/engine-under-test.ts';
import { answering, answeringBoth, questionsOf, type Read, readManifest } from '../oracle/files/answers.ts';
import { secondRound, withSecondRound } from '../oracle/files/second-round.ts';
import { newCases } from '../oracle/findings/make-findings.ts';
import type { Report } from '../oracle/report/report.ts';
import { at, checkNewFolder, jsonText, writeFolder } from './files.ts';
import { openOutput, outputHelp, outputOptions } from './output.ts';
import { progressLine } from './progress.ts';
import { orRefused, UsageError } from './usage.ts';

export const help = `toeplitz verify DIR [options]

Judges the answers in DIR/answers/ to the questions that toeplitz vectors wrote
into DIR, as toeplitz check judges an engine. An answer is a safetensors file by
the name of its question, with the tensor y, or for gradients x, weight and bias;
or without tensors and with a word of metadata: skip and why, or error and what.
An answer that is not there is a finding.

  --name NAME     of the program that answered (the name of DIR)
  --strict        results far from the exact one are failures, inside the bound too
  --second        writes questions into DIR/second by which it can be said where the
                  program fails and what it computes instead; answer them too, and
                  verify DIR again
${outputHelp}

Exit code: 0 clean, 1 the answers are wrong somewhere, 2 DIR is not as toeplitz
vectors wrote it, or a file in it is cut off, 4 nothing is wrong, but too little
was answered to say more.

  toeplitz vectors --ops conv2d --out questions
  python my_engine.py questions
  toeplitz verify questions --name 'my engine 2.1'
`;

const options = {
  ...outputOptions,
  name: { type: 'string' },
  strict: { type: 'boolean', default: false },
  second: { type: 'boolean', default: false },
} as const;

/** Runs the command; gives the exit code. Spec campaign-answers. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length !== 1) throw new UsageError('verify: name one DIR');
  const [folder] = positionals;
  const manifest = readManifest(await manifestIn(folder));
  const { seed, cases, ops, shard } = manifest;
  const settings = readSettings({ seed, cases, ops, strict: values.strict, ...(shard && { shard }) });
  const finish = await openOutput({ ...values, ...(shard && { shard: `${shard.index}/${shard.of}` }) });
  const first = answering(manifest, values.name ?? basename(resolve(folder)), readerOf(folder));
  const second = join(folder, SECOND);
  const isAnswered = !values.second && (await readerOf(second)('manifest.json')) !== undefined;
  const again = isAnswered ? await answersIn(second, first.name) : undefined;
  const subject = again ? answeringBoth(first, again) : first;
  const progress = progressLine(process.stderr);
  const fresh: Case[] = [];
  const report = await examine(subject, settings, questionsOf(manifest), {
    onProgress: progress.show,
    ...(values.second && { onOutcomes: async (outcomes) => void fresh.push(...(await newCases(first, outcomes))) }),
  }).finally(progress.clear);
  if (values.second) await writeSecond(second, report, { subject: first, settings, fresh });
  return finish(again ? await withSecondRound(report, again) : report);
}

const SECOND = 'second';

async function answersIn(folder: string, name: string): Promise<EngineUnderTest> {
  return answering(readManifest(await manifestIn(folder)), name, readerOf(folder));
}

/** Spec campaign-second. */
async function writeSecond(
  folder: string,
  report: Report,
  asked: { readonly subject: EngineUnderTest; readonly settings: Complete; readonly fresh: readonly Case[] },
): Promise<void> {
  const files = await secondRound(asked.subject, report, asked.settings, asked.fresh);
  if (!files) {
    process.stderr.write('toeplitz: there is nothing to ask in a second round\n');
    return;
  }
  await checkNewFolder(folder);
  await writeFolder(folder, ['cases', 'answers'], files);
  process.stderr.write(`toeplitz: answer the questions in ${folder} too, and verify again\n`);
}

async function manifestIn(folder: string): Promise<string> {
  const bytes = await readerOf(folder)('manifest.json');
  if (bytes === undefined) throw new UsageError(`cannot read ${join(folder, 'manifest.json')}: there is none`);
  return jsonText('campaign-answers', 'verify: manifest.json', bytes);
}

/** A pipe or a device in the place of an answer would hang, or never end. */
const readerOf =
  (folder: string): Read =>
  (path) =>
    orRefused(`cannot read ${join(folder, path)}`, async () => {
      const present = await at(join(folder, path));
      if (present === undefined) return undefined;
      if (!present.isFile())
        throw new SpecError('campaign-answers', `verify: ${join(folder, path)} must be a plain file`);
      return await readFile(join(folder, path));
    });
