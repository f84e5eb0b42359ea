// Large nodes made smaller: what is kept of them belongs together, and known mistakes give the same there.

import { expect, test } from 'vitest';
import { conv1d, conv2d, dense, initialize, type Layer, maxPool2d, type Params, type Tensor } from '../../src/index.ts';
import type { Asked } from '../../src/judge/cut-case.ts';
import { narrowed, wrongIn } from '../../src/judge/smaller-node.ts';
import { isOutside } from '../../src/oracle/ask/verdict.ts';
import { familyOf } from '../../src/oracle/families/index.ts';
import { mistakesIn } from '../../src/oracle/findings/one-answer.ts';
import { indexAt, placeOf } from '../../src/places.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';

const drawn = (shape: readonly number[]): Tensor => {
  const { uniform } = random(5);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1) };
};

/** The layer, and an engine that computes another one in these output channels. */
function asked(
  layer: Layer,
  other: Layer,
  x: Tensor,
  channels: (o: number) => boolean,
  change = (p: Params<Tensor>) => p,
): Asked {
  const params = initialize(layer, x.shape, { seed: 2 });
  const operands = { x, ...params } as Asked['operands'];
  const y = layer.forward(x, params);
  const theirs = other.forward(x, change(params));
  const C = y.shape[y.shape.length - 1];
  theirs.data.forEach((_, i) => {
    if (!channels(i % C)) theirs.data[i] = y.data[i];
  });
  const bound = familyOf(layer.name).bounds(layer, operands, {}).y;
  const wrong = Array.from(theirs.data.keys())
    .filter((i) => isOutside(bound, i, theirs.data[i]))
    .map((i) => placeOf(y.shape, i));
  return { layer, operands, bound, theirs, wrong };
}

const namesOf = ({ layer, operands, bound, theirs }: Asked, wrong: number): readonly string[] =>
  mistakesIn(layer, operands, bound, theirs, { part: 'y', kind: 'fail', wrong, message: '' } as never, 1e9);

const image = drawn([2, 6, 5, 12]);
const pads = (before: number, after: number) => ({
  padding: [
    [before, after],
    [1, 1],
  ] as const,
});

const nodes: readonly (readonly [string, Layer, Layer, Tensor])[] = [
  ['conv2d', conv2d({ filters: 8, size: 3, ...pads(1, 1) }), conv2d({ filters: 8, size: 3, ...pads(0, 2) }), image],
  [
    'groups',
    conv2d({ filters: 8, size: 3, groups: 4, ...pads(1, 1) }),
    conv2d({ filters: 8, size: 3, groups: 4, ...pads(0, 2) }),
    image,
  ],
  [
    'depthwise',
    conv2d({ filters: 12, size: 3, groups: 12, ...pads(1, 1) }),
    conv2d({ filters: 12, size: 3, groups: 12, ...pads(0, 2) }),
    image,
  ],
  [
    'conv1d',
    conv1d({ filters: 6, size: 2, bias: false }),
    conv1d({ filters: 6, size: 2, bias: false }),
    drawn([3, 7, 4]),
  ],
  ['dense', dense({ units: 9 }), dense({ units: 9 }), drawn([4, 10])],
  [
    'maxPool2d',
    maxPool2d({ size: 3, stride: 1, ...pads(1, 1) }),
    maxPool2d({ size: 3, stride: 1, ...pads(0, 2) }),
    image,
  ],
];

test.each(nodes)(
  '[judge-finding] what is kept of a large %s is computed as in the whole, and a right part is kept',
  (_, layer, other, x) => {
    const all = asked(layer, other, x, (o) => o > 2);
    const C = all.theirs.shape[all.theirs.shape.length - 1];
    expect(narrowed(all, 1e9)).toBe(all);
    for (const parts of [2, 3, 5]) {
      const cost = layer.cost(x.shape) || all.theirs.data.length * 9;
      const part = narrowed(all, Math.ceil((cost * parts) / C) + 1);
      const { x: own, ...params } = part.operands;
      const y = part.layer.forward(own, params as Params<Tensor>);
      expect(y.shape).toEqual(part.theirs.shape);
      expect(part.theirs.shape.at(-1)).toBeLessThan(C);
      // Every number of the part is the right one within its bound, so all of it was kept in one order.
      expect(y.data.every((value, i) => !isOutside(part.bound, i, value))).toBe(true);
      for (const place of part.wrong) {
        const i = indexAt(part.theirs.shape, place);
        expect(isOutside(part.bound, i, part.theirs.data[i])).toBe(true);
      }
      expect(part.wrong.length).toBe(wrongIn(part));
    }
  },
);

test('[judge-finding] known mistakes are found in a part, and not where a right part contradicts them', () => {
  const layer = conv2d({ filters: 8, size: 3, padding: 1 });
  const flipped = (p: Params<Tensor>): Params<Tensor> => {
    const { shape, data } = p.weight as Tensor;
    const row = sizeOf(shape.slice(2));
    const turned = data.map((_, i) => data[i + (2 - 2 * (Math.floor(i / row) % 3)) * row]);
    return { ...p, weight: { shape, data: turned } };
  };
  const most = layer.cost(image.shape) / 3;
  const name = 'the kernel were flipped on the last axis';
  const everywhere = narrowed(
    asked(layer, layer, image, () => true, flipped),
    most,
  );
  expect(everywhere.theirs.shape).toEqual([2, 6, 5, 2]);
  expect(namesOf(everywhere, wrongIn(everywhere))).toEqual([name]);
  const inSome = narrowed(
    asked(layer, layer, image, (o) => o > 5, flipped),
    most,
  );
  expect(namesOf(inSome, wrongIn(inSome))).toEqual([]);
});
