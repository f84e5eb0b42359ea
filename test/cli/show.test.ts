// toeplitz show as a user runs it: the built files, in processes of their own, on a net with first parameters.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/formats/index.ts';
import { dense, initialize, tensor } from '../../src/index.ts';
import { gridPicture, readPng, topPatches, writePng } from '../../src/inspect/index.ts';
import { lenet5 } from '../../src/nets/index.ts';
import { writeOnnx } from '../../src/onnx/index.ts';
import { digits } from '../../src/train/digits.ts';
import { quick, type Run, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-show-'));
const file = (name: string): string => join(folder, name);
const params = initialize(lenet5(), [1, 32, 32, 1], { seed: 4 });
const pixels = Uint8Array.from(digits({ count: 3, seed: 1 }).x.data, (value) => Math.round(value * 255));

const show = (...args: string[]): Promise<Run> => toeplitz('show', ...args);

beforeAll(async () => {
  writeFileSync(file('lenet5.safetensors'), writeSafetensors(params, { net: 'lenet5' }));
  writeFileSync(
    file('images.idx'),
    Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 28, 0, 0, 0, 28]), pixels]),
  );
  writeFileSync(file('colour.png'), await writePng(tensor([4, 5, 3], Array(20).fill([0, 1, 0]).flat())));
  writeFileSync(file('grey.png'), await writePng(tensor([40, 20, 2], new Array(1600).fill(1))));
  writeFileSync(file('lenet5.onnx'), writeOnnx(lenet5(), [1, 32, 32, 1], params));
  const flat = dense({ units: 2 });
  writeFileSync(file('flat.onnx'), writeOnnx(flat, [1, 3], initialize(flat, [1, 3])));
  writeFileSync(file('empty.txt'), '\n');
  writeFileSync(file('broken.onnx'), 'no model');
  writeFileSync(file('other.safetensors'), writeSafetensors({}, { net: 'mine' }));
  writeFileSync(file('labels.idx'), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const picture = async (name: string) => readPng(readFileSync(file(name)));

test('[cli-show] writes all pictures and the summary; the picture of the input is the image, centred', async () => {
  const { code, out, err } = await show(
    file('lenet5.safetensors'),
    file('images.idx'),
    '--out',
    file('a/b'),
    '--index',
    '2',
    '--units',
    '3',
  );
  expect({ code, out, err }).toEqual({ code: 0, out: `21 files in ${file('a/b')}\n`, err: '' });
  expect(readdirSync(file('a/b')).sort()).toEqual([
    'activations',
    'fields',
    'filters.png',
    'filters.svg',
    'index.html',
    'input.png',
    'patches',
    'summary.txt',
  ]);
  expect(readdirSync(file('a/b/activations')).sort()).toEqual(
    Object.keys(lenet5().children)
      .map((name) => `${name}.png`)
      .sort(),
  );
  const input = await picture('a/b/input.png');
  expect(input.shape).toEqual([32 * 16 + 4, 32 * 16 + 4, 1]);
  const at = (row: number, column: number): number =>
    Math.round(255 * input.data[(2 + 16 * row) * 516 + 2 + 16 * column]);
  expect([at(0, 0), at(1, 31), at(31, 5)]).toEqual([0, 0, 0]);
  for (const [row, column] of [
    [0, 0],
    [13, 14],
    [20, 7],
    [27, 27],
  ])
    expect(at(row + 2, column + 2)).toBe(pixels[2 * 784 + row * 28 + column]);
  expect((await picture('a/b/fields/conv2.png')).shape).toEqual([3 * (32 * 8 + 2) + 2, 3 * (32 * 8 + 2) + 2, 3]);
});

test('[cli-show] the summary has the table, the outputs, the health; patches are those of topPatches', async () => {
  await quick(
    'show',
    file('lenet5.safetensors'),
    file('images.idx'),
    '--out',
    file('c'),
    '--images',
    '2',
    '--units',
    '1',
  );
  const text = readFileSync(file('c/summary.txt'), 'utf8');
  for (const part of [
    /^total +61,706/m,
    /^10 of 10 parameters loaded$/m,
    /^greatest outputs: \d \(/m,
    /^conv2: 16 filters of 5×5×6: /m,
    /^relu4: 84 units over 2 samples: /m,
  ])
    expect(text).toMatch(part);
  const x = tensor([2, 32, 32, 1]);
  for (let i = 0; i < 2 * 784; i++)
    x.data[Math.floor(i / 784) * 1024 + (Math.floor((i % 784) / 28) + 2) * 32 + (i % 28) + 2] = pixels[i] / 255;
  const patches = topPatches(lenet5(), x, params, { path: 'conv1', unit: 0 }).map(({ patch }) => patch);
  const expected = gridPicture(patches, { columns: 2, scale: 52 }); // at least 512 pixels wide
  const bytes = (data: ArrayLike<number>): number[] => Array.from(data, (value) => Math.floor(value * 255 + 0.5));
  expect(bytes((await picture('c/patches/conv1.png')).data)).toEqual(bytes(expected.data));
});

test('[cli-show] a PNG of another size is centred or cropped, and its alpha is ignored; one image gives no health of units', async () => {
  const { code } = await quick(
    'show',
    file('lenet5.safetensors'),
    file('grey.png'),
    '--out',
    file('d'),
    '--units',
    '1',
  );
  expect(code).toBe(0);
  const input = await picture('d/input.png');
  const middle = Array.from({ length: 32 }, (_, column) => input.data[(2 + 16 * 9) * 516 + 2 + 16 * column]);
  expect(middle).toEqual([...Array(6).fill(0), ...Array(20).fill(1), ...Array(6).fill(0)]);
  expect(readFileSync(file('d/summary.txt'), 'utf8')).toMatch(/takes more than one image/);
});

test('[cli-show] a model of ONNX gives the pictures of its net, and a colour image is grey for a net of grey images', async () => {
  const ofNet = await quick('show', file('lenet5.safetensors'), file('colour.png'), '--out', file('f'), '--units', '1');
  const ofModel = await quick('show', file('lenet5.onnx'), file('colour.png'), '--out', file('g'), '--units', '1');
  expect([ofNet.code, ofModel.code, ofModel.err]).toEqual([0, 0, '']);
  for (const name of ['input.png', 'filters.png'])
    expect(await picture(`g/${name}`)).toEqual(await picture(`f/${name}`));
  const { data } = await picture('f/input.png');
  expect(data[(2 + 16 * 16) * 516 + 2 + 16 * 16]).toBeCloseTo(0.587, 2);
  const outputs = (folder: string) =>
    /greatest outputs: .*/.exec(readFileSync(file(`${folder}/summary.txt`), 'utf8'))?.[0];
  expect(outputs('g')).toBe(outputs('f'));
});

test('[cli-show] invalid arguments and files give a message and exit code 2, and nothing is written', async () => {
  const model = file('lenet5.safetensors');
  const cases: [string[], RegExp][] = [
    [[], /name a MODEL and an IMAGE/],
    [[model, file('images.idx')], /--out DIR is missing/],
    [[model, file('none.png'), '--out', file('e')], /cannot read .*none\.png/],
    [[model, file('images.idx'), '--out', file('e'), '--net', 'lenet6'], /--net must be one of lenet5, .*got 'lenet6'/],
    [[model, file('images.idx'), '--out', file('e'), '--net', 'vgg11'], /MODEL is not one of vgg11: 0 of 22/],
    [[model, file('images.idx'), '--out', file('e'), '--classes', '3'], /misshapen: out\.weight/],
    [[model, file('images.idx'), '--out', file('e'), '--index', '3'], /--index must be below the 3 images, got 3/],
    [
      [model, file('images.idx'), '--out', file('e'), '--units', 'all'],
      /--units must be a whole number from 1 on, got 'all'/,
    ],
    [[model, file('images.idx'), '--out', file('e'), '--shape', 'x=1x1x32x32'], /--shape is for ONNX files/],
    [[file('lenet5.onnx'), file('images.idx'), '--out', file('e'), '--net', 'lenet5'], /--net is for safetensors/],
    [[file('broken.onnx'), file('images.idx'), '--out', file('e')], /\[onnx-/],
    [[file('flat.onnx'), file('images.idx'), '--out', file('e')], /must take images .*got \[1,3\]/],
    [[model, file('labels.idx'), '--out', file('e')], /images of bytes.*got \[1\]/],
    [[file('other.safetensors'), file('images.idx'), '--out', file('e')], /--net must be one of .*got 'mine'/],
    [[model, model, '--out', file('e')], /\[format-idx\]/],
    [[file('images.idx'), file('images.idx'), '--out', file('e')], /\[format-safetensors\]/],
    [[model, file('images.idx'), '--out', model], /cannot write/],
    [[model, file('images.idx'), '--out', file('e'), '--colour', 'red'], /--colour/],
    [[model, file('images.idx'), '--out', file('e'), '--names', file('empty.txt')], /--names must .*got an empty file/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await quick('show', ...args);
    expect([code, out], args.join(' ')).toEqual([2, '']);
    expect(err).toMatch(message);
  }
  expect(existsSync(file('e'))).toBe(false);
});

test('[cli-show] --help says what is read and written', async () => {
  const { code, out } = await quick('show', '--help');
  expect(code).toBe(0);
  expect(out).toMatch(/^toeplitz show MODEL IMAGE --out DIR/);
});
