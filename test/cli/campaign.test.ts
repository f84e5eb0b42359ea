// What surrounds a campaign, as a user runs it: shards, lists of expected failures.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fixture, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** The fixture's maximum throws for more than one image and skips the others. */
const engine = ['check', fixture('wrong.mjs'), '--ops', 'maxPool2d,avgPool2d', '--cases', '12'];

describe('toeplitz merge', () => {
  it('[campaign-merge] joins the shards of several machines', async () => {
    const whole = await toeplitz(...engine);
    for (const i of ['1', '2']) {
      const run = await toeplitz(...engine, '--shard', `${i}/2`, '--reporter', 'json', '--out', at(`${i}.json`));
      expect(run).toEqual({ code: 1, out: '', err: '' });
    }
    const merged = await toeplitz('merge', at('2.json'), at('1.json'));
    expect(merged).toMatchObject({ code: 1, err: '' });
    const row = /^avgPool2d .*$/m;
    expect(merged.out.match(row)).toEqual(whole.out.match(row));
    const junit = await toeplitz('merge', at('2.json'), at('1.json'), '--reporter', 'junit');
    expect(junit.out).toContain('tests="2" failures="2"');
  });

  it('[campaign-merge] ends with 2 for what is not one whole campaign, and writes nothing', async () => {
    writeFileSync(at('cut.json'), readFileSync(at('1.json')).subarray(0, 900));
    for (const [args, why] of [
      [[at('1.json')], 'all 2 shards must be there, got none for [2] [campaign-merge]'],
      [[at('1.json'), at('1.json')], 'each shard must be there once'],
      [[at('1.json'), at('cut.json')], 'cut.json is no whole JSON file'],
      [[at('absent.json')], 'cannot read'],
      [[], 'name the reports'],
    ] as const) {
      const { code, out, err } = await toeplitz('merge', ...args, '--out', at('merged.txt'));
      expect({ args, code, out }).toEqual({ args, code: 2, out: '' });
      expect(err).toContain(why);
    }
    expect(readdirSync(folder).sort()).toEqual(['1.json', '2.json', 'cut.json']);
  });
});

describe('--expected', () => {
  const list = at('known.txt');
  const known = (...args: string[]) => toeplitz(...engine, '--expected', list, ...args);

  it('[campaign-expected] is written by --fix, and then holds to the letter', async () => {
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
    expect(await known()).toMatchObject({ code: 2, out: '', err: expect.stringContaining('known.txt:1: a line must') });
    expect((await known('--fix', '--shard', '1/2')).err).toContain('--fix needs the whole campaign');
    expect((await toeplitz(...engine, '--fix')).err).toContain('--fix needs --expected FILE');
  });
});
