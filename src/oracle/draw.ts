// Draws the cases of a campaign: case i of an operator is a pure function of (seed, operator, i).

import { hash, random } from '../random.ts';
import { type Case, isPossible } from './cases.ts';
import { saidIn } from './dialect-cases.ts';
import { dialects } from './dialects.ts';
import type { Subject } from './engine.ts';
import { everydayCase, everydayOf } from './everyday.ts';
import { operatorOf } from './operators.ts';
import { enlarged } from './sizes.ts';
import { type Stratum, smallOf, strataOf } from './strata.ts';

/**
 * Case `index` of an operator: the everyday layers, then of every three one with a large axis and two of the strata in turn;
 * none that the dialect cannot say, or that depends on what the engine leaves open. Spec oracle-cases, oracle-sizes,
 * oracle-traits, dialect-cases.
 */
export function drawCase(
  op: string,
  gradient: boolean,
  seed: number,
  index: number,
  { dialect = 'toeplitz', traits }: Pick<Subject, 'dialect' | 'traits'> = { traits: {} },
): Case {
  const { family, rank } = operatorOf(op);
  const nan = traits.nan ?? (family === 'max' && dialects[dialect].conventions.nan === 'open' ? 'free' : 'kept');
  const isFree = ({ values: [kind] }: Stratum): boolean =>
    (kind === 'nan' && (gradient || nan === 'free')) ||
    (kind === 'infinite' && (gradient || traits.padding === undefined));
  const caseSeed = hash(seed, op, index) & 0xffff;
  const known = everydayOf(op).length;
  if (index < known) return saidIn(dialect, everydayCase(op, gradient, index, caseSeed));
  const turn = Math.floor((index - known) / 3);
  const isLarge = (index - known) % 3 === 2;
  const strata = strataOf(family, rank, gradient).filter((stratum) => !isFree(stratum));
  const stratum = isLarge ? smallOf(family, rank, gradient) : strata[(index - known - turn) % strata.length];
  const draw = random(hash(seed, op, gradient ? 1 : 0, index));
  for (;;) {
    const small = drawFrom(stratum, op, gradient, rank, draw.below, caseSeed);
    const drawn = isLarge ? enlarged(small, family, rank, turn, draw) : small;
    if (!isPossible(drawn)) continue;
    const said = saidIn(dialect, drawn);
    if (isPossible(said)) return said;
  }
}

function drawFrom(
  s: Stratum,
  op: string,
  gradient: boolean,
  rank: number,
  below: (n: number) => number,
  seed: number,
): Case {
  const within = ([least, most]: readonly [number, number]): number => least + below(most - least + 1);
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)];
  const axes = (range: readonly [number, number]): number[] => Array.from({ length: rank }, () => within(range));
  /** Half of the cases that may do without are without: many an engine offers nothing else. */
  const often = (range: readonly [number, number], draw: () => number[]): number[] =>
    range[0] === 1 && below(2) === 0 ? draw().map(() => 1) : draw();
  const size = axes(s.size);
  if (s.line && rank > 1) size[below(rank)] = 1;
  const padding = oneOf(s.padding);
  return {
    op,
    gradient,
    batch: within(s.batch),
    space: axes(s.space),
    groups: often(s.groups, () => [within(s.groups)])[0],
    channels: within(s.channels),
    filters: within(s.filters),
    size,
    stride: axes(s.stride),
    padding: padding === 'explicit' ? axes([0, 0]).map(() => [within(s.pad), within(s.pad)] as const) : padding,
    dilation: often(s.dilation, () => axes(s.dilation)),
    bias: within(s.bias) === 1,
    ceil: within(s.ceil) === 1,
    countPadding: within(s.countPadding) === 1,
    outputPadding: s.outputPadding ? axes(s.outputPadding) : [],
    values: oneOf(s.values),
    seed,
  };
}
