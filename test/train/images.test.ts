// Images and examples made ready: stacked, resized, grey, standardized, split; and what a classifier takes for what.

import { describe, expect, it } from 'vitest';
import { fromImageData, toImageData } from '../../src/formats/index.ts';
import { type Tensor, tensor } from '../../src/index.ts';
import {
  argmax,
  confusionMatrix,
  greyImages,
  minibatches,
  resizeImages,
  splitExamples,
  stackImages,
  standardize,
} from '../../src/train/index.ts';

describe('images', () => {
  it('[train-stack] are put one after the other; of other shapes or types they are refused', () => {
    const [a, b] = [tensor([1, 2, 2], [1, 2, 3, 4]), tensor([1, 2, 2], [5, 6, 7, 8])];
    expect(stackImages([a, b])).toEqual(tensor([2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]));
    expect(() => stackImages([])).toThrow('at least one image, got none [train-stack]');
    expect(() => stackImages([a, tensor([2, 1, 2])])).toThrow('got [2,1,2] at index 1 [train-stack]');
    expect(() => stackImages([a, tensor([1, 2, 2], undefined, 'float64')])).toThrow(TypeError);
    expect(() => stackImages(a as never)).toThrow(TypeError);
  });

  it('[train-resize] doubles and halves with half-pixel centres, each axis by itself, each image and channel by itself', () => {
    const line = (values: number[], width: number): number[] => [
      ...resizeImages(tensor([1, values.length, 1], values, 'float64'), { height: 1, width }).data,
    ];
    expect(line([0, 8], 4)).toEqual([0, 2, 6, 8]);
    expect(line([0, 4, 8, 20], 2)).toEqual([2, 14]);
    expect(line([0, 9, 18], 1)).toEqual([9]);
    expect(line([5], 3)).toEqual([5, 5, 5]);
    expect(line([1, 2, 3], 3)).toEqual([1, 2, 3]);
    expect(line([0, 1, 2, 3, 4], 3).map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0.333333333, 2, 3.666666667]);
    const two = tensor(
      [2, 2, 2, 2],
      Array.from({ length: 16 }, (_, i) => i * i),
    );
    const y = resizeImages(two, { height: 3, width: 5 });
    expect(y.shape).toEqual([2, 3, 5, 2]);
    for (const n of [0, 1])
      for (const c of [0, 1]) {
        const one = tensor(
          [2, 2, 1],
          [0, 1, 2, 3].map((i) => two.data[n * 8 + i * 2 + c]),
        );
        const own = resizeImages(one, { height: 3, width: 5 });
        expect([...own.data]).toEqual(Array.from({ length: 15 }, (_, i) => y.data[n * 30 + i * 2 + c]));
      }
    // Up and down of columns: the same as of rows, turned.
    const [tall, wide] = [tensor([3, 1, 1], [1, 5, 2]), tensor([1, 3, 1], [1, 5, 2])];
    expect(resizeImages(tall, { height: 7, width: 1 }).data).toEqual(resizeImages(wide, { height: 1, width: 7 }).data);
  });

  it('[train-resize] refuses other axes and sizes', () => {
    expect(() => resizeImages(tensor([4, 4]), { height: 2, width: 2 })).toThrow('[train-resize]');
    expect(() => resizeImages(tensor([4, 4, 1]), { height: 0, width: 2 })).toThrow('[train-resize]');
    expect(() => resizeImages(tensor([4, 4, 1]), { height: 2 } as never)).toThrow('[train-resize]');
    expect(() => resizeImages(tensor([4, 0, 1]), { height: 2, width: 2 })).toThrow('[train-resize]');
  });

  it('[train-grey] is the luma of colours, the first channel of others; alpha is left out', () => {
    const f = Math.fround;
    const colours = tensor([1, 1, 2, 4], [1, 0, 0, 0.5, 0.25, 0.5, 1, 0]);
    expect([...greyImages(colours).data]).toEqual([f(0.299), f(0.299 * 0.25 + 0.587 * 0.5 + 0.114)]);
    expect(greyImages(colours).shape).toEqual([1, 1, 2, 1]);
    expect([...greyImages(tensor([1, 2, 2], [3, 0, 4, 1])).data]).toEqual([3, 4]);
    expect([...greyImages(tensor([1, 2, 1], [3, 4])).data]).toEqual([3, 4]);
    expect(() => greyImages(tensor([1, 1, 5]))).toThrow('1 to 4 channels, got 5 in shape [1,1,5] [train-grey]');
  });

  it('[train-standardize] gives every channel the mean 0 and the deviation 1; a constant one is shifted', () => {
    const x = tensor([2, 2, 3], [1, 10, 7, 3, 20, 7, 5, 30, 7, 7, 40, 7], 'float64');
    const { x: y, mean, deviation } = standardize(x);
    expect(mean).toEqual([4, 25, 7]);
    expect(deviation).toEqual([Math.sqrt(5), Math.sqrt(125), 1]);
    for (const c of [0, 1, 2]) {
      const own = [0, 1, 2, 3].map((i) => y.data[i * 3 + c]);
      expect(own.reduce((sum, v) => sum + v, 0)).toBeCloseTo(0, 12);
      expect(own.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(c === 2 ? 0 : 4, 12);
    }
    expect(standardize(x, { mean, deviation }).x).toEqual(y);
    expect(standardize(x, standardize(x)).x).toEqual(y);
    for (const bad of [
      { mean: [1], deviation: [1] },
      { mean, deviation: [1, 0, 1] },
      { mean },
      { mean: [1, Number.NaN, 2], deviation },
    ])
      expect(() => standardize(x, bad as never)).toThrow('[train-standardize]');
    expect(() => standardize(tensor([3]))).toThrow('[train-standardize]');
  });

  it('[format-image-data] comes in and goes out with the same bytes', () => {
    const data = Uint8ClampedArray.from({ length: 2 * 3 * 4 }, (_, i) => (i * 37) % 256);
    const image = fromImageData({ width: 3, height: 2, data });
    expect(image.shape).toEqual([2, 3, 4]);
    expect(image.data[5]).toBe(Math.fround(data[5] / 255));
    const back = toImageData(image);
    expect([back.width, back.height, back.data]).toEqual([3, 2, data]);
    const colours = toImageData(fromImageData({ width: 3, height: 2, data }, 3)).data;
    expect([...colours]).toEqual([...data].map((byte, i) => (i % 4 === 3 ? 255 : byte)));
    expect([...toImageData(tensor([1, 1, 2], [2, -1])).data]).toEqual([255, 255, 255, 0]);
    expect([...toImageData(tensor([1, 1, 3], [Number.NaN, 0.5, 1])).data]).toEqual([0, 128, 255, 255]);
    const refused = (call: () => unknown) => expect(call).toThrow('[format-image-data]');
    refused(() => fromImageData({ width: 3, height: 3, data }));
    refused(() => fromImageData({ width: 0, height: 2, data }));
    refused(() => fromImageData({ width: 3, height: 2, data: [...data] }));
    refused(() => fromImageData({ width: 3, height: 2, data: new Float32Array(24) }));
    refused(() => fromImageData({ width: 3, height: 2, data }, 1 as never));
    refused(() => toImageData(tensor([2, 2])));
    refused(() => toImageData(tensor([2, 2, 5])));
  });

  it('[format-image-data] is an ImageData where the host has them', () => {
    class ImageData {
      readonly size: readonly number[];
      constructor(_data: unknown, width: number, height: number) {
        this.size = [width, height];
      }
    }
    Object.assign(globalThis, { ImageData });
    try {
      expect(toImageData(tensor([1, 2, 1]))).toBeInstanceOf(ImageData);
    } finally {
      Reflect.deleteProperty(globalThis, 'ImageData');
    }
  });
});

