// Engines in other processes that hang, print, send wrong answers, and leave other processes behind.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readHello } from '../../src/cli/hello.ts';
import { readAnswer } from '../../src/cli/protocol.ts';
import { SpecError } from '../../src/errors.ts';
import { ask } from '../../src/oracle/ask/ask.ts';
import { parseCaseId } from '../../src/oracle/cases/id.ts';
import { ownLayout } from '../../src/oracle/dialects/layout.ts';
import { type Report, render } from '../../src/oracle/index.ts';
import { checkHere, fixture, forEach, program, quick, toeplitz, toeplitzWith } from './run.ts';

const all = mkdtempSync(join(tmpdir(), 'toeplitz-processes-'));
afterAll(() => rmSync(all, { recursive: true }));

/** A folder for the processes of one test: a place for a mark, and the process ids of the fixture. */
function place() {
  const folder = mkdtempSync(join(all, 'test-'));
  const pids = join(folder, 'pids');
  mkdirSync(pids);
  return { mark: join(folder, 'mark'), pids, run: (...args: string[]) => toeplitzWith({ PIDS: pids }, ...args) };
}

const engine = (...ways: string[]): string[] => [process.execPath, '--', fixture('odd.mjs'), ...ways];
const few = ['--ops', 'maxPool2d', '--cases', '12', '--reporter', 'json'];

/** The command, and what it finds of maxPool2d. */
async function check(run: typeof toeplitz, ...args: string[]) {
  const result = await run('check', ...few, ...args);
  const [{ findings, counts }] = (JSON.parse(result.out) as Report).operators;
  return { ...result, counts, messages: findings.map(({ verdict }) => verdict.message) };
}

/** Processes of the fixture that still run. */
function running(pids: string): number[] {
  const all = readdirSync(pids);
  if (all.length === 0) return [];
  const { stdout } = spawnSync('ps', ['-o', 'pid=,stat=', '-p', all.join()], { encoding: 'utf8' });
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  // A zombie has ended; who adopted it has not looked yet.
  return lines.filter(([pid, state]) => pid !== '' && !state.startsWith('Z')).map(([pid]) => Number(pid));
}

describe.concurrent('a process', () => {
  const alone: [string, string[]] = [
    'in a session of its own, without a parent',
    ['sh', '--', '-c', 'exec 3<&0; (setsid "$0" "$@" <&3 &); sleep 100'],
  ];
  it.each([
    ['by itself', []],
    ['behind a shell', ['sh', '--', '-c', '"$0" "$@"; true']],
    ['in a group that its launcher made', ['sh', '--', '-c', 'timeout 100 "$0" "$@"; true']],
    ['behind two', ['sh', '--', '-c', 'sh -c \'"$0" "$@"; true\' "$0" "$@"; true']],
    ...(existsSync('/proc/self/environ') ? [alone] : []),
  ])(
    '[oracle-protocol] that hangs once is ended, %s, with all processes that it started, and the next call runs',
    async (_, shell) => {
      const { mark, pids, run } = place();
      const [node, , ...rest] = engine('hangs', mark);
      const command = shell.length > 0 ? [...shell, node, ...rest] : [node, '--', ...rest];
      const { code, counts, messages } = await check(run, '--timeout', '2', ...command);
      expect({ code, counts }).toEqual({ code: 1, counts: { pass: 11, timeout: 1 } });
      expect(messages).toEqual(['no answer within 2 s']);
      expect(readdirSync(pids).length).toBeGreaterThan(1);
      expect(running(pids)).toEqual([]);
    },
  );

  it('[oracle-protocol] that does not end when it is told is ended too', async () => {
    const { pids, run } = place();
    expect((await check(run, ...engine('stays'))).code).toBe(0);
    expect(running(pids)).toEqual([]);
  });

  it('[oracle-protocol] ends with the command that is interrupted twice, or ended', async ({ expect }) => {
    const interruptions = [
      ['hangs', 'SIGINT', 'SIGINT'],
      ['hangs', 'SIGTERM'],
      ['hangs', 'SIGHUP'],
      ['mute', 'SIGINT'],
    ] as const;
    await forEach(interruptions, async ([way, ...signals]) => {
      const { mark, pids } = place();
      const env = { ...process.env, PIDS: pids };
      const child = spawn(process.execPath, [program, 'check', '--timeout', '100', ...engine(way, mark)], { env });
      const ended = new Promise((resolve) => child.on('close', resolve));
      await expect.poll(() => running(pids).length, { timeout: 60_000 }).toBe(1);
      if (way === 'hangs') await expect.poll(() => existsSync(mark), { timeout: 60_000 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 700)); // it hangs, or waits for the hello, by now
      for (const signal of signals) {
        child.kill(signal);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect(await ended).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signals[0]]);
      await expect.poll(() => running(pids), { timeout: 20_000 }).toEqual([]);
    });
  });

  it('[oracle-exit] is ended by one interruption between two calls, and what is known is reported', async () => {
    const { pids } = place();
    const args = [program, 'check', '--cases', '5000', '--reporter', 'json', ...engine()];
    const child = spawn(process.execPath, args, { env: { ...process.env, PIDS: pids } });
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await expect.poll(() => running(pids).length, { timeout: 60_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ interrupted: true, clean: false });
    expect(running(pids)).toEqual([]);
  });

  it('[oracle-protocol] that cannot be started again is a crash, and the report is written', async () => {
    const { mark, run } = place();
    const { code, messages } = await check(run, '--cases', '5', ...engine('once', mark));
    expect(code).toBe(1);
    expect(messages[0]).toMatch(/the process (ended with exit code 7|did not start again: .*ended with exit code 7)/);
  });
});

