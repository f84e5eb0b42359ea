// Engines that crash on one kind of case: it is learnt, and the rest is asked.

import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/oracle/ask/ask.ts';
import { crashesOf } from '../../../src/oracle/ask/crashes.ts';
import { verdict } from '../../../src/oracle/ask/verdict.ts';
import type { Case } from '../../../src/oracle/case.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { type Call, checkEngine, type OperatorReport, render } from '../../../src/oracle/index.ts';
import { merge } from '../../../src/oracle/report/merge.ts';
import { forward, withFault } from '../this-library.ts';

const die = (message = 'gone', name = 'Crash'): never => {
  throw Object.assign(new Error(message), { name });
};
const crashing = (test: (call: Call) => boolean, message = 'gone', op = 'conv2d') =>
  withFault(op, (call) => (test(call) ? die(message) : forward(call)));
const reportOn = async (test: (call: Call) => boolean, cases = 100, op = 'conv2d'): Promise<OperatorReport> =>
  (await checkEngine(crashing(test, 'gone', op), { ops: [op], cases, brief: true })).operators[0];

const some = (call: Call, name: string): boolean => (call.attributes[name] as number[]).some((each) => each > 1);
const batches = (call: Call): boolean => call.x.shape[0] > 1;

describe('an engine that crashes', () => {
  it.each<[string, (call: Call) => boolean]>([
    ['batch > 1', batches],
    ['groups > 1', (call) => (call.attributes.groups as number) > 1],
    ['a bias', (call) => call.bias !== undefined],
    ['no bias', (call) => call.bias === undefined],
    ['stride > 1 on some axis', (call) => some(call, 'stride')],
    ['dilation > 1 on some axis', (call) => some(call, 'dilation')],
    ['size > 1 on some axis', (call) => some(call, 'size')],
    ['same padding', (call) => String(call.attributes.padding).startsWith('same')],
    ['NaN in x', (call) => call.x.data.some((each) => Number.isNaN(each))],
    ['channels of x > 4', (call) => call.x.shape[3] > 4],
    ['height of x odd', (call) => call.x.shape[1] % 2 === 1],
    ['groups > 1 and a bias', (call) => call.bias !== undefined && (call.attributes.groups as number) > 1],
  ])('[oracle-crashes] where %s: it is found, and the other cases are asked', async (words, test) => {
    const { counts, avoided, unasked, status } = await reportOn(test);
    expect(Object.keys(avoided!)).toEqual([words]);
    expect(counts.crash! + counts.pass!).toBe(100);
    expect(counts.crash).toBeLessThanOrEqual(10);
    expect([unasked, status]).toEqual([undefined, 'fail']);
  });

  it('[oracle-crashes] in two ways has two causes, with one message or two, of which none is asked on', async () => {
    const dilated = (call: Call) => some(call, 'dilation');
    const one = await reportOn((call) => batches(call) || dilated(call), 120);
    expect(Object.keys(one.avoided!).sort()).toEqual(['batch > 1', 'dilation > 1 on some axis']);
    expect(one.counts.pass).toBeGreaterThan(100);
    let calls = 0;
    const engine = withFault('conv2d', (call) => {
      calls++; // the numbers of a message tell no crash from another, and neither does what follows a colon
      if (batches(call)) die(`core dumped at ${calls}: ${'x'.repeat(calls)}`);
      return dilated(call) ? die('no time', 'Timeout') : forward(call);
    });
    const two = (await checkEngine(engine, { ops: ['conv2d'], cases: 120, brief: true })).operators[0];
    expect(Object.keys(two.avoided!).sort()).toEqual(['batch > 1', 'dilation > 1 on some axis']);
    expect(two.counts.pass).toBeGreaterThan(100);
    expect(two.counts.timeout).toBeGreaterThan(0);
  });

  it('[oracle-crashes] with another message each time is asked on for one cause', async () => {
    let calls = 0;
    const engine = withFault('conv2d', (call) =>
      batches(call) ? die(`lost ${String.fromCharCode(97 + (calls++ % 26)).repeat(9)}`) : forward(call),
    );
    const { avoided, counts } = (await checkEngine(engine, { ops: ['conv2d'], cases: 60, brief: true })).operators[0];
    expect(Object.keys(avoided!)).toEqual(['batch > 1']);
    expect(counts.crash! + counts.pass!).toBe(60);
  });

  it('[oracle-crashes] always, or without a rule, is left, and the report says what was not asked', async () => {
    const always = await reportOn(() => true);
    expect(always).toMatchObject({ counts: { crash: 6 }, unasked: 94 });
    expect(always).not.toHaveProperty('avoided');
    let calls = 0;
    const engine = crashing(() => ++calls % 9 === 0);
    const report = await checkEngine(engine, { ops: ['conv2d'], cases: 200, brief: true });
    const { counts, unasked } = report.operators[0];
    expect(counts.crash).toBeLessThan(10);
    expect(unasked).toBe(200 - counts.crash! - counts.pass!);
    expect(render(report)).toContain(
      `  conv2d: left after ${counts.crash} crashes: ${unasked} of 200 cases were not asked\n`,
    );
  });

  it('[oracle-crashes] once is asked again what it crashed on', async () => {
    let calls = 0;
    const { counts, avoided } = await reportOn((call) => batches(call) && calls++ === 0, 200);
    expect([counts, Object.values(avoided ?? {}).filter((count) => count > 32)]).toEqual([{ crash: 1, pass: 199 }, []]);
  });

  it('[oracle-crashes] is asked all named cases, and those of a reduction', async () => {
    const id = (n: number, seed: number) => `conv2d/n${n}h3w3c1_o1k1x1s1x1pvd1x1g1b0/f32/exact/${seed}`;
    const ids = [id(1, 1), id(2, 1), id(2, 2), id(1, 2), id(2, 3), id(3, 4)];
    const { operators } = await checkEngine(crashing(batches), { case: ids });
    expect(operators[0].counts).toEqual({ pass: 2, crash: 4 });
    const { findings } = await reportOn(batches);
    expect(findings.map((each) => each.id)).toEqual(['conv2d/n2h1w1c1_o1k1x1s1x1pvd1x1g1b0/f32/given/x=0,0;weight=0']);
  });

  it('[oracle-crashes] in shards: what was not asked is added up', async () => {
    const part = async (index: number) => ({
      source: `${index}.json`,
      report: await checkEngine(crashing(batches), { ops: ['conv2d'], cases: 60, shard: { index, of: 2 } }),
    });
    const parts = [await part(1), await part(2)];
    const [a, b] = parts.map(({ report }) => report.operators[0].avoided!['batch > 1']);
    expect(merge(parts).operators[0].avoided).toMatchObject({ 'batch > 1': a + b });
  });
});

