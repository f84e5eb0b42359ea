// In which cases an engine fails: the condition that is found, what confirms it, and where it is shown.

import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import { ask } from '../../../src/oracle/ask/ask.ts';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { examine } from '../../../src/oracle/campaign.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { readSettings } from '../../../src/oracle/cases/plan-campaign.ts';
import type { EngineUnderTest } from '../../../src/oracle/engine-under-test.ts';
import { newCases } from '../../../src/oracle/findings/make-findings.ts';
import { type Call, checkEngine, type Engine, type GradientCall, render } from '../../../src/oracle/index.ts';
import { expectFailures, fixLines, readLines } from '../../../src/oracle/report/expected-failures.ts';
import { fromJson } from '../../../src/oracle/report/json.ts';
import { merge } from '../../../src/oracle/report/merge.ts';
import { conditionOf } from '../../../src/oracle/report/text.ts';
import { propertiesOf } from '../../../src/oracle/where/case-properties.ts';
import { drawingFor, freshCases } from '../../../src/oracle/where/fresh-cases.ts';
import { conditionsFor, meets, textOf } from '../../../src/oracle/where/search.ts';
import { conditionIn, inPart, partOf } from '../../../src/oracle/where/where.ts';
import { hash } from '../../../src/random.ts';
import { some } from '../../some.ts';
import { forward, gradient, names, withFault } from '../this-library.ts';

interface Shown {
  readonly groups: number;
  readonly filters: number;
  readonly stride: number[];
  readonly size: number[];
  readonly dilation: number[];
  readonly padding: unknown;
  readonly ceil: boolean;
  readonly countPadding: boolean;
}

const off = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((y) => y + 1) });
/** Wrong where `is` says so, by no mistake that has a name. */
const wrongWhere = (op: string, is: (attributes: Shown, call: Call) => boolean): Engine =>
  withFault(op, (call) => (is(call.attributes as unknown as Shown, call) ? off(forward(call)) : forward(call)));
const findingsOf = async (engine: Engine, op: string, cases = 90) =>
  (await checkEngine(engine, { ops: [op], cases })).operators.flatMap(({ findings }) => findings);

/** Whether a window of even size over channels leaves some of them out. */
const lacksChannel = (attributes: Shown, { x }: Call): boolean => {
  const size = attributes.size as unknown as number;
  return size % 2 === 0 && x.shape.at(-1)! > size / 2;
};