describe.concurrent('standard output', () => {
  it('[oracle-protocol] with printed lines is read by seq; the first such line is shown once, with a note where to print', async () => {
    const { code, counts, err } = await check(quick, ...engine('prints'));
    expect({ code, counts }).toEqual({ code: 0, counts: { pass: 12 } });
    expect(err).toMatch(
      /^toeplitz: on standard output .*: 'Loading weights\\x1b\[31m …' and \d+ more; .* print to standard error\n$/,
    );
  });

  it('[oracle-protocol] with every answer twice stays in step', async () => {
    const { code, counts, err } = await check(quick, ...engine('twice'));
    expect({ code, counts }).toEqual({ code: 0, counts: { pass: 12 } });
    expect(err).toContain('{"seq":1,"result":');
  });

  it('[oracle-protocol] with printed text before an answer on the same line is read after that text', async () => {
    const { code, counts, err } = await check(quick, ...engine('starts'));
    expect({ code, counts }).toEqual({ code: 0, counts: { pass: 12 } });
    expect(err).toMatch(/: '\\ufeffready\? ' and \d+ more;/);
  });

  it('[oracle-protocol] with a printed line and no answer is a time-out that shows the line', async () => {
    const { counts, messages } = await check(toeplitz, '--timeout', '2', ...engine('silent'));
    expect(counts.timeout).toBeGreaterThan(0);
    expect(messages).toContainEqual(
      expect.stringMatching(/^no answer within 2 s; what was printed is no answer to seq \d+: I forgot$/),
    );
  });

  it('[oracle-protocol] without the end of a line is an error, in bounded memory', async () => {
    const { pids, run } = place();
    const { out } = await run(
      'check',
      '--ops',
      'maxPool2d',
      '--cases',
      '2',
      '--reporter',
      'json',
      ...engine('endless'),
    );
    const [{ findings }] = (JSON.parse(out) as Report).operators;
    expect(findings[0].verdict).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(
        /^protocol: a line must end within 67108864 bytes, got (endless){10,}.*… \[oracle-protocol\]$/,
      ),
    });
    expect(running(pids)).toEqual([]);
  });

  it.each([
    ['{"seq":SEQ,"finding":"pass"}', /say in words what finding is about/],
    ['{"seq":SEQ,"finding":"pass","message":"all is well"}', /have a finding of skip, error/],
    ['{"seq":SEQ,"finding":"suspect","message":"x"}', /have a finding of/],
    ['{"seq":SEQ,"finding":"crash"}', /say in words what finding is about/],
    ['{"seq":SEQ,"skip":{"toString":5}}', /say in words what skip is about/],
    ['{"seq":SEQ,"skip":null}', /say in words what skip is about/],
    ['{"seq":SEQ,"error":{"toString":null}}', /say in words what error is about/],
    ['{"seq":SEQ}', /have exactly one of result, skip and error/],
    ['{"seq":SEQ,"skip":"a","result":null}', /have exactly one of result, skip and error/],
    ['{"seq":"SEQ","skip":"a"}', /have the seq 1 of its question/],
    ['{"skip":"a"}', /have the seq 1 of its question/],
    ['{"seq":SEQ.5,"skip":"a"}', /have the seq 1 of its question/],
    ['{"seq":1e999,"skip":"a"}', /have the seq 1 of its question/],
  ])('[oracle-protocol] with %s is a protocol error that shows it', async (says, must) => {
    const message = (readAnswer(says.replaceAll('SEQ', '1'), 1) as { message: string }).message;
    expect(message).toMatch(must);
    expect(message).toMatch(/^protocol: an answer must .*, got \{.* \[oracle-protocol\]$/);
  });

  it('[oracle-protocol] with an invalid answer gives no pass, and does not end the command', async () => {
    await forEach(['{"seq":SEQ,"finding":"pass"}', '{"seq":SEQ,"skip":{"toString":5}}'], async (says) => {
      const { code, counts, messages } = await check(quick, ...engine('says', says));
      expect({ code, counts }).toEqual({ code: 1, counts: { error: 12 } });
      expect(messages[0]).toContain(says.slice(7).replace(/^SEQ/, ''));
    });
  });

  it('[oracle-protocol] with any line is an answer, a protocol error or printed text', async () => {
    const c = parseCaseId('conv2d+gradient/n1h1w3c1_o1k1x2s1x1pvd1x1g1b1/f32/exact/1');
    const forward = parseCaseId('conv2d/n1h1w3c1_o1k1x2s1x1pvd1x1g1b1/f32/exact/1');
    const subject = { name: 'any', layout: ownLayout, traits: {}, ops: ['conv2d'], gradients: ['conv2d'] };
    const shape = fc.oneof(
      fc.array(fc.oneof(fc.nat({ max: 3 }), fc.double(), fc.string(), fc.constant(1e9))),
      fc.jsonValue(),
    );
    const data = fc.oneof(fc.base64String(), fc.string(), fc.jsonValue());
    const tensor = fc.oneof(fc.record({ shape, data }, { requiredKeys: [] }), fc.jsonValue());
    const result = fc.oneof(
      tensor,
      fc.dictionary(fc.constantFrom('x', 'weight', 'bias', 'y', '__proto__', 'length'), tensor),
    );
    const line = fc.record(
      {
        seq: fc.oneof(fc.constant(1), fc.jsonValue()),
        result,
        skip: fc.jsonValue(),
        error: fc.jsonValue(),
        finding: fc.string(),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      line.map((value) => JSON.stringify(value)),
      result.map((value) => JSON.stringify({ seq: 1, result: value })),
    );
    const deep = ['[', '{"a":', '{"seq":1,"result":['].map((open) => [open.repeat(100_000), true] as [string, boolean]);
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (says, isGradient) => {
        const answer = readAnswer(says, 1);
        if (answer === undefined) return;
        const { verdict } = await ask({ ...subject, run: async () => answer }, isGradient ? c : forward);
        expect(verdict.kind).not.toBe('pass');
      }),
      { numRuns: 3000, examples: deep },
    );
  });
});

