// Engines that offer little: they are asked what they offer, or else get no pass.

import { describe, expect, it } from 'vitest';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId } from '../../../src/oracle/cases/id.ts';
import { mixtures } from '../../../src/oracle/cases/mixtures.ts';
import { type Call, checkEngine, type Engine, render, skip } from '../../../src/oracle/index.ts';
import { some } from '../../some.ts';
import { forward, gradient, withFault } from '../this-library.ts';

interface Window {
  readonly size: number[];
  readonly stride: number[];
  readonly dilation: number[];
  readonly groups: number;
  readonly filters: number;
}

const windowOf = ({ attributes }: Call): Window => attributes as unknown as Window;
const all = (list: readonly number[], value: number): boolean => list.every((each) => each === value);

/** An engine for what `offers` holds of; what it gives then, `fault` computes. */
const narrow = (offers: (a: Window, call: Call) => boolean, fault: (call: Call) => unknown = forward): Engine =>
  withFault('conv2d', (call) => (offers(windowOf(call), call) ? fault(call) : skip('not offered')));

const offers = {
  '3×3': ({ size }: Window) => all(size, 3),
  '3×3, stride 1, no groups, no dilation': ({ size, stride, dilation, groups }: Window) =>
    all(size, 3) && all(stride, 1) && all(dilation, 1) && groups === 1,
  '5×5': ({ size }: Window) => all(size, 5),
  '1×1': ({ size }: Window) => all(size, 1),
  'channels by fours': ({ filters }: Window, { x }: Call) => x.shape[3] % 4 === 0 && filters % 4 === 0,
  'what is square': ({ size, stride, dilation }: Window) =>
    [size, stride, dilation].every(([first, ...rest]) => all(rest, first)),
};

const check = async (engine: Engine, cases = 200, seed = 1) =>
  (await checkEngine(engine, { ops: ['conv2d'], seed, cases, brief: true })).operators[0];

describe('an engine for one thing', () => {
  it.each(some(Object.entries(offers), 3))('[oracle-skips] is asked 100 cases of it: %s', async (_, test) => {
    const calls = new Set<string>();
    const keep = (call: Call) => {
      calls.add(JSON.stringify([call.attributes, call.x.shape]));
      return forward(call);
    };
    const { status, counts } = await check(narrow(test, keep), 100);
    expect({ status, pass: counts.pass }).toEqual({ status: 'pass', pass: 100 });
    expect(counts.skip).toBeLessThan(300);
    expect(calls.size).toBeGreaterThan(50);
  });

  const losses: [what: string, smallest: RegExp, isLost: (call: Call) => boolean][] = [
    ['more than 16 filters', /_o17k3x3/, (call) => windowOf(call).filters > 16],
    ['padding before', /pl/, ({ attributes }) => attributes.padding === 'same-lower'],
    ['more than 32 columns', /w33c1_o1k3x3/, ({ x }) => x.shape[2] > 32],
  ];
  it.each(some(losses, 1))('[oracle-skips] is found out where it is wrong: %s', async (_, smallest, isLost) => {
    const lossy = (call: Call) => {
      const y = forward(call);
      return isLost(call) ? { ...y, data: y.data.map(() => 0) } : y;
    };
    const { findings } = await check(narrow(offers['3×3, stride 1, no groups, no dilation'], lossy), 100);
    expect(findings[0].id).toMatch(smallest);
  });

  it('[oracle-skips] gets no pass for answering hardly anything, or nothing', async () => {
    let answers = 0;
    const hardly = narrow(() => answers < 4 && ++answers > 0);
    const report = await checkEngine(hardly, { ops: ['conv2d'], brief: true });
    expect(report.operators[0]).toMatchObject({ status: 'hardly answered', counts: { pass: 1 }, wanted: 200 });
    expect(report.clean).toBe(false);
    expect(render(report)).toMatch(/^conv2d .* only 1 of 200 answered$/m);
    const nothing = await checkEngine(
      narrow(() => false),
      { ops: ['conv2d'], cases: 4, brief: true },
    );
    expect(nothing.operators[0].status).toBe('skipped');
    expect(nothing.clean).toBe(false);
  });

  it('[oracle-skips] asks the same of every run, gradients too', async () => {
    const asked = async () => {
      const list: string[] = [];
      const only = (run: (call: never) => unknown) => (call: Call) => {
        list.push(JSON.stringify([call.attributes, call.x.shape, call.x.data[0]]));
        return all(windowOf(call).size, 3) ? (run(call as never) as never) : skip('not 3×3');
      };
      const engine: Engine = { name: '3×3', ops: { conv2d: only(forward) }, gradients: { conv2d: only(gradient) } };
      const { operators } = await checkEngine(engine, { ops: ['conv2d'], cases: 60, brief: true });
      expect(operators.map(({ status }) => status)).toEqual(['pass', 'pass']);
      return list;
    };
    expect(await asked()).toEqual(await asked());
  });

  it('[oracle-skips] that skips nothing is asked what is drawn', () => {
    const { towardsAnswers, note } = mixtures();
    for (let i = 0; i < 50; i++) {
      const drawn = drawCase('conv2d', false, 1, i);
      expect(caseId(towardsAnswers(drawn))).toBe(caseId(drawn));
      note(drawn, false);
    }
  });
});
