// The command line as a user runs it: the built files, in processes of their own.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/oracle/index.ts';
import { isSlow, some } from '../some.ts';
import { adapterProcess, checkHere, fixture, forEach, inShell, quick, root, toeplitz } from './run.ts';

const maximum = 'maxPool2d/n1h1w3c1_k1x2s1x1pvd1x1e0/f32/given/x=1,5,-2';

const findingsOf = (report: Report) =>
  report.operators.map(({ op, findings }) => [op, findings.map(({ kind }) => kind)]);

describe.concurrent('toeplitz check', () => {
  it('[oracle-exit] ends with 0 for an engine that is right, and prints no progress where there is no terminal', async () => {
    const { code, out, err } = await toeplitz('check', fixture('right.mjs'), '--cases', '30');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^right 1\.2: seed 1, 30 cases per operator\n/);
    expect(out).toMatch(/^conv2d +30 +30 .*pass$/m);
    expect(out).toMatch(/^avgPool2d .*not offered$/m);
  });

  it('[oracle-protocol] reports a hang, a crash, an error and a wrong type as findings, and continues', async () => {
    const { code, out } = await checkHere(
      'wrong.mjs',
      '--cases',
      '10',
      '--brief',
      '--timeout',
      '0.6',
      '--reporter',
      'json',
    );
    expect(code).toBe(1);
    const report = JSON.parse(out) as Report;
    expect(findingsOf(report)).toEqual([
      ['conv2d', expect.arrayContaining(['fail', 'timeout'])],
      ['depthwiseConv2d', ['crash']],
      ['maxPool2d', ['error']],
      ['avgPool2d', ['wrong-type']],
    ]);
    const [conv, depthwise, max] = report.operators;
    expect(conv.findings.find(({ kind }) => kind === 'timeout')!.id).toMatch(/^conv2d\/n1h1w1c1_/);
    expect(depthwise.findings[0].verdict.message).toBe('the process ended with exit code 9');
    expect(max.findings[0].verdict.message).toBe('the call threw Error: one image at a time');
    expect(Object.keys(max.skipped)).toEqual(['no single images']);
  });

  it('[oracle-protocol] checks any program that speaks the protocol, its arguments after --', async () => {
    const { code, out } = await quick(
      'check',
      process.execPath,
      '--ops',
      'maxPool2d',
      '--cases',
      '10',
      '--brief',
      '--timeout',
      '0.6',
      '--reporter',
      'json',
      '--',
      fixture('program.mjs'),
      'maxPool2d',
    );
    expect(code).toBe(1);
    const { counts, skipped, findings } = (JSON.parse(out) as Report).operators[0];
    expect(counts.pass).toBeGreaterThan(0);
    expect(skipped).toEqual({ 'size 1 alone': counts.skip });
    expect(findings.map(({ verdict }) => verdict.message).join()).toMatch(/the engine says: five|seq \d+, got seven/);
  });

  it('[campaign-cases] shows the command that repeats a finding, which has the same result', async () => {
    const wrong = ['--ops', 'maxPool2d', '--cases', '20', '--brief', '--strict', '--timeout', '9'];
    await forEach(
      some(
        [
          [[fixture('packs.mjs'), '--ops', 'conv2d', '--cases', '40', '--brief'], /packs\.mjs --case \S+ --case \S+$/],
          [[fixture('wrong.mjs'), ...wrong], /wrong\.mjs --strict --timeout 9 --case \S+$/],
          [
            [process.execPath, ...wrong, '--', adapterProcess, fixture('wrong.mjs'), "it's"],
            /--case \S+ -- .* 'it'\\''s'$/,
          ],
        ] as const,
        2,
      ),
      async ([args, form]) => {
        const whole = await toeplitz('check', ...args);
        const command = /^ {2}again: (.*)$/m.exec(whole.out)![1];
        expect(command).toMatch(form);
        const { code, out, err } = await inShell(command);
        expect({ code, err }).toEqual({ code: 1, err: '' });
        // Of one case nothing is said of where it fails.
        const found = (text: string) =>
          text
            .slice(text.indexOf('✗'))
            .replace(/ in \d+ cases?/g, '')
            .replace(/^ {2}fails in .*\n/gm, '');
        expect(found(out)).toBe(found(whole.out));
      },
    );
  });

  it('[oracle-exit] ends with 4 for an engine that never fails but answers hardly anything', async () => {
    const { code, out } = await checkHere('skips-everything.mjs', '--cases', '5', '--ops', 'conv2d');
    expect(code).toBe(4);
    expect(out).toContain('conv2d: 40 skipped: not yet');
  });

  it('[oracle-history] shows with the two smallest calls what an engine keeps', async () => {
    const { out } = await checkHere('packs.mjs', '--cases', '40', '--brief', '--ops', 'conv2d');
    expect(out).toContain('✗ conv2d: stale');
    expect(out).toMatch(
      /^ {2}again: .*(?: --case 'conv2d\/n1h1w1c\d_o1k1x1s1x1pvd1x1g1b0\/f32\/given\/x=[01,]+;weight=[01,]+'){2} -- /m,
    );
  });

  it('[oracle-history] says of a finding that a restarted engine does not repeat that it depends on earlier calls', async () => {
    const { code, out } = await checkHere('grown.mjs', '--cases', '40', '--brief', '--ops', 'conv2d');
    expect(code).toBe(1);
    expect(out).toContain('  passes alone: depends on earlier calls\n  seen in:');
    expect(out).not.toContain('smallest case');
  });

  it('[oracle-exit] ends with 3 for an engine that does not start, and says why', async () => {
    const start = async (...args: string[]) => {
      const { code, err } = await quick('check', ...args);
      expect(code).toBe(3);
      return err;
    };
    const adapter = [process.execPath, '--', adapterProcess];
    const starts: readonly (readonly [readonly string[], string])[] = [
      [[...adapter, fixture('absent.mjs')], 'absent.mjs'],
      [[...adapter, fixture('broken.mjs')], 'no such backend'],
      [[...adapter, fixture('unknown.mjs')], "got 'conv9d' [oracle-engine]"],
      [['no-such-program-here'], 'ENOENT'],
      [[process.execPath, '--', fixture('program.mjs'), 'conv9d'], "got 'conv9d'"],
    ];
    await forEach(starts, async ([args, why]) => expect(await start(...args)).toContain(why));
  });

  it('[oracle-campaign] takes any whole number as the seed, as the API does', async () => {
    await forEach(['0', '-7'], async (seed) => {
      const args = [`--seed=${seed}`, '--cases', '5', '--ops', 'maxPool2d'];
      const { code, out } = await checkHere('right.mjs', ...args);
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`seed ${seed}, 5 cases`) });
    });
  });

  it('[oracle-exit] ends with 2 for a wrong command line, and says where the usage is', async () => {
    const lines = [
      [],
      ['chekc'],
      ['check'],
      ['check', 'a.mjs', 'b.mjs'],
      ['check', '--fast', 'a.mjs'],
      ['check', fixture('right.mjs'), '--cases', 'many'],
      ['check', fixture('right.mjs'), '--seed', '1.5'],
      ['check', fixture('right.mjs'), '--case', maximum, '--expected', fixture('right.mjs'), '--fix'],
      ['check', fixture('right.mjs'), '--seed', ''],
      ['explain', 'conv2d'],
    ];
    /** These are read when the engine has said what it offers. */
    const later = [
      ['--ops', 'conv'],
      ['--case', 'conv2d'],
      ['--case', maximum, '--cases', '5'],
    ].map((args) => ['check', process.execPath, ...args, '--', adapterProcess, fixture('right.mjs')]);
    for (const args of [...lines, ...later]) {
      const { code, err } = await quick(...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      const known = args[0] === 'check' || args[0] === 'explain';
      expect(err.includes('toeplitz COMMAND')).toBe(!known);
      if (known) expect(err.endsWith(`\n\n\`toeplitz ${args[0]} --help\` lists the options.\n`)).toBe(true);
    }
    expect((await toeplitz('chekc')).code).toBe(2);
  });

  it('[campaign-reporter] writes the report in the requested form, to a file that appears when it is complete', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
    const file = join(folder, 'report.xml');
    const engine = [fixture('right.mjs'), '--ops', 'maxPool2d', '--cases', '10'];
    const { code, out, err } = await toeplitz('check', ...engine, '--reporter', 'junit', '--out', file);
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toContain('<testcase classname="right" name="maxPool2d"/>');
    expect(readdirSync(folder)).toEqual(['report.xml']);
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [['--reporter', 'html'], "got 'html' [campaign-reporter]"],
      [['--out', folder], 'it is a directory'],
      [['--out', join(folder, 'absent', 'r.txt')], 'ENOENT'],
      [['--shard', '3/2'], "--shard must be i/n with i from 1 to n, got '3/2'"],
      [['--shard', '0/2'], "got '0/2'"],
      [['--shard', 'one'], "got 'one'"],
    ];
    for (const [bad, why] of refusals) {
      const refused = await quick('check', ...engine, ...bad);
      expect({ bad, code: refused.code, out: refused.out }).toEqual({ bad, code: 2, out: '' });
      expect(refused.err).toContain(why);
    }
    rmSync(folder, { recursive: true });
  });

  it('[oracle-protocol] asks a program in its dialect, and refuses an unknown dialect', async () => {
    const program = (dialect: string): string[] => [process.execPath, '--', fixture('torch.mjs'), dialect];
    const { code, out } = await quick('check', '--cases', '5', ...program('torch'));
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^torch, dialect torch: seed 1/) });
    const unknown = await quick('check', ...program('keras'));
    expect({ code: unknown.code, err: unknown.err }).toMatchObject({
      code: 3,
      err: expect.stringContaining("got 'keras' [dialect-names]"),
    });
  });

  it('[oracle-exit] answers --help and --version with 0', async () => {
    expect((await toeplitz('--version')).out.trim()).toBe(
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    );
    for (const args of [['--help'], ['check', '--help'], ['demo', '--help'], ['explain', '--help']]) {
      const { code, out } = await quick(...args);
      expect({ args, code }).toEqual({ args, code: 0 });
      expect(out).toMatch(/^toeplitz /);
    }
    expect((await quick('check', '--help')).out).toContain('export default {');
  });
});

describe.concurrent('toeplitz demo', () => {
  it('[oracle-exit] passes the three implementations of this library and shows the mistake of the example', async () => {
    const [cases, args] = isSlow ? [70, []] : [16, ['--cases', '16']];
    const { code, out } = await quick('demo', ...args);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^maxPool2d gradient +${cases}( +${cases} pass){3}$`, 'm'));
    expect(out).toContain("padding: 'same-upper'");
    expect(out).toMatch(/case conv2d\/n1h\d+w\d+c1_o1/);
  });
});
