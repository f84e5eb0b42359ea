// Which operators of an engine the oracle knows. Spec oracle-engine.

import { SpecError } from '../../errors.ts';
import { plain } from '../../plain-text.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { operators } from '../families/index.ts';

/** How many operators that are not known are named, in how many characters. */
const MOST = 20;
export const NAME = 100;

/** The names that the oracle knows, each once, and the others, as a report shows them. @throws {SpecError} oracle-engine where it knows none. */
export function readOffer(
  ops: readonly string[],
  gradients: readonly string[],
): Required<Pick<EngineUnderTest, 'ops' | 'gradients' | 'unknown'>> {
  const isKnown = (name: string): boolean => Object.hasOwn(operators, name);
  const known = [...new Set(ops.filter(isKnown))];
  const unknown = [...new Set([...ops, ...gradients].filter((name) => !isKnown(name)))].map((name) =>
    plain(name, NAME),
  );
  if (known.length === 0 && unknown.length > 0)
    throw new SpecError(
      'oracle-engine',
      `engine: the operators are ${Object.keys(operators).join(', ')}, got '${unknown[0]}'`,
    );
  const more = unknown.length - MOST;
  return {
    ops: known,
    gradients: [...new Set(gradients.filter(isKnown))],
    unknown: [...unknown.slice(0, MOST), ...(more > 0 ? [`${more} more`] : [])],
  };
}
