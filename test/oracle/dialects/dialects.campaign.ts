// Engines that speak a dialect pass in all operators and gradients: dialects.test.ts asks each a part of these cases.

import { expect, it } from 'vitest';
import { checkEngine, type DialectName, dialects, render } from '../../../src/oracle/index.ts';
import { speaker } from '../speakers.ts';

const foreign = (Object.keys(dialects) as DialectName[]).filter((name) => name !== 'toeplitz');

it.each(foreign)('[dialect-results] is right in all operators and gradients: %s', async (name) => {
  const report = await checkEngine(speaker(name), { cases: 36, brief: true });
  expect(render(report)).not.toContain('✗');
  expect(report.operators).toHaveLength(2 * dialects[name].operators.length);
  for (const { op, counts } of report.operators) expect({ op, counts }).toEqual({ op, counts: { pass: 36 } });
});
