// The options of check and vectors that define the campaign.

import type { Settings } from '../oracle/cases/questions.ts';
import type { Layout } from '../oracle/dialect.ts';
import { readShard, shardHelp } from './shard.ts';
import { UsageError } from './usage.ts';

export const settingsOptions = {
  ops: { type: 'string' },
  cases: { type: 'string' },
  seed: { type: 'string' },
  shard: { type: 'string' },
} as const;

/** The dialect and the layout: options of vectors and explain. */
export const speechOptions = { dialect: { type: 'string', default: 'toeplitz' }, layout: { type: 'string' } } as const;

interface Values {
  readonly ops?: string;
  readonly cases?: string;
  readonly seed?: string;
  readonly shard?: string;
}

export const settingsHelp = `\
  --cases N       cases per operator (200)
  --seed N        another campaign (1)
${shardHelp}`;

export const readSettings = ({ ops, cases, seed, shard }: Values): Settings => ({
  ...(cases !== undefined && { cases: aboveZero('cases', cases) }),
  ...(seed !== undefined && { seed: wholeNumber('seed', seed) }),
  ...(ops !== undefined && { ops: ops.split(',') }),
  ...(shard !== undefined && { shard: readShard(shard) }),
});

/** Any that the campaign takes (oracle-campaign). */
function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value))
    throw new UsageError(`--${name} must be a whole number, got '${text}'`);
  return value;
}

export function aboveZero(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new UsageError(`--${name} must be a number above 0, got '${text}'`);
  return value;
}

/** `NCHW,OIHW`: of x, weights, depthwise weights; then others by their names, `dense=IO`. */
export function layoutOf(who: string, text: string | undefined): Layout {
  const parts = text?.split(',') ?? [];
  const named = parts.filter((part) => part.includes('='));
  const [x, weight, depthwise, ...more] = parts.filter((part) => !part.includes('='));
  if (more.length > 0)
    throw new UsageError(
      `${who}: --layout must be one of x, weights, depthwise weights, such as NCHW,OIHW, got '${text}'`,
    );
  return {
    ...(x !== undefined && { x }),
    ...(weight !== undefined && { weight }),
    ...(depthwise && { depthwise }),
    ...Object.fromEntries(named.map((part) => part.split('=', 2))),
  };
}
