// Top-activating patches: the receptive field of the unit that responds most, cut out of its image.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chain,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  initialize,
  maxPool2d,
  relu,
  tensor,
} from '../../src/index.ts';
import { drawField, topPatches } from '../../src/inspect/index.ts';

const numbered = (shape: number[], value: (i: number) => number) =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i)),
  );

test('[inspect-patches] the patch contains the whole field of the unit: the layers give its value from the patch alone (V4)', () => {
  const net = chain({
    conv1: conv2d({ filters: 4, size: [3, 2] }),
    relu: relu(),
    pool: maxPool2d({ size: 2 }),
    conv2: conv2d({ filters: 3, size: [2, 3] }),
    out: conv2d({ filters: 2, size: 1 }),
  });
  const images = numbered([5, 12, 13, 2], (i) => ((i * i * 31 + i * 7) % 23) - 11);
  const params = initialize(net, images.shape, { seed: 2 });
  fc.assert(
    fc.property(fc.constantFrom('conv1', 'pool', 'conv2', 'out'), fc.integer({ min: 0, max: 1 }), (path, unit) => {
      const parts = Object.entries(net.children);
      const upTo = chain(Object.fromEntries(parts.slice(0, parts.findIndex(([name]) => name === path) + 1)));
      const own = Object.fromEntries(Object.keys(upTo.children).map((name) => [name, params[name]]));
      const tops = topPatches(net, images, params, { path, unit });
      expect(tops.length).toBe(5);
      for (const { patch, value } of tops) {
        const y = upTo.forward({ shape: [1, ...patch.shape], data: patch.data }, own as never);
        expect(y.shape.slice(0, 3)).toEqual([1, 1, 1]);
        expect(y.data[unit]).toBe(value);
      }
      expect(tops.map(({ value }) => value)).toEqual(tops.map(({ value }) => value).sort((a, b) => b - a));
    }),
    { numRuns: 8 },
  );
});

test('[inspect-patches] the greatest value of each image, the greatest first; equal ones in order', () => {
  const net = chain({ conv: conv2d({ filters: 2, size: 1, bias: false }) });
  const params = { conv: { weight: tensor([1, 1, 1, 2], [1, -1]) } };
  const images = tensor([3, 1, 3, 1], [2, 2, 0, 5, 1, -7, 1, 2, 0]);
  const of = (unit: number, count?: number) =>
    topPatches(net, images, params, { path: 'conv', unit, ...(count && { count }) }).map(
      ({ image, position, value }) => [image, position[1], value],
    );
  expect(of(0)).toEqual([
    [1, 0, 5],
    [0, 0, 2],
    [2, 1, 2],
  ]);
  expect(of(1, 1)).toEqual([[1, 2, 7]]);
});

test('[inspect-patches] fields are clipped at the border; the field of a dense unit is the whole image', () => {
  const net = chain({
    conv: conv2d({ filters: 1, size: 5, padding: 2 }),
    flatten: flatten(),
    out: dense({ units: 2 }),
  });
  const images = numbered([1, 6, 7, 1], (i) => (i === 8 ? 9 : 0));
  const params = {
    conv: { weight: numbered([5, 5, 1, 1], (i) => (i === 24 ? 1 : 0)), bias: tensor([1]) },
    out: { weight: tensor([42, 2]), bias: tensor([2], [0, 3]) },
  };
  // The one tap looks two cells down and right, so nothing meets the bright cell (1, 1): all are 0, the first place counts.
  const [corner] = topPatches(net, images, params, { path: 'conv', unit: 0 });
  expect([corner.position, corner.value]).toEqual([[0, 0], 0]);
  expect(corner.field).toEqual([
    { start: 0, size: 3 },
    { start: 0, size: 3 },
  ]);
  expect(Array.from(corner.patch.data)).toEqual([0, 0, 0, 0, 9, 0, 0, 0, 0]);
  const [whole] = topPatches(net, images, params, { path: 'out', unit: 1 });
  expect([whole.position, whole.value, whole.patch]).toEqual([[], 3, { shape: [6, 7, 1], data: images.data }]);
});

test('[inspect-patches] fields with a fractional step are rounded outwards', () => {
  const net = chain([convTranspose2d({ filters: 1, size: 2, stride: 2, bias: false })]);
  const params = [{ weight: tensor([2, 2, 1, 1], [1, 2, 3, 4]) }] as never;
  const [top] = topPatches(net, tensor([1, 2, 2, 1], [1, 0, 0, 2]), { ...(params as object) } as never, {
    path: '0',
    unit: 0,
  });
  expect([top.position, top.value]).toEqual([[3, 3], 8]);
  for (const { start, size } of top.field) expect(start <= 1 && start + size === 2).toBe(true);
});

test('[inspect-patches] the field is drawn as a frame on the picture in colours', () => {
  const image = tensor([3, 4, 1], [0, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0]);
  const span = (start: number, size: number) => ({ start, size });
  const red = (scale: number): string[] => {
    const { shape, data } = drawField(image, [span(0, 3), span(1, 3)], { scale });
    return Array.from({ length: shape[0] }, (_, y) =>
      Array.from({ length: shape[1] }, (_, x) => {
        const [r, g, b] = data.subarray((y * shape[1] + x) * 3);
        return r === 1 && g === 0 && b === 0 ? '#' : r === 0.5 && g === 0.5 && b === 0.5 ? '+' : '.';
      }).join(''),
    );
  };
  expect(red(1)).toEqual(['.###', '.#+#', '.###']);
  expect(red(2)).toEqual(['..######', '..#....#', '..#+++.#', '..#+++.#', '..#....#', '..######']);
});

test('[inspect-patches] invalid arguments are refused', () => {
  const net = chain({ relu: relu() });
  const images = tensor([1, 4, 4, 2]);
  expect(() => topPatches(net, images, {}, { path: 'relu', unit: 2 })).toThrow(
    "topPatches: unit must be below the 2 channels of 'relu', got 2 [inspect-patches]",
  );
  expect(() => topPatches(net, images, {}, { path: 'relu', unit: 0, count: 0 })).toThrow(/count must be/);
  expect(() => topPatches(net, images, {}, { path: 'pool', unit: 0 })).toThrow(/\[inspect-activations\]/);
  expect(() => topPatches(net, images, {}, { path: 'relu', units: 0 } as never)).toThrow(/\[layer-attributes\]/);
  expect(() => drawField(tensor([4, 4]), [])).toThrow(/\[height, width, 1 or 3\]/);
  expect(() => drawField(tensor([4, 4, 1]), [])).toThrow(TypeError);
});
