// Many answers of conforming engines for the operators of spec/bounds.md: none may be accused. TOEPLITZ_SHARD=i/n takes a part,
// TOEPLITZ_CASES says how many cases of each operator.

import { expect, it } from 'vitest';
import { conform, conformingNames } from '../conform.ts';

const [index, of] = (process.env.TOEPLITZ_SHARD ?? '1/1').split('/').map(Number);
const cases = Number(process.env.TOEPLITZ_CASES ?? 400);
const share = Math.ceil(cases / of);

it.each(conformingNames.flatMap((op) => [false, true].map((gradient) => [op, gradient] as const)))(
  '[bound-operations] no answer is accused: %s (gradient: %s)',
  (op, gradient) => {
    for (const traits of [{}, { subnormals: 'ieee' }, { ulp: 1 }, { ulp: 16 }] as const) {
      const { asked, refused } = conform(op, gradient, (index - 1) * share, share, 4, traits);
      expect({ asked, refused }).toEqual({ asked: 4 * share, refused: [] });
    }
  },
);
