// The forms of a report, read by parsers that are not ours.

import { SaxesParser } from 'saxes';
import { Parser as TapParser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { NUMERICS } from '../../../src/index.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  type Report,
  type Reporter,
  render,
  skip,
} from '../../../src/oracle/index.ts';
import { expectFailures, readLines } from '../../../src/oracle/report/expected-failures.ts';
import { fromJson } from '../../../src/oracle/report/json.ts';
import { merge } from '../../../src/oracle/report/merge.ts';
import { insteadOf } from '../../../src/oracle/report/text.ts';
import { forward, gradient, withFault } from '../this-library.ts';

/** Whatever could break out of a form that quotes badly. */
const NASTY = 'a <b> & "c" \' ]]> \u0000\u001b[31m \ud800 # \\ % \r\n::error::x\nok 9 - planted\n  ...\n';

const nasty: Engine = {
  ...withFault('conv2d', () => {
    throw new Error(NASTY);
  }),
  name: `nasty ${NASTY}`,
  gradients: {},
};

const check = (engine: Engine, ops: string[], cases = 12): Promise<Report> => checkEngine(engine, { ops, cases });

const mixed = (): Promise<Report> =>
  check(
    {
      ...nasty,
      ops: { conv2d: nasty.ops.conv2d, avgPool2d: () => skip(NASTY), maxPool2d: forward },
    },
    ['conv2d', 'maxPool2d', 'avgPool2d', 'dense'],
  );

/** The elements of a well-formed document with their attributes; anything else throws. */
function elementsOf(xml: string) {
  const found: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) =>
    found.push({ name, attributes: attributes as Record<string, string> }),
  );
  parser.write(xml).close();
  return found;
}

/** Strict: whatever is not TAP counts as a failure. */
const tapOf = (tap: string) => {
  let result: { ok: boolean; count: number; pass: number; skip: number; failures: TapFailure[] } | undefined;
  const parser = new TapParser({ strict: true }, (each) => {
    result = each as unknown as typeof result;
  });
  parser.end(tap);
  return result!;
};

interface TapFailure {
  readonly name: string;
  readonly tapError: unknown;
  readonly diag: unknown;
}

