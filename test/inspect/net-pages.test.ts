// All that can be shown of a net, as files.

import { describe, expect, it } from 'vitest';
import {
  chain,
  conv1d,
  conv2d,
  conv3d,
  dense,
  flatten,
  initialize,
  type Layer,
  relu,
  type Shape,
  scale,
  softmax,
  tensor,
} from '../../src/index.ts';
import { type NetPagesOptions, netPages, readPng } from '../../src/inspect/index.ts';

const net = chain({
  conv: conv2d({ filters: 3, size: 3 }),
  relu: relu(),
  flatten: flatten(),
  out: dense({ units: 2 }),
});

async function pagesOf(layer: Layer, shape: Shape, options: NetPagesOptions = {}) {
  const x = tensor(shape);
  for (let i = 0; i < x.data.length; i++) x.data[i] = ((i * 7) % 11) / 11;
  const files = await netPages(layer, x, initialize(layer, shape, { seed: 1 }), options);
  return new Map(files.map(({ name, content }) => [name, content]));
}

describe('netPages', () => {
  it('[inspect-pages] shows filters, activations, patches and fields, and all of them on a page', async () => {
    const files = await pagesOf(net, [2, 6, 6, 1], {
      units: 2,
      classes: ['cat', '<dog>'],
      title: 'a & b',
      note: 'so it is',
    });
    expect([...files.keys()]).toEqual([
      'summary.txt',
      'input.png',
      'filters.png',
      'filters.svg',
      'activations/conv.png',
      'activations/relu.png',
      'activations/flatten.png',
      'activations/out.png',
      'patches/conv.png',
      'fields/conv.png',
      'index.html',
    ]);
    const text = files.get('summary.txt') as string;
    expect(text).toMatch(/^greatest outputs: (cat \(.*\), <dog>|<dog> \(.*\), cat) \(/m);
    expect(text).toContain('so it is');
    const page = files.get('index.html') as string;
    expect(page).toContain('<title>a &amp; b</title>');
    expect(page).toContain('&lt;dog&gt;');
    expect(page).not.toMatch(/<dog>|<script|https?:/);
    for (const name of files.keys())
      if (name.endsWith('.png')) {
        expect(page).toMatch(new RegExp(`<img src="${name}" alt="[^"]+"><figcaption>[^<]+\\.</figcaption>`));
        expect((await readPng(files.get(name) as Uint8Array)).shape).toHaveLength(3);
      }
  });

  it.each([
    [
      'a dense net',
      chain({ a: dense({ units: 3 }), b: softmax() }),
      [2, 4],
      ['activations/a.png', 'activations/b.png'],
    ],
    ['one operator', relu(), [1, 3, 3, 3], ['input.png', 'activations/relu.png']],
    ['a line', chain({ a: conv1d({ filters: 2, size: 2 }) }), [1, 5, 1], ['activations/a.png']],
    ['a volume', chain({ a: conv3d({ filters: 2, size: 2 }), f: flatten() }), [1, 2, 3, 3, 1], ['activations/f.png']],
    [
      'five channels',
      chain({ a: conv2d({ filters: 2, size: 2 }) }),
      [1, 4, 4, 5],
      ['filters.png', 'filters.svg', 'activations/a.png'],
    ],
  ] as const)('[inspect-pages] of %s shows what there is', async (_, layer, shape, names) => {
    expect([...(await pagesOf(layer, shape)).keys()]).toEqual(['summary.txt', ...names, 'index.html']);
  });

  it('[inspect-pages] shows standardized images from their least value to their greatest', async () => {
    const x = tensor([1, 2, 2, 1], [-3, 5, 1, -1]);
    const files = await netPages(relu(), x, {});
    const { shape, data } = await readPng(files.find(({ name }) => name === 'input.png')?.content as Uint8Array);
    expect(shape[1]).toBeGreaterThanOrEqual(512);
    const side = (shape[1] - 4) / 2;
    const at = (row: number, column: number) => data[(2 + row * side) * shape[1] + 2 + column * side];
    expect([at(0, 0), at(0, 1), at(1, 0)].map((value) => Math.round(value * 8))).toEqual([0, 8, 4]);
    await expect(netPages(relu(), tensor([1, 1, 1, 1], [NaN]), {})).rejects.toThrow('[inspect-pages]');
    await expect(netPages(relu(), tensor([1, 1, 1, 1], [Infinity]), {})).rejects.toThrow('[inspect-pages]');
  });

  it('[inspect-pages] shows values above 0 in orange and below in blue, as deep as their share of the greatest', async () => {
    const files = await netPages(chain({ a: scale({ factor: -2 }) }), tensor([1, 1, 3, 1], [1, -0.5, 0]), {});
    const { shape, data } = await readPng(
      files.find(({ name }) => name === 'activations/a.png')?.content as Uint8Array,
    );
    const side = (shape[1] - 4) / 3;
    const pixels = [0, 1, 2].map((cell) => {
      const at = 3 * (3 * shape[1] + 3 + cell * side);
      return Array.from(data.subarray(at, at + 3), (value) => Math.round(value * 100));
    });
    expect(pixels).toEqual([
      [42, 65, 89],
      [97, 78, 62],
      [100, 100, 100],
    ]);
    const tall = await netPages(relu(), tensor([1, 3000, 1, 1]), {});
    const image = await readPng(tall.find(({ name }) => name === 'input.png')?.content as Uint8Array);
    expect(image.shape).toEqual([3004, 5, 1]);
  });

  it('[inspect-pages] parts many tiles so that a picture is at least 512 pixels wide and at most 4,000 high', async () => {
    const width = async (layer: Layer, shape: Shape, name: string): Promise<number> => {
      const [high, wide] = (await readPng((await pagesOf(layer, shape)).get(name) as Uint8Array)).shape;
      expect(high).toBeLessThan(4400);
      return wide;
    };
    const four = chain({ a: conv2d({ filters: 64, size: 7 }) });
    for (const name of ['filters.png', 'activations/a.png'])
      expect(await width(four, [1, 8, 8, 4], name)).toBeGreaterThanOrEqual(512);
    const tall = chain({ a: conv2d({ filters: 8, size: [9, 1] }) });
    for (const name of ['filters.png', 'activations/a.png', 'patches/a.png', 'fields/a.png'])
      expect(await width(tall, [1, 200, 8, 1], name), name).toBeGreaterThanOrEqual(512);
    const line = chain({ a: conv1d({ filters: 40, size: 1 }) });
    expect(await width(line, [1, 300, 2], 'activations/a.png')).toBeGreaterThanOrEqual(512);
  });

  it('[inspect-pages] refuses options that make no sense', async () => {
    for (const options of [{ index: 2 }, { units: 0 }, { classes: ['a'] }])
      await expect(pagesOf(net, [2, 6, 6, 1], options)).rejects.toThrow('[inspect-pages]');
    for (const options of [{ classes: 'ab' }, { classes: [1, 2] }, { title: 5 }, { note: null }] as never[])
      await expect(pagesOf(net, [2, 6, 6, 1], options)).rejects.toThrow(TypeError);
  });
});
