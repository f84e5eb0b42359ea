// Campaigns as a user runs them: shards, lists of expected failures, files.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adapterProcess, fixture, quick, type Run, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** The fixture's maximum throws for more than one image and skips the others. */
const wrong = (...args: string[]): Promise<Run> => {
  const own = ['--ops', 'maxPool2d,avgPool2d', '--cases', '12', '--brief'];
  return quick('check', process.execPath, ...own, ...args, '--', adapterProcess, fixture('wrong.mjs'));
};

describe('toeplitz merge', () => {
  it('[campaign-merge] joins the shards of several machines', async () => {
    const whole = await wrong();
    for (const i of ['1', '2']) {
      const run = await wrong('--shard', `${i}/2`, '--reporter', 'json', '--out', at(`${i}.json`));
      expect(run).toEqual({ code: 1, out: '', err: '' });
    }
    const merged = await quick('merge', at('2.json'), at('1.json'));
    expect(merged).toMatchObject({ code: 1, err: '' });
    const row = /^avgPool2d .*$/m;
    expect(merged.out.match(row)?.[0]).toBe(whole.out.match(row)?.[0]);
    const junit = await quick('merge', at('2.json'), at('1.json'), '--reporter', 'junit');
    expect(junit.out).toContain('tests="2" failures="2"');
  });

  it('[campaign-merge] ends with 2 for reports that are not one whole campaign, and writes nothing', async () => {
    writeFileSync(at('cut.json'), readFileSync(at('1.json')).subarray(0, 900));
    writeFileSync(at('odd.json'), readFileSync(at('1.json'), 'utf8').replace(/"seed": 1/, '"seed": "one"'));
    for (const [args, why] of [
      [[at('1.json')], 'all 2 shards must be there, got none for [2] [campaign-merge]'],
      [[at('1.json'), at('1.json')], 'each shard must be there once'],
      [[at('1.json'), at('cut.json')], 'cut.json is no whole JSON file'],
      [[at('odd.json')], 'seed of the report must be of type number'],
      [[at('absent.json')], 'cannot read'],
      [[], 'name the reports'],
    ] as const) {
      const { code, out, err } = await quick('merge', ...args, '--out', at('merged.txt'));
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
      expect(err).toContain(why);
    }
    expect(readdirSync(folder).sort()).toEqual(['1.json', '2.json', 'cut.json', 'odd.json']);
  });
});

describe('--expected', () => {
  const list = at('known.txt');
  const known = (...args: string[]) => wrong('--expected', list, ...args);

  it('[campaign-expected] is written by --fix, and is then met exactly', async () => {
    expect((await known()).err).toContain('cannot read');
    expect((await known('--fix')).code).toBe(0);
    expect(readFileSync(list, 'utf8')).toBe('maxPool2d: error\navgPool2d: wrong-type\n');
    const { code, out } = await known();
    expect(code).toBe(0);
    expect(out).toMatch(/^maxPool2d .* expected$/m);
    writeFileSync(list, 'maxPool2d: error\navgPool2d: fail\n');
    const otherwise = await known();
    expect(otherwise.code).toBe(1);
    expect(otherwise.out).toContain('✗ avgPool2d: wrong-type in 12 cases');
    expect(otherwise.out).toContain('✗ expected, but does not fail so: avgPool2d: fail');
    writeFileSync(list, 'maxPool2d error\n');
    expect(await known()).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('known.txt:1: a line must'),
    });
    expect((await known('--fix', '--shard', '1/2')).err).toContain('--fix needs the whole campaign');
    expect((await wrong('--fix')).err).toContain('--fix needs --expected FILE');
  });
});

describe('an interrupted campaign', () => {
  it('[oracle-campaign] is reported as far as it went, is not clean, and does not change the list', async () => {
    const list = at('interrupted.txt');
    writeFileSync(list, 'maxPool2d: error\n# kept\navgPool2d: fail\n');
    const args = ['check', fixture('stops.mjs'), '--expected', list, '--fix', '--ops', 'maxPool2d,avgPool2d'];
    const { code, out } = await toeplitz(...args);
    expect(code).toBe(130);
    expect(out).toMatch(/^maxPool2d +4 .* not finished$/m);
    expect(out).toContain('✗ interrupted: the campaign did not come to its end');
    expect(readFileSync(list, 'utf8')).toBe('maxPool2d: error\n# kept\navgPool2d: fail\n');
  });
});