describe('the forms of a report', () => {
  it('[campaign-reporter] junit is well-formed, a test case per operator, whatever the engine says', async () => {
    const elements = elementsOf(render(await mixed(), 'junit'));
    const outcome = elements.filter(({ name }) => ['testcase', 'failure', 'skipped'].includes(name));
    expect(outcome.map(({ name, attributes }) => (name === 'testcase' ? attributes.name : name))).toEqual([
      'conv2d',
      'failure',
      'maxPool2d',
      'avgPool2d',
      'skipped',
      'dense',
      'skipped',
    ]);
    const { attributes } = elements.find(({ name }) => name === 'testsuite')!;
    expect(attributes).toMatchObject({ tests: '4', failures: '1', errors: '0', skipped: '2' });
    expect(attributes.name).toContain('a <b> & "c"');
    expect(outcome[1].attributes.message).toBe('error in 12 cases, fails in 12 of 12 cases (and in 20 of 20 new ones)');
  });

  it('[campaign-reporter] tap is version 14, which a strict parser reads', async () => {
    const tap = render(await mixed(), 'tap');
    const { ok, count, pass, skip, failures } = tapOf(tap);
    expect({ ok, count, pass, skip }).toEqual({ ok: false, count: 4, pass: 3, skip: 2 });
    expect(failures.map(({ name, tapError, diag }) => ({ name, tapError, diag }))).toEqual([
      {
        name: 'conv2d',
        tapError: null,
        diag: {
          message: 'error in 12 cases, fails in 12 of 12 cases (and in 20 of 20 new ones)',
          report: expect.arrayContaining([
            expect.stringContaining('::error::x'),
            expect.stringMatching(/^ {2}case conv2d/),
          ]),
        },
      },
    ]);
  });

  it('[campaign-reporter] tap takes nothing in a name for a directive', async () => {
    const report = expectFailures(await mixed(), readLines('list', 'maxPool2d: fail # TODO later'));
    const { failures } = tapOf(render(report, 'tap'));
    expect(failures.map(({ name }) => name)).toEqual(['conv2d', 'expected failure: maxPool2d: fail # TODO later']);
  });

  it('[campaign-reporter] github is one command a line, and nothing an engine says can be another', async () => {
    const lines = render(await mixed(), 'github')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => line.split('::')[1])).toEqual([
      'error title=toeplitz%3A conv2d',
      'notice title=toeplitz',
    ]);
    expect(lines[0]).toContain('\\r\\n::error::x\\n');
    expect(lines.join()).not.toContain('\r');
  });

  it('[campaign-reporter] json is the report, NaN and infinities with it', async () => {
    const loses = withFault('maxPool2d', (call) => {
      const y = forward(call);
      return { ...y, data: y.data.map((each) => (each === each ? each : -Infinity)) };
    });
    const report = await check(loses, ['maxPool2d'], 90);
    expect(report.operators[0].findings[0].verdict.first).toMatchObject({ expected: NaN, got: -Infinity });
    const back = fromJson('it', render(report, 'json'));
    expect(back).toEqual(report);
    for (const form of ['text', 'junit', 'tap', 'github'] as const)
      expect(render(back, form)).toBe(render(report, form));
  });

  it('[numerics-version] is carried by the report; one that does not say is of version 1, and each form says so', async () => {
    const report = await check(withFault('dense', forward), ['dense'], 1);
    expect(report.numerics).toBe(NUMERICS);
    const { numerics: _, ...rest } = JSON.parse(render(report, 'json'));
    const old = fromJson('old', JSON.stringify(rest));
    expect(old.numerics).toBe(1);
    for (const form of ['text', 'junit', 'tap', 'github'] as const) {
      expect(render(old, form)).toContain('judged by version 1 of the numerics');
      expect(render(report, form)).not.toContain('of the numerics');
    }
    expect(merge([{ source: 'old', report: old }]).numerics).toBe(1);
    expect(expectFailures(old, readLines('list', 'dense: fail')).numerics).toBe(1);
    expect(() => fromJson('it', JSON.stringify({ ...rest, numerics: 0 }))).toThrow('[campaign-reporter]');
  });

  it('[numerics-version] of the parts is that of the whole', async () => {
    const part = async (index: number) => {
      const report = await checkEngine(withFault('dense', forward), {
        ops: ['dense'],
        cases: 4,
        shard: { index, of: 2 },
      });
      return { source: 'old', report: { ...report, numerics: 1 } };
    };
    expect(merge([await part(1), await part(2)]).numerics).toBe(1);
  });

  it('[oracle-report] names operators that the oracle does not know, which make it no worse, in parts too', async () => {
    const fancy = ({ x }: Call) => x;
    const odd = '\u001b[2Jodd';
    const engine: Engine = {
      name: 'more',
      ops: { dense: forward, fancy, [odd]: fancy, constructor: fancy },
      gradients: { fancy: ({ x }) => ({ x }) },
    };
    const options = { cases: 4 };
    const report = await checkEngine(engine, options);
    const unknown = ({ operators }: Report) =>
      operators.flatMap(({ op, status, wanted }) => (status === 'not known' ? [[op, wanted]] : []));
    const names = [
      ['fancy', 0],
      ['\\x1b[2Jodd', 0],
      ['constructor', 0],
    ];
    expect([report.clean, unknown(report)]).toEqual([true, names]);
    for (const form of ['text', 'junit', 'tap'] as const) expect(render(report, form)).toMatch(/fancy.*not known/);
    const parts = await Promise.all(
      [1, 2].map(async (index) => ({
        source: `${index}`,
        report: await checkEngine(engine, { ...options, shard: { index, of: 2 } }),
      })),
    );
    expect([merge(parts).clean, unknown(merge(parts))]).toEqual([true, names]);
    expect(unknown(await checkEngine(engine, { ...options, ops: ['dense'], brief: true }))).toEqual([]);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`op${i}`, fancy]));
    const all = unknown(
      await checkEngine({ name: 'many', ops: { dense: forward, ...many } }, { cases: 1, brief: true }),
    );
    expect([all.length, all[20]]).toEqual([21, ['10 more', 0]]);
  });

  it('[campaign-reporter] refuses what is not of its form, be it missing or not needed, and reads over more', async () => {
    const report = await check(withFault('dense', forward), ['dense'], 1);
    const { seed: _, ...rest } = report;
    expect(() => render(rest as Report)).toThrow('seed of the report must be of type number, got undefined');
    expect(() => render({ ...report, time: '1' } as never)).toThrow('time of the report must be of type number');
    expect(render({ ...report, more: null } as never)).toBe(render(report));
    expect(report.operators[0]).not.toHaveProperty('late');
    expect(insteadOf({ text: 'nothing', confirmed: false } as never)).toBe('computes instead: nothing');
    const confirmed = { text: 'nothing', confirmed: true };
    const evidence = { explained: 2, failures: 3, passes: 4 };
    expect([insteadOf(confirmed), insteadOf({ ...confirmed, evidence })]).toEqual([
      'computes instead, in the smallest case: nothing (confirmed on new tensors)',
      'computes instead: nothing (confirmed on new tensors): predicts 2 of 3 failures, contradicts none of 4 passes',
    ]);
  });

  it('[campaign-reporter] refuses another name', async () => {
    const report = await check(withFault('dense', forward), ['dense'], 1);
    expect(() => render(report, 'html' as Reporter)).toThrow("got 'html' [campaign-reporter]");
    expect(() => render(report, 'toString' as Reporter)).toThrow('[campaign-reporter]');
  });
});

describe('a strict campaign', () => {
  /** The bias gradient is nine tenths of the bound off where sums round: further than chance goes, if the sum is long. */
  const vague: Engine = {
    name: 'vague',
    ops: { conv2d: forward },
    gradients: {
      conv2d(call) {
        const { bias, ...rest } = gradient(call);
        if (!bias || call.dy.data.every(Number.isInteger)) return { ...rest, bias };
        const filters = bias.data.length;
        const magnitude = bias.data.map(() => 0);
        call.dy.data.forEach((each, i) => {
          magnitude[i % filters] += Math.abs(each);
        });
        const share = 0.9 * (call.dy.data.length / filters) * 2 ** -24;
        return { ...rest, bias: { ...bias, data: bias.data.map((each, o) => each + share * magnitude[o]) } };
      },
    },
  };
  // Case 32 of this seed sums 162 terms; few cases of gradients are so long.
  const run = (strict: boolean) => checkEngine(vague, { ops: ['conv2d'], seed: 1156, cases: 33, strict, brief: true });

  it('[campaign-strict] makes findings of suspects', async () => {
    const [lenient, strict] = [await run(false), await run(true)];
    const { suspect } = lenient.operators[1].counts;
    expect(suspect).toBeGreaterThan(0);
    expect(lenient.clean).toBe(true);
    expect(strict.clean).toBe(false);
    expect(strict.operators[1].counts).toEqual(lenient.operators[1].counts);
    expect(strict.operators[1].findings).toMatchObject([{ kind: 'suspect', cases: { length: suspect } }]);
    await expect(checkEngine(vague, { strict: 1 as unknown as boolean, brief: true })).rejects.toThrow(
      '[campaign-strict]',
    );
  });
});
