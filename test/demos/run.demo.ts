// npm run demos: the training experiments at full size; each prints a table and stores it in results.json.
// The quick versions of the same experiments are tests: test/train/learning.test.ts.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shared } from '../shared.ts';
import { withAndWithoutCalibration } from './calibrated.ts';
import { bestDigits, halved } from './data.ts';
import { parameters, sampleEfficiency } from './efficiency.ts';
import { findFilter } from './filter.ts';
import { replaceLastLayers } from './replace.ts';
import { plainAgainstResidual } from './residual.ts';
import { segmenterAgainstGrid } from './segmenter.ts';
import { percent, type Result, tableOf, thousands } from './table.ts';

const root = join(import.meta.dirname, '../..');
const file = join(import.meta.dirname, 'results.json');

/** Runs one experiment, prints its table and stores it in place of the last result of that name. */
const demonstrate = (name: string, title: string, run: () => Promise<Omit<Result, 'title' | 'seconds'>>): void =>
  test(name, async () => {
    const start = performance.now();
    const found = await run();
    const result: Result = { title, ...found, seconds: Math.round((performance.now() - start) / 1000) };
    console.log(`\n${title} (${result.data}, ${result.seconds} s)\n${tableOf(result)}`);
    const results = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, `${JSON.stringify({ ...results, [name]: result }, null, 2)}\n`);
  });

demonstrate('lenet5', 'LeNet-5 on digits', async () => {
  const folder = shared('data/mnist');
  const option = (name: string, stem: string): string[] => [
    `--${name}images`,
    `${folder}/${stem}-images-idx3-ubyte.gz`,
    `--${name}labels`,
    `${folder}/${stem}-labels-idx1-ubyte.gz`,
  ];
  const args = folder === undefined ? [] : [...option('', 'train10k'), ...option('test-', 't10k')];
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli/index.js'), 'train', ...args], {
    encoding: 'utf8',
  });
  const [, train, test] = /(\d+) images to train on, (\d+) to measure on/.exec(stdout) ?? [];
  const [, accuracy] = /: ([\d.]+) % right/.exec(stdout) ?? [];
  const [, epochs] = /epoch \d+\/(\d+)/.exec(stderr) ?? [];
  const [, seconds] = /trained in ([\d.]+) s/.exec(stdout) ?? [];
  expect(Number(accuracy), stderr).toBeGreaterThanOrEqual(98);
  return {
    says: '`npx toeplitz train` with its defaults.',
    data: folder === undefined ? 'Generated digits' : 'MNIST',
    columns: ['digits to train on', 'epochs', 'training', 'test digits', 'right'],
    rows: [
      [thousands(Number(train)), epochs, `${Math.round(Number(seconds))} s`, thousands(Number(test)), `${accuracy} %`],
    ],
  };
});

demonstrate('efficiency', 'Few examples', async () => {
  const digits = await bestDigits(1000, 2000);
  const rows = await sampleEfficiency(digits, [100, 300, 1000], 500);
  for (const { convolutional, dense } of rows) expect(convolutional).toBeGreaterThan(dense);
  return {
    says: `A convolutional net (LeNet-5, ${thousands(parameters.convolutional)} parameters) and a dense net (${thousands(parameters.dense)}), trained in the same way on the same few digits.`,
    data: `${digits.name}, measured on 2,000`,
    columns: ['digits to train on', 'convolutional', 'dense'],
    rows: rows.map(({ examples, convolutional, dense }) => [examples, percent(convolutional), percent(dense)]),
  };
});

demonstrate('residual', 'Plain and residual', async () => {
  const digits = await bestDigits(500, 1);
  const curves = await plainAgainstResidual(halved(digits.train), 5);
  const [plain, residual] = curves.map(({ losses }) => losses[losses.length - 1]);
  expect(residual).toBeLessThan(plain);
  return {
    says: 'The mean loss of each epoch of a net of 20 layers, and of the same net with its shortcuts.',
    data: `500 digits of ${digits.name} on 14×14 pixels`,
    columns: ['net', ...curves[0].losses.map((_, epoch) => `epoch ${epoch + 1}`)],
    rows: curves.map(({ net, losses }) => [net, ...losses.map((loss) => loss.toFixed(3))]),
  };
});

demonstrate('segmenter', 'A class for every pixel', async () => {
  const scores = await segmenterAgainstGrid(300, 20);
  const [grid, segmenter] = ['grid of 4×4 cells, after', 'segmenter, after'].map(
    (wanted) => scores.find(({ name }) => name === wanted)!,
  );
  expect(segmenter.shapes).toBeGreaterThan(grid.shapes);
  return {
    says: 'Squares, discs or background: the share of pixels given their class, before and after training.',
    data: '300 generated pictures, measured on 100 others',
    columns: ['', 'all pixels', 'pixels of a shape'],
    rows: scores.map(({ name, all, shapes }) => [name, percent(all), percent(shapes)]),
  };
});

demonstrate('filter', 'A filter is found', async () => {
  const [best, ...others] = await findFilter(5, 100);
  expect(best.cosine).toBeGreaterThan(0.999);
  return {
    says: 'The lectures’ 1-D net learns to count the isolated ones in 300 binary strings: its three weights become −1, 1, −1 up to a factor. The table shows the best of five starts, and the others.',
    data: 'Generated strings',
    columns: ['start', 'first weights', 'learnt weights', 'cosine with −1 1 −1', 'loss'],
    rows: [best, ...others].map(({ seed, start, filter, cosine, loss }) => [
      seed,
      ...[start, filter].map((weights) =>
        weights
          .map((weight) => weight.toFixed(2))
          .join(' ')
          .replaceAll('-', '−'),
      ),
      cosine.toFixed(3).replace('-', '−'),
      loss.toFixed(4),
    ]),
  };
});

demonstrate('replace', 'New last layers', async () => {
  const digits = await bestDigits(4000, 2000);
  const { old, replaced, scratch } = await replaceLastLayers(digits, 100, 2);
  return {
    says: 'A net trained on the digits 0 to 4 gets two new layers at its end. Only these learn 5 to 9, from 100 digits; the other weights keep their bits. For comparison, the same net is trained from scratch on those 100 digits.',
    data: digits.name,
    columns: ['net', 'measured on', 'right'],
    rows: [
      ['first net', '0 to 4', percent(old)],
      ['last layers replaced', '5 to 9', percent(replaced)],
      ['from scratch', '5 to 9', percent(scratch)],
    ],
  };
});

demonstrate('calibrate', 'Batch norm calibrated', async () => {
  const digits = await bestDigits(2000, 2000);
  const rows = await withAndWithoutCalibration(digits, 4);
  return {
    says: 'A net trained with `batchNorm`, and the same after `calibrate` on 200 digits: its answer no longer depends on what else is in the batch.',
    data: digits.name,
    columns: ['norm', '100 digits at once', 'one at a time'],
    rows: rows.map(({ norm, hundred, one }) => [norm, percent(hundred), percent(one)]),
  };
});
