// A campaign divided: over processes, over the machines of a host that numbers them, and by time.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readShard } from '../../src/cli/shard.ts';
import type { Report } from '../../src/oracle/index.ts';
import { adapterProcess, fixture, program, quick, toeplitzWith } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const report = (file: string): Report => JSON.parse(readFileSync(at(file), 'utf8'));

/** Max pooling and relu by the library, the latter wrong where there are five channels or more; \`slow\`: 20 ms a call. */
writeFileSync(
  at('engine.mjs'),
  `import { relu, maxPool2d } from '${join(import.meta.dirname, '../../dist/index.js')}';
   const pause = () => new Promise((resolve) => setTimeout(resolve, Number(process.env.PAUSE ?? 0)));
   export default {
     name: 'e', version: process.env.CHANGES ? String(process.pid) : '1',
     ops: {
       async maxPool2d({ x, attributes }) { await pause(); return maxPool2d(attributes).forward(x, {}); },
       async relu({ x }) {
         await pause();
         const y = relu().forward(x, {});
         return x.shape.at(-1) > 4 ? { shape: y.shape, data: y.data.map((v) => v + 1) } : y;
       },
     },
   };`,
);
const check = (file: string, ...args: string[]) =>
  quick(
    'check',
    process.execPath,
    '--ops',
    'maxPool2d,relu',
    '--cases',
    '30',
    ...args,
    '--reporter',
    'json',
    '--out',
    at(file),
    '--',
    adapterProcess,
    at('engine.mjs'),
  );

