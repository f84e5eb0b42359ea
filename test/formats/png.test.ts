// PNG: every kind of file from an encoder of the test's own and from libpng, and photographs.

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { crc32 } from '../../src/formats/checksum.ts';
import { readPng, writePng } from '../../src/formats/png.ts';
import { chunk } from '../../src/formats/png-chunks.ts';
import { type Tensor, tensor } from '../../src/tensor.ts';
import { ABSENT, shared } from '../shared.ts';
import { encode, type Picture, samplesOf } from './png-encode.ts';

const KINDS = [
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [0, 16],
  [2, 8],
  [2, 16],
  [3, 1],
  [3, 2],
  [3, 4],
  [3, 8],
  [4, 8],
  [4, 16],
  [6, 8],
  [6, 16],
];

const base64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

const picture: fc.Arbitrary<Picture> = fc
  .tuple(
    fc.constantFrom(...KINDS),
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 20 }),
    fc.boolean(),
    fc.boolean(),
  )
  .chain(([[colour, depth], width, height, interlaced, transparent]) => {
    const sample = fc.nat({ max: (1 << depth) - 1 });
    const size = width * height * samplesOf(colour);
    const byte = fc.nat({ max: 255 });
    const palette = fc.array(byte, { minLength: 3 << depth, maxLength: 3 << depth });
    // Few colours, so that the transparent one is hit.
    const clear =
      colour === 3
        ? fc.array(byte, { maxLength: 1 << depth })
        : fc
            .array(sample, { minLength: samplesOf(colour), maxLength: samplesOf(colour) })
            .map((values) => values.flatMap((value) => [value >> 8, value & 255]));
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      colour: fc.constant(colour),
      depth: fc.constant(depth),
      interlaced: fc.constant(interlaced),
      samples: fc.array(sample, { minLength: size, maxLength: size }),
      filters: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 7 }),
      slice: fc.integer({ min: 1, max: 500 }),
      ...(colour === 3 ? { palette } : {}),
      ...(transparent && colour < 4 ? { transparency: clear } : {}),
    });
  });

/** The values of a picture by the definition. */
function meaning({ width, height, colour, depth, samples, palette = [], transparency }: Picture): Tensor {
  const each = samplesOf(colour);
  const values: number[] = [];
  for (let i = 0; i < samples.length; i += each) {
    const pixel = samples.slice(i, i + each);
    if (colour === 3) values.push(...palette.slice(3 * pixel[0], 3 * pixel[0] + 3).map((value) => value / 255));
    else values.push(...pixel.map((value) => value / (2 ** depth - 1)));
    if (transparency && colour === 3) values.push((transparency[pixel[0]] ?? 255) / 255);
    if (transparency && colour !== 3)
      values.push(pixel.every((value, s) => value === transparency[2 * s] * 256 + transparency[2 * s + 1]) ? 0 : 1);
  }
  return tensor([height, width, values.length / (width * height)], values);
}

test('[format-png] every colour type, depth, filter and order of passes is read', async () => {
  await fc.assert(
    fc.asyncProperty(picture, async (drawn) => {
      const got = await readPng(encode(drawn));
      const expected = meaning(drawn);
      expect(got.shape).toEqual(expected.shape);
      expect(got.data).toEqual(expected.data);
    }),
    { numRuns: 500 },
  );
});

test('[format-png] files that libpng wrote are read: interlaced 16-bit colours, interlaced 2-bit grey, a palette with a transparent colour', async () => {
  const colours = await readPng(
    base64(
      'iVBORw0KGgoAAAANSUhEUgAAAAUAAAAGEAIAAAGjDi/JAAAAlklEQVQImU2MIQ4CMRBFm3QEnGHqkOs7R2gVqiGpr0Esggtg1ncNjhN8QzJmEzDcgaxcx0EQNBvy1Xt5+WTMvrsdqC/Pun1QTculQ1/6cirkdVjeGxrTmGqigOv8MaKiXkVFRYnzcZjuDSIiIrx6FaWAgAiBICjt5rN5dS7z31x2+WcoIiCA0ZRly5ZX037ZMniNYosYXzIVQlhR0HfiAAAAAElFTkSuQmCC',
    ),
  );
  expect(colours.shape).toEqual([6, 5, 3]);
  expect(colours.data).toEqual(
    Float32Array.from(
      { length: 90 },
      (_, i) => (((Math.floor(i / 3) % 5) * 7001 + Math.floor(i / 15) * 9173 + (i % 3) * 20011) % 65536) / 65535,
    ),
  );
  const grey = await readPng(
    base64(
      'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFAgAAAAGPj7GAAAAAGElEQVQImWNgAIMFQKjEwFAOhjk5DiAMADJqBPg68MyoAAAAAElFTkSuQmCC',
    ),
  );
  expect(grey).toEqual(
    tensor(
      [5, 9, 1],
      Array.from({ length: 45 }, (_, i) => (((i % 9) + Math.floor(i / 9) ** 2) % 4) / 3),
    ),
  );
  const clear = await readPng(
    base64(
      'iVBORw0KGgoAAAANSUhEUgAAAAYAAAACAgMAAAAGM0XNAAAACVBMVEUAAP8A/wD/AABlqVCRAAAAAXRSTlMAQObYZgAAAA5JREFUCJljmOTA4KkAAASSATyDPZGrAAAAAElFTkSuQmCC',
    ),
  );
  expect(clear).toEqual(
    tensor(
      [2, 6, 4],
      Array.from(
        { length: 12 },
        (_, i) =>
          [
            [1, 0, 0, 1],
            [0, 1, 0, 1],
            [0, 0, 1, 0],
          ][((i % 6) + Math.floor(i / 6)) % 3],
      ).flat(),
    ),
  );
});

