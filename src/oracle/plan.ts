// Which questions a campaign asks, in order: a pure function of its settings and of what the engine offers. Spec oracle-campaign.

import { flag, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { hash } from '../random.ts';
import type { Case } from './case.ts';
import { caseId } from './caseid.ts';
import { drawCase } from './draw.ts';
import type { Subject } from './engine.ts';
import { basicOperators, operatorOf, operators } from './families/index.ts';
import { planNamed, readNamed } from './named.ts';

/** One of `of` parts of a campaign; `index` counts from 1. Spec campaign-shards. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export interface Settings {
  /** The operators to check; default: all that the engine offers, and the four 2-D ones are reported if it does not. */
  readonly ops?: readonly string[];
  /** Default 1. */
  readonly seed?: number;
  /** Cases per operator that the engine does not skip; default 200. */
  readonly cases?: number;
  /** Only the cases whose id falls to this shard. Spec campaign-shards. */
  readonly shard?: Shard;
  /** Whether a suspect is a finding. Spec campaign-strict. */
  readonly strict?: boolean;
  /** Instead of all these but `strict`: the ids of the cases to ask. Spec campaign-cases. */
  readonly case?: readonly string[];
}

type Optional = 'ops' | 'shard' | 'case';

/** Settings with every default written out. */
export type Complete = Required<Omit<Settings, Optional>> & Pick<Settings, Optional>;

/** The questions of one operator, of which so many are to be answered. */
export interface Questions {
  readonly op: string;
  readonly gradient: boolean;
  readonly quota: number;
  readonly cases: Iterable<Case>;
  /** Whether the engine is there to be asked more: near what it answered (Spec oracle-skips), for what it keeps (Spec oracle-history). */
  readonly isLive?: boolean;
  /** Whether the cases were asked for by name: failures are shown as they are. */
  readonly isNamed?: boolean;
}

/** Skipped cases are replaced, up to this many questions per case asked for. */
const ASKED = 8;

export function readSettings(settings: Settings): Complete {
  const { ops, seed = 1, cases = 200, shard, strict = false, case: ids } = settings;
  flag('campaign-strict', 'checkEngine', 'strict', strict);
  if (ids !== undefined) return { seed, cases: ids.length, strict, case: readNamed(settings, ids) };
  if (!Number.isSafeInteger(seed))
    throw new SpecError('oracle-campaign', `checkEngine: seed must be a whole number, got ${show(seed)}`);
  wholeNumber('oracle-campaign', 'checkEngine', 'cases', cases, 1);
  if (ops !== undefined && !Array.isArray(ops))
    throw wrongType('oracle-campaign', `checkEngine: ops must be an array of names, got ${show(ops)}`);
  for (const op of ops ?? []) operatorOf(op);
  return { ops, seed, cases, strict, ...(shard && { shard: readShard(shard) }) };
}

function readShard({ index, of }: Shard): Shard {
  wholeNumber('campaign-shards', 'checkEngine', 'shard.of', of, 1);
  wholeNumber('campaign-shards', 'checkEngine', 'shard.index', index, 1);
  if (index > of)
    throw new SpecError('campaign-shards', `checkEngine: shard.index must be 1 to ${of}, got ${show(index)}`);
  return { index, of };
}

/** Outputs of every operator, then gradients of those that have them. */
export function plan(
  offer: Pick<Subject, 'ops' | 'gradients' | 'dialect' | 'traits'>,
  settings: Complete,
): Questions[] {
  if (settings.case) return planNamed(offer, settings.case);
  const offered = Object.keys(operators).filter((op) => basicOperators.includes(op) || offer.ops.includes(op));
  const ops = settings.ops ?? offered;
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
