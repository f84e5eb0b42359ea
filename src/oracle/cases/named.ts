// A campaign of cases that are named: these alone, in their order, shown as they are. Spec campaign-cases.

import { SpecError, show, wrongType } from '../../errors.ts';
import { isList } from '../../reading.ts';
import type { Case } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import { nearestIn } from '../dialects/translate.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { caseId, parseCaseId } from './id.ts';
import type { Questions, Settings } from './questions.ts';

/** Cases by operator, in the order of the first of each. */
export function byOperator(cases: readonly Case[]): Questions[] {
  const groups = new Map<string, { op: string; gradient: boolean; cases: Case[] }>();
  for (const c of cases) {
    const key = `${c.op} ${c.gradient}`;
    const group = groups.get(key) ?? { op: c.op, gradient: c.gradient, cases: [] };
    groups.set(key, group);
    group.cases.push(c);
  }
  return [...groups.values()].map((each) => ({ ...each, quota: each.cases.length }));
}

/** @throws {SpecError} campaign-cases, oracle-caseid, oracle-operators. */
export function readNamed(settings: Settings, ids: readonly string[]): readonly string[] {
  if (!isList(ids))
    throw wrongType('campaign-cases', `checkEngine: case must be an array of case ids, got ${show(ids)}`);
  if (ids.length === 0) throw new SpecError('campaign-cases', 'checkEngine: case must name a case, got none');
  const beside = (['ops', 'seed', 'cases', 'shard', 'time'] as const).find((name) => settings[name] !== undefined);
  if (beside) throw new SpecError('campaign-cases', `checkEngine: case stands alone, got ${beside} beside it`);
  for (const id of ids) parseCaseId(id);
  return ids;
}

/** @throws {SpecError} campaign-cases for what the engine does not offer, or its dialect cannot say. */
export function planNamed(
  { ops, gradients, dialect = 'toeplitz' }: Pick<EngineUnderTest, 'ops' | 'gradients' | 'dialect'>,
  ids: readonly string[],
): Questions[] {
  const cases = ids.map(parseCaseId);
  for (const c of cases) {
    if (!(c.gradient ? gradients : ops).includes(c.op))
      throw new SpecError(
        'campaign-cases',
        `checkEngine: the engine must offer what the cases ask, got ${c.op}${c.gradient ? ' gradient' : ''}`,
      );
    checkSaid('checkEngine', dialect, c);
  }
  return byOperator(cases).map((each) => ({ ...each, isNamed: true }));
}

/** @throws {SpecError} campaign-cases, with the nearest case that can be said. */
export function checkSaid(who: string, dialect: DialectName, c: Case): void {
  const said = nearestIn(dialect, c);
  if (said !== c)
    throw new SpecError(
      'campaign-cases',
      `${who}: a case must be one that ${dialect} can say, the nearest ${caseId(said)}, got ${caseId(c)}`,
    );
}
