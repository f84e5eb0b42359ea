// toeplitz train as a user runs it: on generated digits, on IDX files, interrupted and continued.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { readPng } from '../../src/formats/png.ts';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { idx, program, quick, type Run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-train-'));
const path = (name: string) => join(folder, name);

/** Runs the command; `interrupt` sends Ctrl-C after the first epoch. */
const train = (args: readonly string[], interrupt = false): Promise<Run> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'train', ...args]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
      if (interrupt && !child.killed && err.includes('epoch 1/')) child.kill('SIGINT');
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });

function writeIdx(name: string, shape: readonly number[], byte: (i: number) => number): string {
  writeFileSync(path(name), idx(shape, byte));
  return path(name);
}

const images = () => writeIdx('images', [80, 28, 28], (i) => (Math.floor(i / 784) % 10) * 25);
const labels = () => writeIdx('labels', [80], (i) => i % 10);

beforeAll(() => {
  if (!existsSync(program)) throw new Error('dist/cli/index.js is missing: run `npm run build` first');
});

test('[train-digits] without arguments it learns generated digits and says how well', async () => {
  const { code, out, err } = await train(['--epochs', '2', '--out', path('weights.safetensors')]);
  expect(code, err).toBe(0);
  expect(out).toContain('61,706');
  expect(out).toMatch(/trained in [\d.]+ s/);
  expect(out).toContain('2700 images to train on, 300 to measure on');
  expect(Number(/held out: ([\d.]+) % right/.exec(out)?.[1])).toBeGreaterThan(90);
  expect(err.trim().split('\n')).toHaveLength(2);
  expect(err).toMatch(/epoch 2\/2 +step 170\/170 +loss [\d.]+ +[\d.]+ % right +\d+ images\/s +0 s left/);
  const { tensors } = readSafetensors(readFileSync(path('weights.safetensors')));
  expect(tensors['conv1.weight'].shape).toEqual([5, 5, 1, 6]);
  const svg = readFileSync(path('weights.svg'), 'utf8');
  expect([...svg.matchAll(/stroke-width:2[^"]*"\/>/g)].length).toBe(4); // two curves and their legend
  expect(svg).not.toContain('NaN');
  const samples = await readPng(readFileSync(path('weights.png')));
  expect(samples.shape).toEqual([4 * 66 + 2, 10 * 66 + 2, 3]);
  const wrong = 300 - Math.round(3 * Number(/held out: ([\d.]+) % right/.exec(out)?.[1]));
  const framed = Array.from({ length: 40 }, (_, i) => [2 + 66 * Math.floor(i / 10), 2 + 66 * (i % 10)]).filter(
    ([row, column]) => samples.data[3 * (row * 662 + column)] > 0.9,
  );
  expect(framed.length).toBeLessThanOrEqual(wrong);
});

test('[train-threads] as many threads as there are processors: the weights of one; more are refused', async () => {
  const args = ['--images', images(), '--labels', labels(), '--epochs', '2'];
  const weights = async (threads: number): Promise<Buffer> => {
    const file = path(`threads-${threads}.safetensors`);
    const { code, err } = await train([...args, '--threads', `${threads}`, '--out', file]);
    expect(code, err).toBe(0);
    return readFileSync(file);
  };
  expect((await weights(availableParallelism())).equals(await weights(1))).toBe(true);
  expect(await quick('train', ...args, '--threads', '1000')).toMatchObject({
    code: 2,
    err: expect.stringContaining('[threads-count]'),
  });
});

test('[train-checkpoint] interrupted and started again: the weights of an uninterrupted run', async () => {
  const args = ['--images', images(), '--labels', labels(), '--epochs', '12', '--batch', '8'];
  const clash = await quick('train', ...args, '--out', path('whole'), '--checkpoint', path('whole.png'));
  expect([clash.code, clash.err]).toEqual([2, expect.stringContaining('none of the files beside the weights')]);
  await train([...args, '--out', path('whole')]);
  const stopped = await train([...args, '--checkpoint', path('state'), '--out', path('resumed')], true);
  expect([stopped.code, existsSync(path('resumed')), existsSync(path('state.part'))]).toEqual([0, false, false]);
  expect(stopped.out).toMatch(/stopped after step \d+; the same command goes on/);
  const again = await train([...args, '--checkpoint', path('state'), '--out', path('resumed')]);
  expect(again.out).toContain('going on from');
  expect(readFileSync(path('resumed')).equals(readFileSync(path('whole')))).toBe(true);
});

test('[cli-files] interrupted without a checkpoint, it does not end with 0; three runs with one checkpoint do', async () => {
  const args = ['--images', images(), '--labels', labels(), '--epochs', '40', '--batch', '8'];
  const stopped = await train([...args, '--out', path('never')], true);
  expect(stopped.code).toBe(130);
  expect(stopped.out).toMatch(/stopped after step \d+; nothing was kept: there is no --checkpoint FILE/);
  expect(existsSync(path('never'))).toBe(false);
  const few = [...args.slice(0, 4), '--epochs', '2', '--checkpoint', path('shared')];
  const three = await Promise.all(['a', 'b', 'c'].map((name) => train([...few, '--out', path(name)])));
  expect(three.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual([0, 0, 0]);
  expect(readSafetensors(readFileSync(path('shared'))).metadata.step).toBe('6');
});

test('[train-batches] files that do not fit together are refused with exit code 2', async () => {
  const few = writeIdx('few', [79], () => 1);
  expect(await quick('train', '--images', images(), '--labels', few)).toMatchObject({
    code: 2,
    err: expect.stringContaining('label for each of the 80 images'),
  });
  expect(await quick('train', '--images', images())).toMatchObject({
    code: 2,
    err: expect.stringContaining('--images and --labels go together'),
  });
  writeFileSync(path('short'), readFileSync(images()).subarray(0, 500));
  expect(await quick('train', '--images', path('short'), '--labels', labels())).toMatchObject({
    code: 2,
    err: expect.stringContaining('format-idx'),
  });
  expect(await quick('train', '--images', path('none'), '--labels', labels())).toMatchObject({
    code: 2,
    err: expect.stringContaining('none'),
  });
  expect(await quick('train', ...['--images', images(), '--labels', writeIdx('eleven', [80], () => 11)])).toMatchObject(
    {
      code: 2,
      err: expect.stringContaining('[loss-labels]'),
    },
  );
  expect(await quick('train', '--epochs', '1.5')).toMatchObject({
    code: 2,
    err: expect.stringContaining("--epochs must be a whole number of at least 1, got '1.5'"),
  });
  expect(await quick('train', '--threads', '0')).toMatchObject({
    code: 2,
    err: expect.stringContaining("--threads must be a whole number of at least 1, got '0'"),
  });
  expect(await quick('train', '--rate', 'fast')).toMatchObject({
    code: 2,
    err: expect.stringContaining("--rate must be a number, got 'fast'"),
  });
});

test('[train-loss] a loss that is not finite ends with exit code 1 and names the step', async () => {
  const { code, err } = await quick(
    'train',
    ...['--images', images(), '--labels', labels()],
    '--rate',
    '1e30',
    '--epochs',
    '2',
  );
  expect(code).toBe(1);
  expect(err).toMatch(/the loss must be finite, got NaN at step \d+ of epoch 0 \[train-loss\]/);
});