describe.concurrent('standard error', () => {
  it('[oracle-protocol] is shown, plain, with the finding whose case it belongs to', async () => {
    const warning = '\\x1b[33mwarning: fast path for batch 1';
    const { code, out, messages } = await check(quick, '--cases', '4', ...engine('warns'));
    expect(code).toBe(1);
    expect((JSON.parse(out) as Report).operators[0].findings[0].stderr).toBe(warning);
    expect(messages[0]).not.toContain('warning');
    for (const form of ['text', 'junit', 'tap', 'github'] as const) {
      const shown = render(JSON.parse(out), form);
      expect(shown.replaceAll('\\\\', '\\')).toContain(`on standard error: ${warning}`);
    }
  });
});

describe.concurrent('a hello', () => {
  it('[oracle-operators] with operators that the oracle does not know: they are reported, the others asked', async () => {
    const { code, out } = await quick('check', '--cases', '5', ...engine('operators'));
    expect(code).toBe(0);
    expect(out).toMatch(/^maxPool2d +5 +5 .*pass$/m);
    for (const name of ['fancy', 'conv\\x1b[31m9d', 'constructor'])
      expect(out.split('\n').find((line) => line.startsWith(`${name} `))).toMatch(/ 0 .* not known$/);
    expect((await checkHere('more.mjs', '--cases', '5')).out).toMatch(/^fancy .* not known$/m);
  });

  it('[campaign-plain] with a name of control characters is shown as short plain text in every form', async () => {
    const json = await quick('check', ...few, ...engine('named'));
    expect({ code: json.code, err: json.err }).toEqual({ code: 0, err: '' });
    for (const form of ['text', 'json', 'junit', 'tap', 'github'] as const) {
      const out = form === 'json' ? json.out : render(JSON.parse(json.out), form);
      expect(out).not.toMatch(/[^\n\P{C}]|x{101}/u);
      expect(out).not.toMatch(/^::error::no/m);
      expect(out).toMatch(/owned\\+x07\\+u202eevil\\+n(::|%3A%3A)error/);
    }
  });

  it('[oracle-protocol] that is invalid is refused, and its line is shown', async () => {
    const hellos = [
      { name: 5 },
      { ops: 'all' },
      { ops: [5] },
      { gradients: 'all' },
      { version: { toString: 5 } },
      { dialect: { toString: 5 } },
      { layout: 5 },
      { layout: { x: [] } },
      { traits: 5 },
      { traits: { padding: '\u001b[2J' } },
      { traits: { winograd: null } },
    ];
    for (const hello of hellos)
      expect(() => readHello(JSON.stringify({ name: 'odd', ops: ['maxPool2d'], ...hello }))).toThrow(
        / \[(oracle|dialect)-[a-z]+\]$/,
      );
    await forEach<object>(hellos.slice(-2), async (hello) => {
      const { code, out, err } = await quick('check', ...engine('hello', JSON.stringify(hello)));
      expect({ hello, code, out }).toEqual({ hello, code: 3, out: '' });
      expect(err).toMatch(/could not start: .* \[(oracle|dialect)-[a-z]+\]\n$/);
      expect(err).not.toContain('\u001b');
    });
  });

  it('[oracle-protocol] of any JSON is read or refused with a clause', () => {
    const names = fc.oneof(fc.jsonValue(), fc.array(fc.constantFrom('conv2d', 'dense', 'relu', '__proto__')));
    const hello = fc.record(
      {
        name: fc.string(),
        ops: names,
        gradients: names,
        version: fc.jsonValue(),
        dialect: fc.oneof(fc.jsonValue(), fc.constant('torch')),
        layout: fc.jsonValue(),
        traits: fc.jsonValue(),
      },
      { requiredKeys: ['name', 'ops'] },
    );
    fc.assert(
      fc.property(hello, (value) => {
        try {
          readHello(JSON.stringify(value));
        } catch (error) {
          expect(error).toHaveProperty('clause');
          expect(error instanceof SpecError || error instanceof TypeError).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