describe('toeplitz vectors and verify', () => {
  const questions = at('questions');
  const write = (out: string, ...more: string[]) =>
    quick('vectors', '--ops', 'conv2d', '--cases', '30', '--out', out, ...more);
  const list = (folder: string) => readdirSync(folder).sort();

  it('[campaign-vectors] writes a complete directory, and never into one that is not empty', async () => {
    expect(await write(questions)).toEqual({ code: 0, out: `30 questions in ${questions}\n`, err: '' });
    expect(list(questions)).toEqual(['answers', 'cases', 'manifest.json']);
    expect([list(join(questions, 'cases')).length, list(join(questions, 'answers')).length]).toEqual([30, 0]);
    const before = list(folder);
    for (const [args, why] of [
      [[questions], 'it is not empty; name another, or remove it'],
      [[join(questions, 'manifest.json')], 'it is a file'],
      [[join(folder, 'absent', 'q')], 'ENOENT'],
      [[at('q'), '--layout', 'NCHW,OIHW,OIHW,x'], '--layout must be'],
      [[at('q'), '--dialect', 'fortran'], "got 'fortran' [dialect-names]"],
      [[at('q'), '--layout', 'NCHX,HWIO'], "got 'NCHX' [oracle-layout]"],
      [[at('q'), '--traits', 'nan'], '[oracle-traits]'],
      [[at('q'), '--shard', '3/2'], "got '3/2'"],
      [[at('q'), '--ops', 'conv9d'], "got 'conv9d'"],
      [[at('q'), '--cases', '1.5'], '[oracle-campaign]'],
    ] as const) {
      const { code, err } = await write(...(args as [string]));
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(err).toContain(why);
    }
    expect((await quick('vectors', '--cases', '3')).err).toContain('--out DIR is missing');
    expect(list(folder)).toEqual(before);
    mkdirSync(at('empty'));
    expect((await write(at('empty'), '--gradients')).out).toContain('60 questions');
  });

  it('[campaign-answers] ends with 1 where answers are missing, with 2 where the directory is not whole', async () => {
    const { code, out } = await quick('verify', questions);
    expect(code).toBe(1);
    expect(out).toMatch(/^questions: seed 1, 30 cases/);
    expect(out).toContain('✗ conv2d: missing in 30 cases');
    for (const [args, why] of [
      [[], 'name one DIR'],
      [[folder], 'cannot read'],
      [[questions, '--reporter', 'html'], '[campaign-reporter]'],
    ] as const) {
      const refused = await quick('verify', ...args);
      expect({ args, code: refused.code, out: refused.out }).toEqual({ args, code: 2, out: '' });
      expect(refused.err).toContain(why);
    }
    writeFileSync(join(questions, 'answers', 'conv2d-07.safetensors'), 'cut');
    expect(await quick('verify', questions)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('answers/conv2d-07.safetensors is no whole safetensors file'),
    });
  });

  const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
  it.skipIf(python.status !== 0)(
    `[campaign-vectors] is read and answered by the Python of its help ${python.status === 0 ? '' : '(no python3 with numpy here)'}`,
    async () => {
      const { out } = await quick('vectors', '--help');
      const program = out.slice(out.indexOf('  import json')).replace(/^ {2}/gm, '');
      writeFileSync(at('answer.py'), `${readFileSync(fixture('conv.py'), 'utf8')}\n${program}`);
      const run = spawnSync('python3', [at('answer.py'), questions], { encoding: 'utf8' });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      const verified = await quick('verify', questions, '--name', 'numpy', '--strict');
      expect(verified).toMatchObject({ code: 0, err: '' });
      expect(verified.out).toMatch(/^conv2d +30 +2\d +0 +\d .*pass$/m);
      expect(verified.out).toMatch(/^ {2}conv2d: \d skipped: no groups$/m);
    },
  );
});
