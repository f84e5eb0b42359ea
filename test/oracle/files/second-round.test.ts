// A second round of questions as files, by which the matrix of a program is read.

import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src/formats/index.ts';
import type { Tensor } from '../../../src/index.ts';
import type { Outcome } from '../../../src/oracle/ask/ask.ts';
import { examine } from '../../../src/oracle/campaign.ts';
import type { Case } from '../../../src/oracle/case.ts';
import { readSettings } from '../../../src/oracle/cases/plan-campaign.ts';
import { readLayout } from '../../../src/oracle/dialects/layout.ts';
import { answering, answeringBoth, questionsOf, readManifest } from '../../../src/oracle/files/answers.ts';
import { secondRound, withSecondRound } from '../../../src/oracle/files/second-round.ts';
import { type File, vectors } from '../../../src/oracle/files/vectors.ts';
import { newCases } from '../../../src/oracle/findings/make-findings.ts';
import type { Call } from '../../../src/oracle/index.ts';
import { forward } from '../this-library.ts';

const folder = (files: Iterable<File>) => new Map([...files].map(({ path, bytes }) => [path, bytes]));
type Files = ReturnType<typeof folder>;

const manifestOf = (files: Files) => readManifest(new TextDecoder().decode(files.get('manifest.json')));

/** A program that answers every question. */
function answer(files: Files, run: (call: Call) => Tensor): Files {
  for (const { name, op, attributes } of manifestOf(files).questions) {
    const { tensors } = readSafetensors(files.get(`cases/${name}.safetensors`)!);
    const given = Object.entries(tensors).filter(([each]) => !each.includes('.'));
    const y = run({ op, attributes, ...Object.fromEntries(given) } as unknown as Call);
    files.set(`answers/${name}.safetensors`, writeSafetensors({ y }));
  }
  return files;
}

const subjectOf = (files: Files) => answering(manifestOf(files), 'it', async (path) => files.get(path));

const settings = readSettings({ ops: ['conv2d'], cases: 15 });
const asked = { ops: ['conv2d'], gradients: [], layout: readLayout({}), traits: {} };

const reportOf = (files: Files) => examine(subjectOf(files), settings, questionsOf(manifestOf(files)));

describe('a second round', () => {
  it('[campaign-second] says what a program computes instead', async () => {
    const turned = (call: Call) =>
      forward({ ...call, weight: { ...call.weight!, data: call.weight!.data.toReversed() as Float32Array } });
    const first = answer(folder(vectors(asked, settings)), turned);
    const report = await reportOf(first);
    expect(report.operators[0].findings.map(({ instead }) => instead)).toContain(undefined);
    const second = answer(folder((await secondRound(asked, report, settings))!), turned);
    const read = await withSecondRound(report, subjectOf(second));
    const [finding] = read.operators[0].findings;
    expect(finding.instead?.confirmed).toBe(true);
    expect(finding.instead?.text).not.toBe('');
    second.delete([...second.keys()].find((path) => path.startsWith('answers/'))!);
    const thin = await withSecondRound(report, subjectOf(second));
    expect(thin.operators[0].findings[0].instead).toBeUndefined();
  });

  it('[campaign-second] confirms where a program fails by new cases', async () => {
    const grouped = (call: Call) => {
      const y = forward(call);
      return (call.attributes.groups as number) > 1 ? { ...y, data: y.data.map((value) => value + 1) } : y;
    };
    const many = readSettings({ ops: ['conv2d'], cases: 60 });
    const files = answer(folder(vectors(asked, many)), grouped);
    const fresh: Case[] = [];
    const [first, questions] = [subjectOf(files), questionsOf(manifestOf(files))];
    const onOutcomes = async (outcomes: readonly Outcome[]): Promise<void> =>
      void fresh.push(...(await newCases(first, outcomes)));
    const report = await examine(first, many, questions, { onOutcomes });
    expect(report.operators[0].findings[0].where).toMatchObject({ text: 'groups > 1' });
    expect(report.operators[0].findings[0].where!.fresh).toBeUndefined();
    const second = answer(folder((await secondRound(asked, report, many, fresh))!), grouped);
    const [finding] = (await examine(answeringBoth(first, subjectOf(second)), many, questions)).operators[0].findings;
    expect(finding.where).toMatchObject({ text: 'groups > 1', fresh: { inside: [20, 20], outside: [0, 20] } });
  });

  it('[campaign-second] has no questions where nothing is wrong', async () => {
    const report = await reportOf(answer(folder(vectors(asked, settings)), forward));
    expect(await secondRound(asked, report, settings)).toBeUndefined();
  });
});