describe('what is worth asking', () => {
  const c = (batch: number, stride: number, seed: number): Case =>
    parseCaseId(`dense/n${batch}c${stride}_u1b0/f32/exact/${seed}`);
  const outcome = (each: Case, kind: 'crash' | 'pass'): Outcome => ({ case: each, verdict: verdict(kind, kind) });

  it('[oracle-crashes] the 16th, 32nd and 64th case of a predicate is asked; an answer gives back those before it', () => {
    const crashes = crashesOf(true);
    const batch = Array.from({ length: 200 }, (_, i) => c(2, 1, i));
    crashes.note(outcome(c(1, 1, 0), 'pass'));
    crashes.note(outcome(c(2, 1, 0), 'crash'));
    const asked: number[] = [];
    let refuted = false;
    for (const each of crashes.worthAsking(batch)) {
      asked.push(each.seed);
      refuted ||= asked.length === 3;
      if (!refuted) expect(crashes.avoided()).toEqual({ 'batch > 1': each.seed + 1 - asked.length });
      crashes.note(outcome(each, refuted ? 'pass' : 'crash'));
    }
    expect(asked.slice(0, 3)).toEqual([15, 31, 63]);
    expect([...asked].sort((a, b) => a - b)).toEqual(batch.map(({ seed }) => seed));
    expect(crashes.avoided()).toEqual({});
  });

  it('[oracle-crashes] is everything before a crash, and where nothing is to be learnt', () => {
    for (const isLearning of [true, false]) {
      const crashes = crashesOf(isLearning);
      const list = [c(1, 1, 0), c(2, 1, 1), c(3, 2, 2)];
      if (!isLearning) crashes.note(outcome(c(2, 1, 0), 'crash'));
      expect([...crashes.worthAsking(list)]).toEqual(list);
    }
  });
});
