// Campaigns in parts, joined again; and lists of failures that are known.

import { describe, expect, it } from 'vitest';
import { type Call, checkEngine, type Report, render, skip } from '../../../src/oracle/index.ts';
import { expectFailures, fixLines, readLines } from '../../../src/oracle/report/expected-failures.ts';
import { fromJson } from '../../../src/oracle/report/json.ts';
import { joinParts, merge } from '../../../src/oracle/report/merge.ts';
import { mergeFindings } from '../../../src/oracle/report/merge-findings.ts';
import { forward, withFault } from '../this-library.ts';

/** Two mistakes: the bias ignored, and NaN lost. */
const wrong = withFault('conv2d', (call: Call) => {
  const { bias: _, ...rest } = call;
  const y = forward({ ...rest, attributes: { ...call.attributes, bias: false } });
  return { ...y, data: y.data.map((each) => (each === each ? each : 0)) };
});
const options = { ops: ['conv2d', 'maxPool2d'], cases: 80, brief: true };
const shard = (index: number, of: number, more: object = {}) =>
  checkEngine(wrong, { ...options, shard: { index, of }, ...more });
const part = async (report: Promise<Report>, source = 'a.json') => ({ source, report: await report });

describe('merge', () => {
  it('[campaign-merge] makes of the parts what the whole is', async () => {
    const whole = await checkEngine(wrong, options);
    const parts = await Promise.all([3, 1, 2].map((index) => part(shard(index, 3))));
    const merged = merge(parts);
    expect(merged.operators.map(({ counts, cases, status }) => ({ counts, cases, status }))).toEqual(
      whole.operators.map(({ counts, cases, status }) => ({ counts, cases, status })),
    );
    const sorted = ({ operators }: Report) =>
      operators.flatMap(({ findings }) => findings.flatMap(({ cases }) => cases)).sort();
    expect(sorted(merged)).toEqual(sorted(whole));
    expect(new Set(sorted(merged)).size).toBeGreaterThan(20);
    const seen = ({ operators }: Report) =>
      operators[0].findings.map(({ kind, mistake, id }) => ({ kind, mistake, id }));
    expect(seen(merged)).toEqual(seen(whole));
    expect(merged).not.toHaveProperty('shard');
    expect(merge([{ source: 'b.json', report: whole }])).toBe(whole);
  });

  it('[campaign-merge] keeps the ids of all answers where a part of the campaign is joined', async () => {
    const two = await Promise.all([shard(1, 4), shard(2, 4)]);
    const half = joinParts(two, { index: 1, of: 2 });
    for (const kind of ['pass', 'fail'] as const) {
      const idsOf = ({ operators }: Report) => operators.flatMap(({ answers }) => answers?.[kind] ?? []);
      expect(idsOf(half).length).toBeGreaterThan(0);
      expect(idsOf(half).sort()).toEqual(two.flatMap(idsOf).sort());
    }
    expect(half.operators[0]).not.toHaveProperty('late');
    const late = (each: Report, count: number): Report => ({
      ...each,
      operators: each.operators.map((operator) => ({ ...operator, late: count })),
    });
    expect(joinParts([late(two[0], 2), late(two[1], 3)], { index: 1, of: 2 }).operators[0].late).toBe(5);
  });

  it('[campaign-merge] shows answers that no finding was seen by, by one that has them', async () => {
    const { findings } = (await shard(1, 2)).operators[0];
    const { mistake: _, where: __, ...unnamed } = findings[0];
    const [a, b, c] = unnamed.cases;
    const parts = [
      { ...unnamed, cases: [a, c], seenAs: a },
      { ...unnamed, cases: [b], seenAs: b },
    ];
    const merged = mergeFindings(parts, [{ fail: [a, b], error: [c] }]);
    expect(merged.flatMap(({ cases }) => cases).sort()).toEqual([a, b, c].sort());
  });

  it('[campaign-reporter] a report has members of the types that it is written with', async () => {
    const report = JSON.parse(render(await shard(1, 2), 'json'));
    for (const change of [{ seed: '1' }, { cases: true }, { engine: 5 }, { operators: {} }])
      expect(() => fromJson('a.json', JSON.stringify({ ...report, ...change }))).toThrow('[campaign-reporter]');
    expect(fromJson('a.json', JSON.stringify(report)).seed).toBe(1);
  });

  it('[campaign-merge] shows the smallest case of all parts', async () => {
    const parts = await Promise.all([1, 2].map((index) => part(shard(index, 2))));
    const smallest = parts[0].report.operators[0].findings[0].id;
    const unreduced = ({ report, source }: (typeof parts)[0]) => {
      const operators = report.operators.map((each) => ({
        ...each,
        findings: each.findings.map((finding) => ({ ...finding, id: finding.seenAs })),
      }));
      return { source, report: { ...report, operators } };
    };
    for (const [a, b] of [
      [parts[0], unreduced(parts[1])],
      [unreduced(parts[0]), parts[1]],
    ])
      expect(merge([a, b]).operators[0].findings[0].id).toBe(smallest);
    expect(merge(parts.map(unreduced)).operators[0].findings[0].id).not.toBe(smallest);
  });

  it('[campaign-merge] joins findings of one dialect, layout or arithmetic, and no others', async () => {
    const { findings } = (await shard(1, 2)).operators[0];
    const unnamed = { ...findings[0], mistake: undefined };
    const profile = { precision: { operands: 'tf32' } } as const;
    for (const declared of [{ dialects: ['torch'] }, { layout: { x: 'NCHW' } }, { profile }] as const) {
      const part = (more: object, ids: readonly string[]) => ({ ...unnamed, ...more, cases: ids, seenAs: ids[0] });
      const [a, b, c] = unnamed.cases;
      const merged = mergeFindings([part(declared, [a]), part({}, [b]), part(declared, [c])], []);
      expect(merged.map(({ cases }) => cases).sort()).toEqual([[a, c], [b]].sort());
      expect(merged.find(({ cases }) => cases.length > 1)).toMatchObject(declared);
    }
  });

  it('[campaign-merge] adds up what is seldom counted, and says nothing of what never happened', async () => {
    const report = await checkEngine(wrong, { ops: ['maxPool2d'], cases: 2, brief: true, shard: { index: 1, of: 2 } });
    const of = (index: number, more: object) => ({
      source: `${index}.json`,
      report: { ...report, shard: { index, of: 2 }, operators: [{ ...report.operators[0], ...more }] },
    });
    const rare = (a: object, b: object) => {
      const { unasked, late, avoided } = merge([of(1, a), of(2, b)]).operators[0];
      return { unasked, late, avoided };
    };
    expect(rare({}, {})).toEqual({});
    expect(rare({ late: 2 }, { avoided: { 'batch > 1': 3 } })).toEqual({ late: 2, avoided: { 'batch > 1': 3 } });
    const all = { unasked: 1, late: 2, avoided: { 'batch > 1': 3 } };
    expect(rare(all, all)).toEqual({ unasked: 2, late: 4, avoided: { 'batch > 1': 6 } });
  });

  it('[campaign-merge] adds up what an engine was not asked because it ended', async () => {
    const ends = withFault('conv2d', () => {
      throw Object.assign(new Error('gone'), { name: 'Crash' });
    });
    const parts = await Promise.all(
      [1, 2].map((index) => part(checkEngine(ends, { ops: ['conv2d'], cases: 40, shard: { index, of: 2 } }))),
    );
    const { unasked, counts } = merge(parts).operators[0];
    expect(unasked).toBe(40 - counts.crash!);
    expect(counts.crash).toBeLessThanOrEqual(2 * 6);
  });

  it('[campaign-merge] refuses what is no campaign', async () => {
    const few = (index: number, of: number, more: object = {}) => shard(index, of, { cases: 6, ...more });
    const [one, two] = [part(few(1, 2), 'one.json'), part(few(2, 2), 'two.json')];
    const refusal = async (...parts: Promise<{ source: string; report: Report }>[]) => {
      const all = await Promise.all(parts);
      try {
        return merge(all).clean;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const changed = async (change: object) => ({ ...(await two), report: { ...(await two).report, ...change } });
    expect(await refusal(one)).toContain('all 2 shards must be there, got none for [2] [campaign-merge]');
    expect(await refusal(one, two, two)).toContain('once, got 2/2 in two.json and two.json');
    expect(await refusal(one, part(few(2, 3)))).toContain('shards of 2, got one of 3');
    expect(await refusal(one, part(checkEngine(wrong, { ...options, cases: 6, brief: true }), 'w.json'))).toContain(
      'the whole campaign in w.json',
    );
    expect(await refusal(one, part(few(2, 2, { seed: 2 })))).toContain('one seed, got 1 in one.json and 2 in a.json');
    expect(await refusal(one, part(few(2, 2, { cases: 10 })))).toContain('one cases');
    expect(await refusal(one, part(few(2, 2, { strict: true })))).toContain('one strict');
    expect(await refusal(one, part(few(2, 2, { ops: ['maxPool2d', 'conv2d'] })))).toContain('one ops');
    expect(await refusal(one, changed({ version: '9' }))).toContain('one version');
    expect(await refusal(one, changed({ numerics: 1 }))).toContain('one numerics, got 2 in one.json and 1 in two.json');
    expect(await refusal(one, changed({ engine: { name: 'other' } }))).toContain('one engine');
    expect(await refusal(one, changed({ operators: [] }))).toContain('list of operators');
    expect(await refusal()).toContain('there must be a report');
    expect(await refusal(one, two)).toBe(false);
  });
});

describe('a list of expected failures', () => {
  const found = checkEngine(wrong, options);
  const judged = async (text: string, report = found) => expectFailures(await report, readLines('list', text));
  const failing = async (index: number) => (await found).operators[0].findings[index];

  it('[campaign-expected] makes a run clean that fails as listed, and no other', async () => {
    const [named, lost] = [await failing(0), await failing(1)];
    expect([named.mistake, lost.kind, lost.mistake]).toEqual(['the bias were ignored', 'fail', undefined]);
    const all = '# known\n\nconv2d: the bias were ignored\nconv2d: fail\n';
    expect((await judged(all)).clean).toBe(true);
    expect(render(await judged(all), 'tap')).toMatch(/^not ok 1 - conv2d # TODO /m);
    expect(render(await judged(all))).toContain('as expected: the bias were ignored');
    expect((await judged('conv2d: fail')).operators[0].findings.map(({ expected }) => expected)).toEqual([false, true]);
    expect((await judged('conv2d: fail')).clean).toBe(false);
    const unmet = async (line: string) => (await judged(`${all}${line}`)).unmet;
    expect(await unmet('maxPool2d: fail')).toEqual(['maxPool2d: fail']);
    expect(await unmet('conv2d: timeout')).toEqual(['conv2d: timeout']);
    expect(await unmet('dense: fail')).toEqual([]); // not among the operators of the run
    expect((await judged(`${all}maxPool2d: fail`)).clean).toBe(false);
    expect(render(await judged(`${all}maxPool2d: fail`))).toContain('does not fail so: maxPool2d: fail');
    expect(render(await judged(`${all}maxPool2d: fail`), 'junit')).toContain(
      'name="expected failure: maxPool2d: fail"',
    );
  });

  it('[campaign-expected] may name cases, each of which must fail by the cause of its line', async () => {
    const { cases } = await failing(0);
    const lines = cases.map((id) => `${id}: the bias were ignored`);
    const clean = async (list: string[]) => (await judged(`${list.join('\n')}\nconv2d: fail`)).clean;
    expect(await clean(lines)).toBe(true);
    expect(await clean(lines.slice(1))).toBe(false);
    expect(await clean([...lines.slice(1), `${cases[0]}: fail`])).toBe(false);
    const other = 'conv2d/n1h1w1c1_o1k1x1s1x1pvd1x1g1b1/f32/exact/1: the bias were ignored';
    expect((await judged([...lines, other].join('\n'))).unmet).toEqual([other]);
  });

  it('[campaign-expected] is not blamed for what a part, or an interrupted run, leaves out', async () => {
    const line = 'maxPool2d: fail';
    expect((await judged(line, shard(1, 2))).unmet).toEqual([]);
    expect((await judged(line, checkEngine(wrong, { ...options, signal: { aborted: true } }))).unmet).toEqual([]);
    expect((await judged(line)).unmet).toEqual([line]);
  });

  it('[campaign-expected] does not make up for answers that are not given', async () => {
    let calls = 0;
    const fussy = withFault('dense', () => {
      if (++calls > 3) skip('no more');
      throw new Error('no');
    });
    const report = await judged('dense: error', checkEngine(fussy, { ops: ['dense'], cases: 20, brief: true }));
    expect(report.operators[0]).toMatchObject({ status: 'hardly answered', counts: { error: 3 } });
    expect(report.clean).toBe(false);
    expect(render(report, 'tap')).toContain('# SKIP only 3 of 20 answered');
  });

  it('[campaign-expected] is met in an interrupted run by an operator that came to its end, and by no other', async () => {
    const report = { ...(await found), interrupted: true };
    const statusOf = async (wanted: number) => {
      const operators = report.operators.map((each) => ({ ...each, wanted }));
      return (await judged('conv2d: the bias were ignored\nconv2d: fail', Promise.resolve({ ...report, operators })))
        .operators[0].status;
    };
    expect(await statusOf(options.cases)).toBe('expected');
    expect(await statusOf(options.cases + 1)).toBe('not finished');
  });

  it('[campaign-expected] is put right by fix: what holds or is not judged stays, the rest goes, what is new comes', async () => {
    const before = ['# why', 'conv2d: timeout', 'dense: fail', 'conv2d: fail', 'maxPool2d gradient: fail'];
    const fixed = fixLines(await found, readLines('list', before.join('\n'))).map(({ text }) => text);
    expect(fixed).toEqual(['# why', 'dense: fail', 'conv2d: fail', 'conv2d: the bias were ignored']);
    expect((await judged(fixed.join('\n'))).clean).toBe(true);
  });

  it('[campaign-expected] has no line that could never hold', () => {
    const read = (text: string) => () => readLines('list.txt', text);
    expect(read('# fine\nconv2d')).toThrow("list.txt:2: a line must read 'operator: cause' or 'case id: cause'");
    expect(read('conv2D: fail')).toThrow('[oracle-operators]');
    expect(read('conv2d/n1: fail')).toThrow('[oracle-caseid]');
  });
});