test('[format-png] of a transparent colour only as many low bits count as a sample has', async () => {
  const black = { width: 2, height: 1, colour: 0, depth: 1, interlaced: false, samples: [0, 1], filters: [0] };
  expect((await readPng(encode({ ...black, transparency: [255, 254] }))).data).toEqual(Float32Array.of(0, 0, 1, 1));
});

test('[format-png] what was written is read, and a second writing changes nothing', async () => {
  const image = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }))
    .chain((shape) => {
      const size = shape[0] * shape[1] * shape[2];
      return fc.array(fc.nat({ max: 255 }), { minLength: size, maxLength: size }).map((bytes) =>
        tensor(
          shape,
          bytes.map((byte) => byte / 255),
        ),
      );
    });
  await fc.assert(
    fc.asyncProperty(image, async (x) => {
      expect(await readPng(await writePng(x))).toEqual(x);
    }),
  );
});

test('[format-png] values are rounded to the nearest of 256 steps', async () => {
  const { data } = await readPng(
    await writePng(tensor([1, 4, 1], [0.5 / 255, 0.4999 / 255, 254.5 / 255, 1], 'float64')),
  );
  expect(data).toEqual(Float32Array.of(1 / 255, 0, 1, 1));
});

/** Sizes and checksums of the pixels by a decoder written in Python on its zlib. */
const PHOTOGRAPHS = [
  { path: 'images/astronaut.png', shape: [512, 512, 3], checksum: 0xfdcaa55f },
  { path: 'images/brick.png', shape: [512, 512, 1], checksum: 0x9862cf44 },
  { path: 'images/camera.png', shape: [512, 512, 1], checksum: 0x59c2562e },
  { path: 'images/cell.png', shape: [660, 550, 1], checksum: 0x48791066 },
  { path: 'images/chelsea.png', shape: [300, 451, 3], checksum: 0x0f829d59 },
  { path: 'images/coffee.png', shape: [400, 600, 3], checksum: 0xacf41373 },
  { path: 'images/coins.png', shape: [303, 384, 1], checksum: 0x0ac5a20f },
  { path: 'images/grass.png', shape: [512, 512, 1], checksum: 0xce019aa2 },
  { path: 'fashion-mnist/fashion-mnist-sprite.png', shape: [840, 840, 4], checksum: 0x119ce546 },
];

test.for(PHOTOGRAPHS)(
  '[format-png] $path has its size and pixels, and keeps them when written again',
  async ({ path, shape, checksum }, { skip }) => {
    const file = shared(`data/${path}`);
    if (file === undefined) return skip(ABSENT);
    const image = await readPng(await readFile(file));
    expect(image.shape).toEqual(shape);
    expect(crc32(Uint8Array.from(image.data, (value) => Math.round(value * 255)))).toBe(checksum);
    const again = await readPng(await writePng(image));
    expect(Buffer.compare(Buffer.from(again.data.buffer), Buffer.from(image.data.buffer))).toBe(0);
  },
);

describe('png', () => {
  const plain = { width: 1, height: 1, depth: 8, interlaced: false, filters: [0] };

  it('[format-png] a palette has at most 256 colours, and where samples are no numbers of them any length', async () => {
    const palette = (count: number) => Array.from({ length: 3 * count }, () => 0);
    const deep = { ...plain, colour: 2, depth: 16, samples: [65535, 0, 65535] };
    expect([...(await readPng(encode({ ...deep, palette: palette(257) }))).data]).toEqual([1, 0, 1]);
    const few = { ...plain, colour: 3, depth: 2, samples: [3] };
    for (const count of [4, 5, 256])
      expect([...(await readPng(encode({ ...few, palette: palette(count) }))).data]).toEqual([0, 0, 0]);
    await expect(readPng(encode({ ...few, palette: palette(257) }))).rejects.toThrow(
      '1 to 256 colours, got 771 bytes [',
    );
  });

  it('[format-png] with alpha has no transparent colour, whatever its length', async () => {
    for (const length of [2, 4, 6, 8])
      for (const [colour, samples] of [
        [4, [1, 2]],
        [6, [1, 2, 3, 4]],
      ] as const)
        expect(
          (await readPng(encode({ ...plain, colour, samples, transparency: Array(length).fill(0) }))).shape[2],
        ).toBe(samples.length);
  });

  it('[format-png] texts and transparency may come twice, the size may not', async () => {
    const file = encode({ ...plain, colour: 0, samples: [255] });
    const text = chunk('tEXt', Uint8Array.of(65, 0, 66));
    const after = 8 + 12 + 13;
    const withBefore = (...more: Uint8Array[]) =>
      Uint8Array.from([...file.subarray(0, after), ...more.flatMap((each) => [...each]), ...file.subarray(after)]);
    expect(await readPng(withBefore(text, text))).toEqual(await readPng(file));
    const clear = chunk('tRNS', Uint8Array.of(0, 0));
    expect(await readPng(withBefore(clear, clear))).toEqual(await readPng(withBefore(clear)));
    await expect(readPng(withBefore(file.slice(8, after)))).rejects.toThrow(
      'and only the first, got IHDR [format-png]',
    );
  });
});