describe('splitExamples', () => {
  const x = tensor([10, 1], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const labels = Array.from({ length: 20 }, (_, i) => Math.floor(i / 2));

  it('[train-split] puts every example with its labels into one of two parts, by the seed', () => {
    const [train, test] = splitExamples({ x, labels }, { share: 0.25, seed: 4 });
    expect([train.x.shape, test.x.shape]).toEqual([
      [7, 1],
      [3, 1],
    ]);
    for (const part of [train, test]) expect([...part.labels]).toEqual([...part.x.data].flatMap((v) => [v, v]));
    expect([...train.x.data, ...test.x.data].sort()).toEqual([...x.data]);
    expect(splitExamples({ x, labels }, { share: 0.25, seed: 4 })).toEqual([train, test]);
    expect(splitExamples({ x, labels }, { share: 0.25, seed: 5 })).not.toEqual([train, test]);
    expect(minibatches(train, { size: 7 }).length).toBe(1);
  });

  it('[train-split] refuses shares that leave nothing', () => {
    for (const share of [0, 1, 0.01, 0.99, Number.NaN])
      expect(() => splitExamples({ x, labels }, { share })).toThrow('[train-split]');
    expect(() => splitExamples({ x, labels: [1] }, { share: 0.5 })).toThrow('[train-batches]');
    expect(() => splitExamples(null as never, { share: 0.5 })).toThrow(TypeError);
  });
});

describe('classes', () => {
  const logits: Tensor = tensor([2, 2, 3], [1, 5, 5, 7, 0, 2, 0, Number.NaN, 9, -3, -2, -1]);

  it('[train-argmax] is the first of the greatest, or the first NaN', () => {
    expect(argmax(logits)).toEqual([1, 0, 1, 2]);
    expect(argmax(tensor([3], [1, 2, 0]))).toEqual([1]);
    expect(() => argmax(tensor([2, 0]))).toThrow('[train-argmax]');
  });

  it('[train-confusion] counts label against argmax, ignored labels not', () => {
    expect([...confusionMatrix(logits, [1, 1, 0, 2]).data]).toEqual([0, 1, 0, 1, 1, 0, 0, 0, 1]);
    expect([...confusionMatrix(logits, [255, 1, 0, 255], { ignore: 255 }).data]).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 0]);
    expect(() => confusionMatrix(logits, [0, 1, 2, 3])).toThrow('[loss-labels]');
    expect(() => confusionMatrix(logits, [0, 1])).toThrow('[loss-labels]');
    expect(() => confusionMatrix(logits, [0, 1, 2, 0], { ignore: 0.5 })).toThrow('[loss-ignore]');
  });
});

it('[train-resize] a side of more than 2²⁰ cells is refused at once', () => {
  const wide = { height: 1, width: 1e9 };
  expect(() => resizeImages(tensor([1, 2, 1], [1, 2]), wide)).toThrow('width must be at most 1048576, got 1000000000');
  expect(resizeImages(tensor([1, 1, 1], [1]), { height: 1, width: 1 << 20 }).shape).toEqual([1, 1 << 20, 1]);
});
