// Folders of images on the command line: what is read of them, in which order, and what is refused.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDigits } from '../../src/cli/digits.ts';
import { readImageFolder } from '../../src/cli/image-folder.ts';
import { readImages } from '../../src/cli/show-input.ts';
import { writePng, writeSafetensors } from '../../src/formats/index.ts';
import { initialize, type Shape, tensor } from '../../src/index.ts';
import { lenet5 } from '../../src/nets/index.ts';
import { quick, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-images-'));
const at = (name: string): string => join(folder, name);

async function put(name: string, shape: Shape, value: number): Promise<void> {
  mkdirSync(dirname(at(name)), { recursive: true });
  const size = shape.reduce((a, b) => a * b, 1);
  writeFileSync(at(name), await writePng(tensor(shape, new Array(size).fill(value))));
}

/** Of the pixels of image i. */
const sumOf = (data: ArrayLike<number>, i: number): number =>
  Array.from({ length: 1024 }, (_, at) => data[i * 1024 + at]).reduce((a, b) => a + b, 0);

const write = (name: string, text = 'x'): void => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};

beforeAll(async () => {
  await put('flat/b.png', [4, 4, 1], 0.2);
  await put('flat/B.PNG', [40, 4, 1], 0.4);
  await put('flat/ä.png', [32, 32, 2], 0.6);
  await put('flat/.hidden.png', [1, 1, 1], 1);
  write('flat/notes.txt');
  for (let i = 0; i < 12; i++) {
    await put(`classes/zebra/${i}.png`, [28, 28, 1], 1);
    await put(`classes/ant/${i}.png`, [64, 48, 3], 0);
  }
  write('classes/.DS_Store');
  await put('one/only/a.png', [1, 1, 1], 1);
  await put('other/ant/a.png', [5, 5, 4], 1);
  await put('other/bee/a.png', [5, 5, 4], 1);
  await put('mixed/a/a.png', [1, 1, 1], 1);
  await put('mixed/b.png', [1, 1, 1], 1);
  await put('void/a/a.png', [1, 1, 1], 1);
  mkdirSync(at('void/b'));
  mkdirSync(at('empty'));
  write('photos/a.jpeg');
  write('broken/a.png', 'not a picture');
  for (let i = 0; i < 11; i++) await put(`many/${i}/a.png`, [1, 1, 1], 1);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('[cli-images] images are read by name, in the order of code units; hidden files and other files are left out', async () => {
  const { classes, images } = await readImageFolder('show', at('flat'));
  expect(classes).toEqual([]);
  expect(images.map(({ path, label, image }) => [path, label, image.shape])).toEqual([
    [at('flat/B.PNG'), 0, [40, 4, 1]],
    [at('flat/b.png'), 0, [4, 4, 1]],
    [at('flat/ä.png'), 0, [32, 32, 2]],
  ]);
});

test('[cli-images] every folder in it is a class', async () => {
  const { classes, images } = await readImageFolder('show', at('classes'));
  expect(classes).toEqual(['ant', 'zebra']);
  expect(images.map(({ label }) => label)).toEqual([...Array(12).fill(0), ...Array(12).fill(1)]);
  expect(images[1].path).toBe(at('classes/ant/1.png'));
  expect(images[2].path).toBe(at('classes/ant/10.png'));
});

test('[cli-show] a folder gives the images that its files give one by one', async () => {
  const like = [1, 32, 32, 1];
  const all = await readImages(at('flat'), like);
  expect(all.shape).toEqual([3, 32, 32, 1]);
  for (const [i, name] of ['B.PNG', 'b.png', 'ä.png'].entries()) {
    const one = await readImages(at(`flat/${name}`), like);
    expect([...all.data.subarray(i * 1024, (i + 1) * 1024)]).toEqual([...one.data]);
  }
  expect((await readImages(at('classes'), like)).shape.slice(1)).toEqual([32, 32, 1]);
  await expect(readImages(at('classes'), [1, 32, 32, 2])).rejects.toThrow(
    /takes images of 2 channels, got 3 in '.*0\.png'/,
  );
});

test('[cli-images] train makes colours grey and large images 28×28, and holds out some of every class', async () => {
  const { train, test: held, classes } = await readDigits({ images: at('classes') });
  expect(classes).toEqual(['ant', 'zebra']);
  expect([train.x.shape, held.x.shape]).toEqual([
    [22, 32, 32, 1],
    [2, 32, 32, 1],
  ]);
  expect([...held.labels]).toEqual([0, 1]);
  const sums = [...held.labels].map((_, i) => sumOf(held.x.data, i));
  expect(sums).toEqual([0, 28 * 28]);
  const both = await readDigits({ images: at('other'), 'test-images': at('other') });
  expect([both.train.x.shape, both.test.x.shape]).toEqual([
    [2, 32, 32, 1],
    [2, 32, 32, 1],
  ]);
  expect(sumOf(both.train.x.data, 0)).toBeCloseTo(25);
});

test('[cli-images] a net says how large images are, and whether they have colours', async () => {
  const frame = { height: 16, width: 60, channels: 3, classes: 2 };
  const { train } = await readDigits({ images: at('classes') }, frame);
  expect(train.x.shape).toEqual([22, 16, 60, 3]);
  const pixels = [...train.x.data.subarray(21 * 16 * 60 * 3)];
  expect([sumOf(train.x.data, 0), pixels.filter((each) => each === 1).length]).toEqual([0, 14 * 53 * 3]);
  const { train: own, test: held } = await readDigits({}, { ...frame, width: 31 });
  expect([own.x.shape, held.x.shape]).toEqual([
    [2700, 16, 31, 3],
    [300, 16, 31, 3],
  ]);
  await expect(readDigits({ images: at('classes') }, { ...frame, classes: 1 })).rejects.toThrow(
    'must hold 2 to 1 folders',
  );
});

test.each([
  [{ images: 'one' }, /must hold 2 to 10 folders, one for each class, got 1/],
  [{ images: 'flat' }, /must hold 2 to 10 folders, one for each class, got 0/],
  [{ images: 'many' }, /must hold 2 to 10 folders, one for each class, got 11/],
  [{ images: 'mixed' }, /must hold images or folders of them, got 'a' and '.*b\.png'/],
  [{ images: 'void' }, /every class must have a PNG image, got none in '.*b'/],
  [{ images: 'empty' }, /there must be a PNG image in '.*empty', got none/],
  [{ images: 'photos' }, /must be PNG, got '.*a\.jpeg'/],
  [{ images: 'broken' }, /'.*a\.png': .*\[format-png\]/],
  [{ images: 'absent', labels: 'absent' }, /cannot read .*absent/],
  [{ images: 'classes', labels: 'labels' }, /--labels has no place beside the folder --images/],
  [
    { images: 'classes', 'test-images': 'other' },
    /must have the classes of --images, \['ant', 'zebra'\], got \['ant', 'bee'\]/,
  ],
  [{ 'test-images': 'other' }, /must have the classes of --images/],
])('[cli-images] %j is refused', async (files, message) => {
  const placed = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, at(file)]));
  await expect(readDigits(placed)).rejects.toThrow(message);
});

test('[cli-images] as a user runs it', async () => {
  writeFileSync(at('lenet5.safetensors'), writeSafetensors(initialize(lenet5(), [1, 32, 32, 1]), { net: 'lenet5' }));
  writeFileSync(at('names'), 'nought\r\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');
  const args = [at('lenet5.safetensors'), at('flat'), '--out', at('out'), '--index', '1', '--units', '1'];
  expect(await toeplitz('show', ...args, '--names', at('names'))).toMatchObject({ code: 0, err: '' });
  expect(existsSync(at('out/input.png'))).toBe(true);
  expect(readFileSync(at('out/index.html'), 'utf8')).toMatch(/greatest outputs: [a-z]+ \(/);
  writeFileSync(at('names'), 'nought\none');
  const few = await quick('show', ...args, '--names', at('names'));
  expect(few).toMatchObject({ code: 2, err: expect.stringContaining('a name for each of 10 outputs, got 2') });
  const trained = await quick('train', '--images', at('classes'), '--epochs', '1');
  expect(trained).toMatchObject({ code: 0, out: expect.stringContaining('classes: 0 ant, 1 zebra') });
  expect(trained.out).toContain('22 images to train on, 2 to measure on');
});
