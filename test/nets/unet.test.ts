// U-Net: shapes, counts, crops, gradients, refusals.

import { expect, test } from 'vitest';
import { describe, gradientCheck, initialize, parameterCount } from '../../src/index.ts';
import { unet } from '../../src/nets/index.ts';
import { image, refused } from './nets.ts';

test('[nets-unet] 572×572 give 388×388, with 31,030,658 parameters; crops of 4, 16, 40 and 88 cells', () => {
  expect(unet().shape([1, 572, 572, 1])).toEqual([1, 388, 388, 2]);
  expect(parameterCount(unet(), [1, 572, 572, 1])).toBe(31030658);
  expect(parameterCount(unet({ classes: 1 }), [1, 572, 572, 1])).toBe(31030593);
  const { rows } = describe(unet(), [1, 572, 572, 1]);
  expect(rows.filter(({ name }) => name === 'pad').map(({ shape }) => shape[1])).toEqual([392, 200, 104, 56]);
  expect(unet({ padding: 'same', filters: 2, depth: 2, classes: 5 }).shape([2, 8, 12, 3])).toEqual([2, 8, 12, 5]);
  refused(
    'nets-unet',
    () => unet({ depth: 0 }),
    () => unet({ depth: 17 }),
    () => unet({ padding: 'full' as never }),
    () => unet({ filters: 1.5 }),
  );
});

test('[nets-unet] gradients of a narrow copy agree with differences', () => {
  const net = unet({ filters: 1, depth: 1 });
  const x = image([1, 18, 20, 1]);
  const report = gradientCheck(net, x, initialize(net, x.shape, { seed: 1, type: 'float64' }), { samples: 6 });
  expect(report.ok, report.text).toBe(true);
});
