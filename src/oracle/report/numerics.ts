// The version of the numerics that a file of the oracle carries. Spec numerics-version.

import { wholeNumber } from '../../attributes.ts';

/** Files of version 1 did not say. */
export function readNumerics(clause: string, who: string, { numerics = 1 }: Readonly<Record<string, unknown>>): number {
  wholeNumber(clause, who, 'numerics', numerics, 1);
  return numerics as number;
}
