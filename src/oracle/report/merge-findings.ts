// The findings of all shards of a campaign made into those of the whole. Spec campaign-merge.

import { parseCaseId } from '../cases/id.ts';
import { workOf } from '../cases/tensors.ts';
import type { VerdictKind } from '../engine-under-test.ts';
import { isOf } from '../findings/conditions.ts';
import { kindKey } from '../findings/failure-kinds.ts';
import type { Finding } from '../findings/finding.ts';
import { joined } from '../findings/make-findings.ts';
import { type Answered, conditionIn, type Found, inPart, partOf } from '../where/where.ts';
import type { OperatorReport } from './report.ts';

/** One finding per cause, shown by the smallest case of all; those with a name first, as in a campaign. */
export function mergeFindings(findings: readonly Finding[], answers: readonly Answers[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const each of findings) {
    const { dialects = [], layout, profile } = each;
    const declared = dialects.length > 0 || layout || profile ? JSON.stringify([dialects, layout, profile]) : undefined;
    const cause = `${each.mistake ?? ''} ${declared ?? ''}`;
    groups.set(cause, [...(groups.get(cause) ?? []), each]);
  }
  const passes = idsOf(answers, (kind) => kind === 'pass' || kind === 'suspect');
  const merged = [...groups.entries()].flatMap(([cause, alike]) => {
    if (cause === ' ') return divided(alike, passes, answers);
    const { found } = conditionAmong(
      alike.flatMap(({ cases }) => cases),
      passes,
      alike,
    );
    return [
      shown(
        alike,
        alike.flatMap(({ cases }) => cases),
        found,
      ),
    ];
  });
  const rank = ({ mistake, cases }: Finding): number => (mistake === undefined ? 0 : -cases.length);
  return joined(merged).sort((a, b) => rank(a) - rank(b));
}

type Answers = NonNullable<OperatorReport['answers']>;

const idsOf = (answers: readonly Answers[], is: (kind: VerdictKind) => boolean): string[] =>
  answers.flatMap((each) => Object.entries(each).flatMap(([kind, ids]) => (is(kind as VerdictKind) ? ids : [])));

/** The condition of the cases of findings, searched again; what new cases confirmed in a part still holds. */
function conditionAmong(
  ids: readonly string[],
  passes: readonly string[],
  alike: readonly Finding[],
): { readonly found?: Found } {
  const parted = alike.flatMap(({ where }) => (where ? [partOf(where)] : []));
  if (parted.length === 0) return {};
  const told = parted.map(([where]) => where);
  const confirmed = new Map(told.flatMap(({ text, fresh }) => (fresh ? [[text, fresh] as const] : [])));
  const answered = (list: readonly string[], fails: boolean): Answered[] =>
    list.map((id) => ({ case: parseCaseId(id), fails }));
  const found = conditionIn([...answered(ids, true), ...answered(passes, false)], confirmed);
  if (!found) return {};
  const [[, part]] = parted;
  const isOne = part !== undefined && parted.every(([, other]) => other === part);
  return { found: isOne ? { ...found, where: inPart(found.where, part) } : found };
}

/** Findings without a name, divided again by the conditions of all their cases, and what is left by its kind. */
function divided(findings: readonly Finding[], passes: readonly string[], answers: readonly Answers[]): Finding[] {
  const merged: Finding[] = [];
  const kinds = new Map(
    answers.flatMap((each) =>
      Object.entries(each).flatMap(([kind, ids]) => ids.map((id) => [id, kind as VerdictKind] as const)),
    ),
  );
  let rest = findings.flatMap(({ cases }) => cases);
  const next = (): Found | undefined => conditionAmong(rest, passes, findings).found;
  for (let found = next(); found; found = next()) {
    const condition = found;
    const members = rest.filter((id) => isOf(condition, parseCaseId(id)));
    merged.push(shown(findings, members, condition));
    rest = rest.filter((id) => !members.includes(id));
  }
  const left = new Map<string, string[]>();
  for (const id of rest) {
    const of = findings.find(({ cases }) => cases.includes(id))!;
    const key = kindKey(kinds.get(id) ?? of.kind, parseCaseId(id));
    left.set(key, [...(left.get(key) ?? []), id]);
  }
  return [...merged, ...[...left.values()].map((ids) => shown(findings, ids))];
}

/** The findings of some cases as one, shown by the smallest of those that were made of them. */
function shown(findings: readonly Finding[], ids: readonly string[], found?: Found): Finding {
  const those = new Set(ids);
  const about = findings.filter(({ seenAs }) => those.has(seenAs));
  const alike = about.length > 0 ? about : findings.filter(({ cases }) => cases.some((id) => those.has(id)));
  const smallest = alike.reduce((least, each) => (cells(each) < cells(least) ? each : least));
  const evidence = sums(alike.map((each) => ({ ...each.evidence })));
  const { expected: _, where: __, ...finding } = smallest;
  return {
    ...finding,
    cases: ids,
    ...(found && { where: found.where }),
    ...(smallest.evidence && { evidence: evidence as unknown as Finding['evidence'] }),
  };
}

const cells = ({ id }: Finding): number => workOf(parseCaseId(id));

/** Numbers by their names, added up. */
export function sums(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records)
    for (const [name, count] of Object.entries(record)) total[name] = (total[name] ?? 0) + count;
  return total;
}
