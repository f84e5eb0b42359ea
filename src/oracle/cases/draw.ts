// Draws the cases of a campaign: case i of an operator is a pure function of (seed, operator, i).

import { hash, type Random, random } from '../../random.ts';
import type { Case, Drawn } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { nearestIn } from '../dialects/translate.ts';
import type { Traits } from '../engine.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { operatorOf } from '../families/index.ts';
import type { LargeAxis, Ranges } from '../family.ts';
import { holdsNaN } from '../values.ts';
import { isPossible, layerOf, shapeOf } from './tensors.ts';

/** So many cases are remembered: campaigns ask many engines the same, and a case may follow from the one before it. */
const KEPT = 8192;
const known = new Map<string, Case>();

/**
 * Case `index` of an operator. The everyday layers come first; after them, of every three cases one has a large axis and two
 * are drawn from the ranges in turn, but the traps take the first of these places. No case is one that the dialect cannot say,
 * or that depends on what the engine leaves open. Spec oracle-cases, oracle-sizes, oracle-traits, dialect-cases.
 */
export function drawCase(
  op: string,
  gradient: boolean,
  seed: number,
  index: number,
  { dialect = 'toeplitz', traits }: Pick<EngineUnderTest, 'dialect' | 'traits'> = { traits: {} },
): Case {
  const { nan, padding, validates } = traits;
  const key = JSON.stringify([op, gradient, seed, index, dialect, nan, padding === undefined, validates]);
  const c = known.get(key) ?? drawn(op, gradient, seed, index, { dialect, traits });
  known.set(key, c);
  if (known.size > KEPT) known.delete(known.keys().next().value!);
  return c;
}

function drawn(
  op: string,
  gradient: boolean,
  seed: number,
  index: number,
  { dialect, traits }: { readonly dialect: DialectName; readonly traits: Traits },
): Case {
  const { family } = operatorOf(op);
  const nan = traits.nan ?? (family.keepsNaN(dialects[dialect]) ? 'kept' : 'free');
  const isOpen = ({ values: [kind] }: Ranges<Case>): boolean =>
    (kind === 'nan' && (gradient || nan === 'free')) ||
    (kind === 'infinite' && (gradient || traits.padding === undefined));
  const rest = { op, gradient, seed: hash(seed, op, index) & 0xffff };
  const everyday = family.everyday(op, gradient);
  if (index < everyday.length) return nearestIn(dialect, { ...everyday[index], ...rest });
  const turn = Math.floor((index - everyday.length) / 3);
  const isLarge = (index - everyday.length) % 3 === 2;
  const isAsked = ({ values }: Drawn<Case>): boolean =>
    !(holdsNaN(values) && nan === 'free') && !(values === 'ties' && dialects[dialect].conventions.ties === 'open');
  const trap = isLarge ? undefined : family.traps(op, gradient).filter(isAsked)[index - everyday.length - turn];
  if (trap) return nearestIn(dialect, { ...trap, ...rest });
  const before = (): Case => drawCase(op, gradient, seed, index - 1, { dialect, traits });
  const isForbidden =
    traits.validates === true && !gradient && !isLarge && hash(seed, op, 'reject', index) % REFUSED === 0;
  const near = isForbidden
    ? refusedNear(before(), rest)
    : !isLarge && isAgain(seed, op, index)
      ? variantOf(before(), dialect, rest)
      : undefined;
  if (near) return near;
  const all = family.ranges(op, gradient).filter((each) => !isOpen(each));
  const ranges = isLarge ? family.small(op, gradient) : all[(index - everyday.length - turn) % all.length];
  const draw = random(hash(seed, op, gradient ? 1 : 0, index));
  for (;;) {
    const small = { ...ranges.draw(draw), ...rest };
    const whole = isLarge ? enlarged(small, family.large(op), turn, draw) : small;
    if (!isPossible(whole)) continue;
    const said = nearestIn(dialect, whole);
    if (said === whole || isPossible(said)) return said;
  }
}

/** One in so many cases must be refused, if the engine says that it validates. Spec oracle-reject. */
const REFUSED = 12;

type Rest = Pick<Case, 'op' | 'gradient' | 'seed'>;

/** A case near the one before that the spec forbids. */
function refusedNear(before: Case, rest: Rest): Case | undefined {
  const { refusals, repaired } = operatorOf(before.op).family;
  const near = [...refusals(before.reject ? repaired(before) : before)];
  const all = near.map((each): Case => ({ ...each, ...rest, reject: true })).filter(isPossible);
  return all.length > 0 ? all[rest.seed % all.length] : undefined;
}

/** One in so many cases is the one before with another attribute and other tensors of the same shapes. Spec oracle-history. */
const AGAIN = 10;

const isAgain = (seed: number, op: string, index: number): boolean => hash(seed, op, 'again', index) % AGAIN === 0;

/** One of the variants of a case, if the dialect can say any. */
function variantOf(before: Case, dialect: DialectName, rest: Rest): Case | undefined {
  const { variants, repaired } = operatorOf(before.op).family;
  const c = before.reject ? repaired(before) : before;
  const shapes = (each: Case): string => JSON.stringify([shapeOf(each), layerOf(each).params(shapeOf(each))]);
  const own = shapes(c);
  const all = [...variants(c)].filter(
    (each) => isPossible(each) && nearestIn(dialect, each) === each && shapes(each) === own,
  );
  return all.length > 0 ? { ...all[rest.seed % all.length], ...rest } : undefined;
}

/**
 * The axis whose turn it is made large: one value of its list in each round, and any up to the largest of them after
 * that. Spec oracle-sizes.
 *
 *   turn      0        1         2        3       4      …  a round: each axis once
 *   axis      filters  channels  batch    groups  h      …
 *   value     65       65        5        4       65        the first of each list; in the next round the second, …
 */
function enlarged(c: Case, axes: readonly LargeAxis<Case>[], turn: number, draw: Random): Case {
  const axis = axes[turn % axes.length];
  const { values } = axis;
  const lap = Math.floor(turn / axes.length);
  return axis.set(c, lap < values.length ? values[lap] : 4 + draw.below(Math.max(...values) - 3));
}
