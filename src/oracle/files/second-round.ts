// A second round of questions as files, by which the matrix of a program that runs elsewhere is read. Spec campaign-second.
//
//   second/manifest.json, second/cases/…      as those of the first round, the tensors written out in the case ids
//   second/answers/…                          put there by the same program

import { partsOf } from '../ask/ask.ts';
import { unhurried } from '../ask/patience.ts';
import type { Case } from '../case.ts';
import { caseId, parseCaseId } from '../cases/id.ts';
import { byOperator } from '../cases/named.ts';
import type { Complete } from '../cases/questions.ts';
import { theirTensor } from '../dialects/translate.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Finding } from '../findings/finding.ts';
import { readMatrix } from '../matrix/describe-case.ts';
import type { Report } from '../report/report.ts';
import { type Asked, type File, filesOf } from './vectors.ts';

/** More questions than this are not asked about one finding. */
const QUESTIONS = 1500;

/** Whether something can be read about a finding. */
const isReadable = ({ kind, instead }: Finding): boolean => kind === 'fail' && instead === undefined;

/** The questions by which the matrix of a case is read. No answer decides which others are asked. */
export async function readingQuestions(asked: Asked, c: Case): Promise<Case[]> {
  const found = new Map<string, Case>();
  const subject: EngineUnderTest = {
    ...asked,
    name: '',
    async run(_, each) {
      found.set(caseId(each!), each!);
      return { kind: 'result', value: placeholderOf(asked, each!) };
    },
  };
  await readMatrix(unhurried(subject), c);
  return found.size > QUESTIONS ? [] : [...found.values()];
}

/** A result of the right form whose values are right nowhere, so that every part is read. */
function placeholderOf(asked: Asked, c: Case): unknown {
  const parts = partsOf(asked, c).map(([part, { shape, bound }]) => {
    const data = new Float32Array(bound.value.length).fill(0.5);
    return [part, theirTensor(asked, c, part, { shape, data })] as const;
  });
  return c.gradient ? Object.fromEntries(parts) : parts[0][1];
}

/**
 * The files of a second round for the findings of a report, and for the new cases of their conditions, the manifest last;
 * none where there is nothing to ask.
 */
export async function secondRound(
  asked: Asked,
  report: Report,
  settings: Complete,
  fresh: readonly Case[] = [],
): Promise<Generator<File> | undefined> {
  const findings = report.operators.flatMap((each) => each.findings).filter(isReadable);
  const cases = [...fresh];
  for (const { id } of findings) cases.push(...(await readingQuestions(asked, parseCaseId(id))));
  const distinct = [...new Map(cases.map((c) => [caseId(c), c])).values()];
  return distinct.length > 0 ? filesOf(asked, settings, byOperator(distinct)) : undefined;
}

/** The report with what the answers of a second round tell. */
export async function withSecondRound(report: Report, subject: EngineUnderTest): Promise<Report> {
  const read = async (finding: Finding): Promise<Finding> => {
    const found = isReadable(finding) ? await readMatrix(unhurried(subject), parseCaseId(finding.id)) : undefined;
    return found ? { ...finding, instead: found.instead } : finding;
  };
  const operators = [];
  for (const each of report.operators) {
    const findings = [];
    for (const finding of each.findings) findings.push(await read(finding));
    operators.push({ ...each, findings });
  }
  return { ...report, operators };
}
