// Which questions a campaign asks, in order: a pure function of its settings and of what the engine offers. Spec oracle-campaign.

import { finiteNumber, flag, known, wholeNumber } from '../../attributes.ts';
import { SpecError, show, wrongType } from '../../errors.ts';
import { hash } from '../../random.ts';
import { isList } from '../../reading.ts';
import type { Case } from '../case.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { basicOperators, operatorOf, operators } from '../families/index.ts';
import { drawCase } from './draw.ts';
import { caseId } from './id.ts';
import { planNamed, readNamed } from './named.ts';
import type { Complete, Questions, Settings, Shard } from './questions.ts';

/** Skipped cases are replaced, up to this many questions per case asked for. */
const ASKED = 8;

export function readSettings(settings: Settings): Complete {
  const { ops, seed = 1, cases = 200, shard, time, strict = false, case: ids } = settings;
  flag('campaign-strict', 'checkEngine', 'strict', strict);
  if (ids !== undefined) {
    const named = readNamed(settings, ids);
    return { seed, cases: named.length, strict, case: named };
  }
  if (!Number.isSafeInteger(seed))
    throw new SpecError('oracle-campaign', `checkEngine: seed must be a whole number, got ${show(seed)}`);
  wholeNumber('oracle-campaign', 'checkEngine', 'cases', cases, 1);
  if (ops !== undefined && !isList(ops))
    throw wrongType('oracle-campaign', `checkEngine: ops must be an array of names, got ${show(ops)}`);
  for (const op of ops ?? []) operatorOf(op);
  if (time !== undefined)
    finiteNumber('campaign-time', 'checkEngine', 'time', time, 'a number of seconds above 0', (s) => s > 0);
  return { ops, seed, cases, strict, ...(shard && { shard: readShard(shard) }), ...(time !== undefined && { time }) };
}

function readShard(shard: Shard): Shard {
  const { index, of } = known('checkEngine', shard, ['index', 'of'], 'parts of shard', 'campaign-shards');
  wholeNumber('campaign-shards', 'checkEngine', 'shard.of', of, 1);
  wholeNumber('campaign-shards', 'checkEngine', 'shard.index', index, 1);
  if (index > of)
    throw new SpecError('campaign-shards', `checkEngine: shard.index must be 1 to ${of}, got ${show(index)}`);
  return { index, of };
}

/** Outputs of every operator, then gradients of those that have them. */
export function planCampaign(
  offer: Pick<EngineUnderTest, 'ops' | 'gradients' | 'dialect' | 'traits'>,
  settings: Complete,
): Questions[] {
  if (settings.case) return planNamed(offer, settings.case);
  const offered = Object.keys(operators).filter((op) => basicOperators.includes(op) || offer.ops.includes(op));
  const ops = settings.ops ?? offered;
  if (!ops.some((op) => offer.ops.includes(op) || offer.gradients.includes(op)))
    throw new SpecError(
      'oracle-campaign',
      `checkEngine: the engine must offer one of the operators that are asked, got ${show([...ops])}`,
    );
  const draw = (op: string, gradient: boolean): Questions => {
    const all = drawn(settings.cases, (index) => drawCase(op, gradient, settings.seed, index, offer));
    return { op, gradient, ...share(settings, all), isLive: true };
  };
  return [
    ...ops.map((op) => draw(op, false)),
    ...ops.filter((op) => offer.gradients.includes(op)).map((op) => draw(op, true)),
  ];
}

/** Cases 0, 1, …, drawn as they are needed, again for every walk. */
const drawn = (cases: number, draw: (index: number) => Case): Iterable<Case> => ({
  *[Symbol.iterator]() {
    for (let index = 0; index < ASKED * cases; index++) yield draw(index);
  },
});

/** What falls to a shard: as many answers as it has among the first cases. Spec campaign-shards. */
function share({ cases, shard }: Complete, all: Iterable<Case>): Pick<Questions, 'quota' | 'cases'> {
  if (!shard) return { quota: cases, cases: all };
  const isOurs = (c: Case): boolean => hash(0, caseId(c)) % shard.of === shard.index - 1;
  let [quota, left] = [0, cases];
  for (const c of all) {
    if (left-- === 0) break;
    if (isOurs(c)) quota++;
  }
  return {
    quota,
    cases: {
      *[Symbol.iterator]() {
        for (const c of all) if (isOurs(c)) yield c;
      },
    },
  };
}