describe('the condition of a failure', () => {
  it('[oracle-where] is looked for again if new cases fail outside of it', async () => {
    const tail = (a: Shown): boolean => a.filters > 8 && a.filters % 8 !== 0;
    const [{ where }] = await findingsOf(wrongWhere('conv2d', tail), 'conv2d', 200);
    expect(where).toMatchObject({ text: 'filters > 8 and filters no multiple of 8', fresh: { outside: [0, 20] } });
  });

  it('[oracle-where] has a second statement of which little is seen alone', () => {
    const samples = Array.from({ length: 240 }, (_, i) => {
      const c = drawCase('conv2d', true, 1, i);
      const { filters, groups } = c as unknown as { filters: number; groups: number };
      return { properties: propertiesOf(c), fails: filters * groups > 8 && (filters * groups) % 8 !== 0 };
    });
    expect(textOf(conditionsFor(samples)[0])).toBe('filters > 8 and filters no multiple of 8');
  });

  const conditions: [op: string, text: string, is: (a: Shown, call: Call) => boolean][] = [
    ['conv1d', 'groups > 1 and a bias', ({ groups }, { bias }) => groups > 1 && bias !== undefined],
    ['conv1d', 'stride > size', ({ stride, size }) => stride[0] > size[0]],
    ['maxPool2d', 'height of x ≠ width of x', (_, { x }) => x.shape[1] !== x.shape[2]],
    ['avgPool2d', 'dilation > 1 on the last axis', ({ dilation }) => dilation[1] > 1],
    ['dense', 'channels of x mod 4 = 1', (_, { x }) => x.shape[1] % 4 === 1],
    ['lrn', 'size even and a window that lacks a channel', lacksChannel],
    ['prelu', 'channels of x > 8', (_, { x }) => x.shape.at(-1)! > 8],
    ['relu', 'axes of x = 3', (_, { x }) => x.shape.length === 3],
    ['relu', 'axes of x ≠ 3', (_, { x }) => x.shape.length !== 3],
  ];

  it.each(some(conditions, 2))('[oracle-where] is found and confirmed: %s, %s', async (op, text, is) => {
    const [{ where, mistake }, ...others] = await findingsOf(wrongWhere(op, is), op);
    expect({ text: where?.text, mistake, others }).toEqual({ text, mistake: undefined, others: [] });
    const { inside, outside, fresh } = where!;
    expect(inside[0]).toBeGreaterThanOrEqual(0.9 * inside[1]);
    expect(outside[0]).toBe(0);
    expect(inside[1] + outside[1]).toBe(90);
    expect(fresh!.inside[1]).toBeGreaterThanOrEqual(15);
    expect(fresh!.inside[0]).toBeGreaterThanOrEqual(0.9 * fresh!.inside[1]);
    expect(fresh!.outside).toEqual([0, fresh!.outside[1]]);
  });

  it('[oracle-where] is met by the smallest case, also where a smaller one outside of it fails too', async () => {
    const isOne = (call: Call): boolean =>
      forward(call)
        .shape.slice(1, -1)
        .every((n) => n === 1);
    const isWrong = ({ stride }: Shown, call: Call): boolean => stride[1] > 2 || isOne(call);
    const [{ where, id }, ...others] = await findingsOf(wrongWhere('maxPool2d', isWrong), 'maxPool2d', 60);
    expect([where?.text, others]).toEqual(['stride > 2 on the last axis', []]);
    expect(id).toMatch(/_k1x1s1x3/);
  });

  it('[oracle-where] of every case is one, and of failures that nothing tells from the others there is none', async () => {
    const [all] = await findingsOf(
      wrongWhere('dense', () => true),
      'dense',
      40,
    );
    expect(all.where).toEqual({
      text: 'every case',
      terms: [],
      inside: [40, 40],
      outside: [0, 0],
      fresh: expect.anything(),
    });
    expect(conditionOf(all.where!)).toMatch(/^fails in 40 of 40 cases \(and in \d+ of \d+ new ones\)$/);
    const part = { ...all.where!, text: 'every case, in the gradient of x', terms: ['in the gradient of x'] };
    expect(conditionOf(part)).toMatch(/^fails in 40 of 40 cases, in the gradient of x \(and in \d+ of \d+ new ones\)$/);
    const sum = ({ x }: Call): number => Array.from(x.data).reduce((total, v) => total + v, 0);
    const [by] = await findingsOf(
      wrongWhere('dense', (_, call) => sum(call) % 3 === 0),
      'dense',
    );
    expect(by.where).toBeUndefined();
  });

  it('[oracle-where] divides failures of several causes, each with its own smallest case', async () => {
    const engine = wrongWhere('conv1d', ({ groups, stride, size }) => groups > 1 || stride[0] > size[0]);
    const findings = await findingsOf(engine, 'conv1d', 120);
    expect(findings.map(({ where }) => where?.text).sort()).toEqual(['groups > 1', 'stride > size']);
    for (const { where, id } of findings) {
      const { groups } = parseCaseId(id) as unknown as Shown;
      expect(groups > 1).toBe(where!.text === 'groups > 1');
    }
  });

  it('[oracle-where] says which gradient is wrong, if the others are right', async () => {
    const engine: Engine = {
      name: 'weights',
      ops: { conv1d: forward },
      gradients: {
        conv1d: (call: GradientCall) => {
          const g = gradient(call);
          return call.x.shape[0] > 1 ? { ...g, weight: off(g.weight!) } : g;
        },
      },
    };
    const [{ where }] = await findingsOf(engine, 'conv1d', 40);
    expect(where!.text).toBe('batch > 1, in the gradient of weight');
    expect(where!.terms).toEqual(['batch > 1', 'the gradient of weight']);
    const [condition, part] = partOf(where!);
    expect([condition.text, part]).toEqual(['batch > 1', 'weight']);
    expect(inPart(condition, part!)).toEqual(where);
  });

  it('[oracle-where] stands in every form of the report', async () => {
    const report = await checkEngine(
      wrongWhere('dense', (_, { x }) => x.shape[0] > 1),
      { ops: ['dense'], cases: 60 },
    );
    const { inside, outside } = report.operators[0].findings[0].where!;
    const sentence = `fails in ${inside.join(' of ')} cases with batch > 1, in ${outside.join(' of ')} others (and in 20 of 20 and 0 of 20 new ones)`;
    for (const form of ['text', 'tap', 'github'] as const) expect(render(report, form)).toContain(sentence);
    expect(render(report, 'junit')).toContain(sentence.replaceAll('>', '&gt;'));
    expect(JSON.parse(render(report, 'json')).operators[0].findings[0].where).toEqual(
      report.operators[0].findings[0].where,
    );
  });

  it('[oracle-where] is asked for as the campaign goes on, and not after it was stopped', async () => {
    const seen: string[] = [];
    const signal = { aborted: false };
    const engine = wrongWhere('dense', (_, { x }) => x.shape[0] > 1);
    const onProgress = ({ op, done }: { op: string; done: number }): void => {
      seen.push(op);
      if (done === 60) signal.aborted = true;
    };
    await checkEngine(engine, { ops: ['dense'], cases: 61, onProgress, signal });
    expect(new Set(seen)).toEqual(new Set(['dense']));
    signal.aborted = false;
    await checkEngine(engine, { ops: ['dense'], cases: 30, onProgress, signal });
    expect(seen).toContain('dense: where it fails');
  });
});