describe.concurrent('processes', () => {
  it('[campaign-jobs] [campaign-merge] ask together what one asks, also for a part of the campaign', async ({
    expect,
  }) => {
    const runs = await Promise.all([
      check('one.json'),
      check('a.json', '--jobs', '2', '--shard', '1/2'),
      check('b.json', '--jobs', '2', '--shard', '2/2'),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([1, 1, 1]);
    const merged = await quick('merge', at('a.json'), at('b.json'), '--reporter', 'json', '--out', at('both.json'));
    expect(merged.code).toBe(1);
    const [one, other] = ['one.json', 'both.json'].map(report);
    expect(other.shard).toBeUndefined();
    for (const [i, { op, counts, cases, findings }] of one.operators.entries()) {
      expect(other.operators[i]).toMatchObject({ op, counts, cases, wanted: 30 });
      const failing = (some: typeof findings): string[] => some.flatMap((each) => each.cases).sort();
      expect(failing(other.operators[i].findings)).toEqual(failing(findings));
      const conditions = (some: typeof findings): unknown[] => some.flatMap(({ where }) => where?.text ?? []);
      expect(conditions(other.operators[i].findings)).toEqual(conditions(findings));
    }
    expect(report('a.json').shard).toEqual({ index: 1, of: 2 });
  });

  it('[campaign-jobs] that do not agree who they are make no report', async ({ expect }) => {
    const run = await toeplitzWith(
      { CHANGES: '1' },
      'check',
      at('engine.mjs'),
      '--ops',
      'relu',
      '--cases',
      '4',
      '--jobs',
      '2',
    );
    expect(run.code).toBe(2);
    expect(run.err).toMatch(/must have one engine, got .* in process 1 and .* in process 2 \[campaign-merge\]/);
  });

  it.each([
    [['--jobs', '0'], "--jobs must be a whole number from 1 to 1024, got '0' [campaign-jobs]"],
    [['--jobs', '2', '--case', 'relu/n1c5_/f32/exact/1'], '--jobs divides a campaign'],
    [['--time', '0'], "--time must be a number above 0, got '0'"],
    [['--jobs', '2', '--shard', '5/4'], "got '5/4'"],
  ])('[campaign-jobs] [campaign-time] refuses %s', async (args, message) => {
    const { code, err } = await quick('check', fixture('right.mjs'), ...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('[campaign-time] refuses a time beside cases', async ({ expect }) => {
    const args = ['--time', '9', '--case', 'relu/n1c5_/f32/exact/1'];
    const { code, err } = await quick('check', process.execPath, ...args, '--', adapterProcess, fixture('right.mjs'));
    expect([code, err]).toEqual([2, expect.stringContaining('case stands alone, got time beside it')]);
  });

  it('[campaign-time] ends a campaign in time, in equal shares, and says what is missing', async ({ expect }) => {
    const file = at('late.json');
    const args = ['check', at('engine.mjs'), '--ops', 'maxPool2d,relu', '--cases', '5000', '--time', '1.2'];
    const { code } = await toeplitzWith({ PAUSE: '15' }, ...args, '--reporter', 'json', '--out', file);
    const { operators, time, interrupted } = report('late.json');
    expect({ time, interrupted }).toEqual({ time: 1.2, interrupted: false });
    expect(code).toBe(1);
    for (const { cases, late = 0, wanted } of operators) {
      expect(cases).toBeGreaterThan(0);
      expect(cases + late).toBe(wanted);
    }
    expect(operators[0].status).toBe('hardly answered');
    expect((await quick('merge', file)).out).toMatch(/maxPool2d: the time was over: \d+ of 5000 cases were not asked/);
  });
});

describe('a host that numbers the parts', () => {
  const slurm = {
    SLURM_ARRAY_TASK_ID: '14',
    SLURM_ARRAY_TASK_MIN: '10',
    SLURM_ARRAY_TASK_COUNT: '5',
    SLURM_ARRAY_TASK_STEP: '2',
  };
  it.each([
    ['Kubernetes', 'auto/4', { JOB_COMPLETION_INDEX: '0' }, { index: 1, of: 4 }],
    ['Kubernetes, the last', 'auto/4', { JOB_COMPLETION_INDEX: '3' }, { index: 4, of: 4 }],
    ['Slurm', 'auto', slurm, { index: 3, of: 5 }],
    ['Slurm with n', 'auto/5', slurm, { index: 3, of: 5 }],
    [
      'Slurm from 1',
      'auto',
      { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '2' },
      { index: 2, of: 2 },
    ],
    ['GitLab', 'auto', { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '3' }, { index: 2, of: 3 }],
  ])('[campaign-shards] says which part this is: %s', (_, text, variables, shard) => {
    expect(readShard(text, variables)).toEqual(shard);
  });

  it.each([
    ['auto/4', {}, 'no host says which part this is: JOB_COMPLETION_INDEX of an indexed Job of Kubernetes'],
    ['auto', { JOB_COMPLETION_INDEX: '0' }, 'does not say how many parts there are: write auto/n'],
    ['auto/4', { JOB_COMPLETION_INDEX: '4' }, 'JOB_COMPLETION_INDEX is 4, which is none of 4 parts'],
    ['auto/4', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }, 'CI_NODE_TOTAL says 3 parts'],
    ['auto', { CI_NODE_INDEX: '0', CI_NODE_TOTAL: '3' }, 'CI_NODE_INDEX is 0, which is none of 3 parts'],
    ['auto', { CI_NODE_INDEX: 'x', CI_NODE_TOTAL: '3' }, "CI_NODE_INDEX must be a whole number, got 'x'"],
    ['auto', { ...slurm, SLURM_ARRAY_TASK_ID: '13' }, 'SLURM_ARRAY_TASK_ID is 13, which is none of 5 parts'],
    ['auto/2', { JOB_COMPLETION_INDEX: '0', CI_NODE_INDEX: '1' }, 'more than one host says which part this is'],
    ['auto/0', { JOB_COMPLETION_INDEX: '0' }, 'none of 0 parts'],
    ['auto/x', { JOB_COMPLETION_INDEX: '0' }, "n must be a whole number, got 'x'"],
    ['auto/', { JOB_COMPLETION_INDEX: '0' }, 'write auto or auto/n'],
    ['autos', { JOB_COMPLETION_INDEX: '0' }, "must be i/n with i from 1 to n, got 'autos'"],
  ])('[campaign-shards] is refused: %s with %o', (text, variables, message) => {
    expect(() => readShard(text, variables)).toThrow(message);
  });
});

/** The commands of a recipe of the guide. */
function recipe(title: string): string {
  const page = readFileSync(join(import.meta.dirname, '../../spec/guide/many-machines.md'), 'utf8');
  const found = new RegExp(`## ${title}\\n[^]*?\`\`\`\\w+\\n([^]*?)\`\`\``).exec(page);
  return found?.[1] ?? '';
}

describe('the recipes of the guide', () => {
  it('[campaign-shards] have at most 15 lines, and merge is the last step', () => {
    for (const title of ['GNU parallel', 'GitHub Actions', 'GitLab', 'Slurm', 'Kubernetes']) {
      const lines = recipe(title).trimEnd().split('\n');
      expect(lines.length, title).toBeGreaterThan(1);
      expect(lines.length, title).toBeLessThanOrEqual(15);
      expect(
        lines.findLastIndex((line) => line.includes('toeplitz')),
        title,
      ).toBe(lines.findLastIndex((line) => line.includes('toeplitz merge')));
    }
  });

  const hasParallel = spawnSync('parallel', ['--version']).status === 0;
  it.skipIf(!hasParallel)(
    `[campaign-merge] GNU parallel asks the parts and merge joins them${hasParallel ? '' : ': parallel is not installed here'}`,
    () => {
      const script = recipe('GNU parallel')
        .replaceAll('npx toeplitz', `'${process.execPath}' '${program}'`)
        .replaceAll('./my-engine.mjs', `'${fixture('right.mjs')}' --ops maxPool2d --cases 12`)
        .replaceAll('seq 8', 'seq 2')
        .replaceAll('/8', '/2');
      const { stdout, status, stderr } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stdout).toMatch(/maxPool2d +12 +12 +0 +0 +0 .*pass/);
    },
  );
});
