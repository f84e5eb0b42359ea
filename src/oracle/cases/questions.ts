// What a campaign is asked for, and the questions that follow. Spec oracle-campaign.

import type { Case } from '../case.ts';

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
  /** Seconds after which no further case is drawn, divided among the operators. Spec campaign-time. */
  readonly time?: number;
  /** Whether a suspect is a finding. Spec campaign-strict. */
  readonly strict?: boolean;
  /** Instead of all these but `strict`: the ids of the cases to ask. Spec campaign-cases. */
  readonly case?: readonly string[];
}

type Optional = 'ops' | 'shard' | 'time' | 'case';

/** Settings with every default written out. */
export type Complete = Required<Omit<Settings, Optional>> & Pick<Settings, Optional>;

/** The questions of one operator, of which so many are to be answered. */
export interface Questions {
  readonly op: string;
  readonly gradient: boolean;
  readonly quota: number;
  readonly cases: Iterable<Case>;
  /** Whether the engine can be asked further cases: mixtures with what it answered (Spec oracle-skips), and probes for what it
   * keeps (Spec oracle-history). */
  readonly isLive?: boolean;
  /** Whether the cases were asked for by name: failures are shown as they are. */
  readonly isNamed?: boolean;
}