describe('a campaign in parts', () => {
  const engine = wrongWhere('dense', (_, { x }) => x.shape[0] > 1);
  const options = { ops: ['dense'], cases: 60 };

  it('[campaign-merge] looks for the condition again, and keeps what new cases confirmed in a part', async () => {
    const whole = await checkEngine(engine, options);
    const reports = await Promise.all(
      [1, 2].map(async (index) => {
        const report = await checkEngine(engine, { ...options, shard: { index, of: 2 } });
        return { source: `${index}.json`, report: fromJson(`${index}.json`, render(report, 'json')) };
      }),
    );
    expect(Object.keys(reports[0].report.operators[0].answers!).sort()).toEqual(['fail', 'pass']);
    expect(whole.operators[0]).not.toHaveProperty('answers');
    const [{ where }] = whole.operators[0].findings;
    const [merged, ...others] = merge(reports).operators[0].findings;
    expect(others).toEqual([]);
    expect(merged.where).toEqual({ ...where, fresh: reports[0].report.operators[0].findings[0].where!.fresh });
    expect(merge(reports).operators[0]).not.toHaveProperty('answers');
  });

  it('[campaign-expected] may be named by its condition, and is listed by it', async () => {
    const report = await checkEngine(engine, options);
    for (const line of ['dense: batch > 1', 'dense: fail'])
      expect(expectFailures(report, readLines('list', line)).clean).toBe(true);
    const other = expectFailures(report, readLines('list', 'dense: batch > 2'));
    expect([other.clean, other.unmet]).toEqual([false, ['dense: batch > 2']]);
    expect(fixLines(report, []).map(({ text }) => text)).toEqual(['dense: the constant 1 is added, with batch > 1']);
  });

  it('[campaign-reporter] refuses a report of an older format, and says so', async () => {
    const text = render(await checkEngine(engine, { ops: ['dense'], cases: 4 }), 'json');
    expect(() => fromJson('old.json', text.replace('toeplitz report 2', 'toeplitz report 1'))).toThrow(
      'old.json is of toeplitz report 1, and this release reads toeplitz report 2',
    );
  });
});

describe('answers by files', () => {
  it('[oracle-where] have a condition without new cases, until those of a second round are there', async () => {
    const live = inProcess(wrongWhere('dense', (_, { x }) => x.shape[0] > 1));
    const settings = readSettings({ ops: ['dense'], cases: 60 });
    const cases = Array.from({ length: 60 }, (_, i) => drawCase('dense', false, 1, i));
    const questions = [{ op: 'dense', gradient: false, quota: 60, cases }];
    const answered = new Set(cases.map(caseId));
    /** What was not asked has no answer. */
    const run: EngineUnderTest['run'] = async (call, c) =>
      answered.has(caseId(c!)) ? live.run(call, c) : { kind: 'skip', message: 'not among the questions' };
    const subject = { ...live, run, once: run };
    const [first] = (await examine(subject, settings, questions)).operators[0].findings;
    expect([first.where!.text, first.where!.fresh]).toEqual(['batch > 1', undefined]);
    const more = await newCases(subject, await Promise.all(cases.map((c) => ask(subject, c))));
    expect(more).toHaveLength(40);
    for (const c of more) answered.add(caseId(c));
    const [second] = (await examine(subject, settings, questions)).operators[0].findings;
    expect(second.where).toEqual({ ...first.where, fresh: { inside: [20, 20], outside: [0, 20] } });
  });
});

