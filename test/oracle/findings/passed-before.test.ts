// An engine that is wrong from some call on shows no smallest case.

import { expect, it } from 'vitest';
import { checkEngine, render } from '../../../src/oracle/index.ts';
import { forward, withFault } from '../this-library.ts';

it('[oracle-history] an engine that changes its mind is said to depend on earlier calls', async () => {
  let calls = 0;
  const tired = withFault('conv2d', (call) => {
    if (++calls > 20) throw new Error('tired');
    return forward(call);
  });
  const report = await checkEngine(tired, { ops: ['conv2d'], cases: 30 });
  const [finding, ...others] = report.operators[0].findings;
  expect(others).toEqual([]);
  expect([finding.kind, finding.where]).toEqual(['error', undefined]);
  expect(render(report)).toContain(`depends on earlier calls: ${finding.passedBefore} passed at first, and fails now`);
  expect(render(report)).not.toContain('smallest case');
});

it('[oracle-history] one whose wrong answers alternate with right ones is not', async () => {
  const wide = withFault('conv2d', (call) => {
    if (call.x.shape[3] > 4) throw new Error('too many channels');
    return forward(call);
  });
  const { findings } = (await checkEngine(wide, { ops: ['conv2d'], cases: 30, brief: true })).operators[0];
  expect(findings.map(({ passedBefore }) => passedBefore)).toEqual([undefined]);
});