describe('the search for a condition', () => {
  const drawn = (op: string, n: number, gradient = false) =>
    Array.from({ length: n }, (_, i) => drawCase(op, gradient, 1, i));

  it('[oracle-where] every operator has properties, the same for the same id', () => {
    for (const op of names)
      for (const c of drawn(op, 12)) {
        const { numbers, facts } = propertiesOf(c);
        expect(numbers.size).toBeGreaterThan(4);
        expect(facts.size).toBeGreaterThan(4);
        expect([...numbers.values()]).toEqual([...propertiesOf(parseCaseId(caseId(c))).numbers.values()]);
      }
  });

  it('[oracle-where] takes the plainest of equal conditions, and shows none that holds by chance', () => {
    const cases = drawn('conv1d', 120);
    const found = (is: (c: (typeof cases)[0]) => boolean) =>
      textOf(conditionsFor(cases.map((c) => ({ properties: propertiesOf(c), fails: is(c) })))[0]);
    const batch = (c: object): number => (c as { batch: number }).batch;
    expect(found((c) => batch(c) > 1)).toBe('batch > 1');
    expect(found(() => true)).toBe('every case');
    const byChance = cases.map((c, i) => ({ case: c, fails: hash(7, i) % 3 === 0 }));
    expect(conditionIn(byChance)).toBeUndefined();
  });

  it('[oracle-where] finds a limit among sixty, and two statements among a thousand', () => {
    const quantity = (name: string, value: number) => [name, { name, values: [value], cost: 1 }] as const;
    const sample = (value: number, fails: boolean) => ({
      properties: { numbers: new Map([quantity('units', value)]), facts: new Map() },
      fails,
    });
    const values = Array.from({ length: 60 }, (_, i) => i);
    for (const limit of [1, 13, 30, 46, 57]) {
      expect(textOf(conditionsFor(values.map((n) => sample(n, n > limit)))[0])).toBe(`units > ${limit}`);
      // Many more of one kind, half of which lie above the limit.
      const passes = values.filter((n) => n <= limit).flatMap((n) => Array(5).fill(sample(n, false)));
      const fails = values.filter((n) => n > limit).map((n) => sample(n, true));
      expect(textOf(conditionsFor([...passes, ...fails])[0])).toBe(`units > ${limit}`);
    }
    const cases = drawn('conv2d', 160);
    const is = (c: (typeof cases)[0]): boolean => {
      const { batch, groups } = c as unknown as { batch: number; groups: number };
      return batch > 1 && groups > 1;
    };
    const samples = cases.map((c) => ({ properties: propertiesOf(c), fails: is(c) }));
    expect(textOf(conditionsFor(samples)[0])).toBe('groups > 1 and batch > 1');
  });

  it('[oracle-where] a few failures on the other side are left to chance, more are not', () => {
    const cases = drawn('dense', 200);
    const batch = (c: object): number => (c as { batch: number }).batch;
    const others = cases.filter((c) => batch(c) === 1);
    const whereWith = (count: number) => {
      // Spread evenly, so that nothing else tells them apart.
      const failing = Array.from({ length: count }, (_, i) => others[Math.floor(((i + 0.5) * others.length) / count)]);
      return conditionIn(cases.map((c) => ({ case: c, fails: batch(c) > 1 || failing.includes(c) })))?.where;
    };
    const most = Math.floor(others.length / 20);
    expect(most).toBeGreaterThan(2);
    for (const count of [1, most])
      expect(whereWith(count)).toMatchObject({ text: 'batch > 1', outside: [count, others.length] });
    expect(whereWith(most + 1)).toBeUndefined();
  });

  it('[oracle-where] counts on both sides, prefers what was confirmed, and knows when it has nothing to say', () => {
    const cases = drawn('dense', 60);
    const batch = (c: object): number => (c as { batch: number }).batch;
    const answered = cases.map((c) => ({ case: c, fails: batch(c) > 1 }));
    const many = answered.filter(({ fails }) => fails).length;
    const { where } = conditionIn(answered)!;
    expect(where).toEqual({ text: 'batch > 1', terms: ['batch > 1'], inside: [many, many], outside: [0, 60 - many] });
    const fresh = { inside: [20, 20], outside: [0, 20] } as const;
    expect(conditionIn(answered, new Map([['batch > 1', fresh]]))!.where.fresh).toEqual(fresh);
    expect(conditionIn(answered.map((each) => ({ ...each, fails: false })))).toBeUndefined();
  });

  it('[oracle-where] draws new cases on both sides, that were never asked, half of them across the border', () => {
    const cases = drawn('conv1d', 80);
    const groups = (c: object): number => (c as { groups: number }).groups;
    const [condition] = conditionsFor(cases.map((c) => ({ properties: propertiesOf(c), fails: groups(c) > 1 })));
    expect(textOf(condition)).toBe('groups > 1');
    const drawing = drawingFor({ traits: {} }, cases, 1);
    const { inside, outside } = freshCases(condition, drawing, 20);
    expect([inside.length, outside.length]).toEqual([20, 20]);
    for (const c of inside) expect(meets(condition, propertiesOf(c))).toBe(true);
    for (const c of outside) expect(meets(condition, propertiesOf(c))).toBe(false);
    const ids = [...inside, ...outside].map(caseId);
    expect(new Set([...ids, ...cases.map(caseId)]).size).toBe(120);
    const again = freshCases(condition, drawingFor({ traits: {} }, cases, 1), 20);
    expect([...again.inside, ...again.outside].map(caseId)).toEqual(ids);
  });
});
