// The number of windows on an axis and the cells that they cover, compared with a count cell by cell.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conv1d, conv2d, conv3d, maxPool1d, maxPool2d, SpecError, tensor } from '../src/index.ts';
import {
  type Axis,
  axisNames,
  cellsUnder,
  inputs,
  outputs,
  overlaps,
  readWindow,
  taps,
  threeAxes,
  windowAxes,
} from '../src/window.ts';

const whole = (min: number, max: number) => fc.integer({ min, max });
const numbers = { input: whole(1, 14), size: whole(1, 6), stride: whole(1, 5), dilation: whole(1, 3) };
const explicit = fc.record({ ...numbers, before: whole(0, 5), after: whole(0, 5), ceil: fc.boolean() });

function axisOf(
  window: { input: number; size: number; stride: number; dilation: number; ceil: boolean },
  padding: readonly [number, number] | 'same-upper' | 'same-lower',
): Axis {
  const { input, size, stride, dilation, ceil } = window;
  const pads = typeof padding === 'string' ? padding : [padding];
  return windowAxes('test', { size: [size], stride: [stride], dilation: [dilation], padding: pads, ceil }, [input])[0];
}

const fits = ({
  input,
  size,
  dilation,
  before,
  after,
}: { input: number; size: number; dilation: number } & Pick<Axis, 'before' | 'after'>): boolean =>
  (size - 1) * dilation + 1 <= input + before + after;

test('[window-output] the number of windows is that of a count along the padded axis', () => {
  fc.assert(
    fc.property(explicit.filter(fits), (w) => {
      let count = 0;
      for (let first = -w.before; first + (w.size - 1) * w.dilation < w.input + w.after; first += w.stride) count++;
      expect(axisOf({ ...w, ceil: false }, [w.before, w.after]).output).toBe(count);
    }),
  );
});

test('[window-ceil] windows are added until they cover the padded axis; a last one inside the padding at the end is dropped', () => {
  fc.assert(
    fc.property(explicit.filter(fits), (w) => {
      const end = (first: number): number => first + (w.size - 1) * w.dilation + 1;
      const firsts = [-w.before];
      while (end(firsts.at(-1)!) < w.input + w.after) firsts.push(firsts.at(-1)! + w.stride);
      if (firsts.at(-1)! >= w.input) firsts.pop();
      expect(axisOf({ ...w, ceil: true }, [w.before, w.after]).output).toBe(firsts.length);
    }),
  );
});

test('[window-ceil] [window-fit] a window that is longer than the padded axis counts if it would count with less than a stride more', () => {
  fc.assert(
    fc.property(
      explicit.filter((w) => !fits(w)),
      (w) => {
        const lacking = (w.size - 1) * w.dilation + 1 - (w.input + w.before + w.after);
        const output = (ceil: boolean) => axisOf({ ...w, ceil }, [w.before, w.after]).output;
        expect(() => output(false)).toThrow('[window-fit]');
        if (lacking >= w.stride) expect(() => output(true)).toThrow('[window-fit]');
        else expect(output(true)).toBe(1);
      },
    ),
  );
});

test('[window-ceil] the last window beyond the axis, the window that would cover only padding, and the default', () => {
  expect(maxPool1d({ size: 2 }).shape([1, 5, 1])).toEqual([1, 2, 1]);
  expect(maxPool1d({ size: 2, ceil: true }).shape([1, 5, 1])).toEqual([1, 3, 1]);
  expect(maxPool1d({ size: 2, stride: 3, padding: [[0, 1]], ceil: true }).shape([1, 3, 1])).toEqual([1, 1, 1]);
  expect(maxPool1d({ size: 3, padding: 'same', ceil: true }).shape([1, 7, 1])).toEqual([1, 3, 1]);
});

test('[window-same] ⌈n/s⌉ windows, with the least padding that they need, the odd cell after or before', () => {
  fc.assert(
    fc.property(fc.record({ ...numbers, ceil: fc.boolean() }), (w) => {
      const [upper, lower] = (['same-upper', 'same-lower'] as const).map((padding) => axisOf(w, padding));
      const last = (upper.output - 1) * w.stride + (w.size - 1) * w.dilation + 1;
      expect(upper.output).toBe(Math.ceil(w.input / w.stride));
      expect(upper.before + upper.after).toBe(Math.max(0, last - w.input));
      expect([0, 1]).toContain(upper.after - upper.before);
      expect({ ...lower, before: upper.before, after: upper.after }).toEqual(upper);
      expect([lower.before, lower.after]).toEqual([upper.after, upper.before]);
    }),
  );
});

test('[window-same] C6: same halves 5 cells to 3, valid to 2', () => {
  const shape = (padding: 'same' | 'valid') => conv1d({ filters: 1, size: 3, stride: 2, padding }).shape([1, 5, 1]);
  expect([shape('same'), shape('valid')]).toEqual([
    [1, 3, 1],
    [1, 2, 1],
  ]);
});

test('[window-padding] a number, a number per axis and a pair per axis are equivalent; pairs may differ', () => {
  const shape = (padding: Parameters<typeof maxPool2d>[0]['padding']) =>
    maxPool2d({ size: [3, 2], stride: 1, padding }).shape([1, 6, 6, 1]);
  expect(shape(2)).toEqual([1, 8, 9, 1]);
  expect(shape([2, 2])).toEqual(shape(2));
  expect(shape([[2, 2], 2])).toEqual(shape(2));
  expect(shape([[0, 3], 1])).toEqual([1, 7, 7, 1]);
  expect(conv1d({ filters: 1, size: 2, padding: [[1, 2]] }).shape([1, 4, 1])).toEqual([1, 6, 1]);
});

test('[window-padding] padding before moves the windows, padding after only adds some', () => {
  const y = (padding: [number, number]) =>
    conv1d({ filters: 1, size: 2, padding: [padding], bias: false }).forward(tensor([1, 3, 1], [1, 2, 3]), {
      weight: tensor([2, 1, 1], [10, 1]),
    }).data;
  expect([...y([1, 0])]).toEqual([1, 12, 23]);
  expect([...y([0, 1])]).toEqual([12, 23, 30]);
});

test('[window-fit] a window that just fits gives one output, a larger one is refused with the numbers', () => {
  const layer = conv1d({ filters: 1, size: 3, dilation: 4, padding: [[1, 2]] });
  expect(layer.shape([1, 6, 1])).toEqual([1, 1, 1]);
  expect(() => layer.shape([1, 5, 1])).toThrow(SpecError);
  expect(() => layer.shape([1, 5, 1])).toThrow(
    'conv1d: a window of 9 cells (size 3, dilation 4) must fit into the padded input, got 5 + 1 + 2 cells along the length [window-fit]',
  );
});

test('[window-dilation] tap k of window p lies on cell p·stride + k·dilation − before, or on padding', () => {
  fc.assert(
    fc.property(fc.array(explicit.filter(fits), { minLength: 1, maxLength: 3 }), (windows) => {
      const axes = windows.map((w) => axisOf(w, [w.before, w.after]));
      const places = (number: (axis: Axis) => number): number[][] =>
        axes.reduce<number[][]>(
          (all, axis) => all.flatMap((head) => Array.from({ length: number(axis) }, (_, i) => [...head, i])),
          [[]],
        );
      const expected = places((axis) => axis.output).map((p) =>
        places((axis) => axis.size).map((k) => {
          const cell = axes.map((axis, i) => p[i] * axis.stride + k[i] * axis.dilation - axis.before);
          const inside = cell.every((each, i) => each >= 0 && each < axes[i].input);
          return inside ? cell.reduce((row, each, i) => row * axes[i].input + each, 0) : -1;
        }),
      );
      const cells = new Int32Array(expected[0].length);
      for (const [p, row] of expected.entries()) {
        cellsUnder(threeAxes(axes), p, cells);
        expect([...cells]).toEqual(row);
      }
    }),
  );
});

test('[window-padding] what is no padding is refused: a wrong word or number by value, anything else by type', () => {
  const refused = (padding: unknown): unknown => {
    try {
      readWindow('test', 2, { size: 3, stride: 1, padding, dilation: 1 });
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const wanted =
    "padding must be 'valid', 'same', 'same-upper', 'same-lower', a number, or one number or pair per axis, got";
  expect(refused('full')).toBeInstanceOf(SpecError);
  expect(refused('full')).toMatchObject({ message: `test: ${wanted} 'full' [window-padding]` });
  for (const [value, shown] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
  ]) {
    expect(refused(value)).toBeInstanceOf(TypeError);
    expect(refused(value)).toMatchObject({ message: `test: ${wanted} ${shown} [window-padding]` });
  }
  expect(refused([1])).toMatchObject({
    message:
      'test: padding must have one number or one pair [before, after] for each of the 2 axes, got [1] [window-padding]',
  });
  for (const pair of [[], [1], [1, 2, 3]])
    expect(refused([0, pair])).toMatchObject({
      message: `test: padding of an axis must be a number or a pair [before, after], got [${pair.join(', ')}] [window-padding]`,
    });
  for (const value of [-1, 0.5, [-1, 0], [0, [0, -1]], [[0.5, 0], 0]])
    expect(refused(value)).toMatchObject({
      clause: 'window-padding',
      message: expect.stringMatching(/^test: padding must be a whole number/),
    });
  for (const value of [0, [0, 0], [[0, 0], 0], 'valid', 'same', 'same-upper', 'same-lower'])
    expect(refused(value)).toBe(undefined);
});

test('[window-size] [window-stride] [window-dilation] [window-ceil] each attribute is refused under its own clause', () => {
  const good = { size: 3, stride: 1, padding: 0, dilation: 1 };
  for (const name of ['size', 'stride', 'dilation'])
    for (const value of [0, 0.5, [1], [1, 0]])
      expect(() => readWindow('test', 2, { ...good, [name]: value })).toThrow(
        expect.objectContaining({ clause: `window-${name}`, message: expect.stringMatching(`^test: ${name} `) }),
      );
  expect(() => readWindow('test', 2, { ...good, ceil: 1 })).toThrow(/^test: ceil .* \[window-ceil\]$/);
});

test('[conv-rank] axes have names, and an error says which one is too short', () => {
  expect([1, 2, 3].map(axisNames)).toEqual([['length'], ['height', 'width'], ['depth', 'height', 'width']]);
  const size = 3;
  expect(() => conv2d({ filters: 1, size }).shape([1, 3, 2, 1])).toThrow(/along the width \[window-fit\]$/);
  expect(() => conv2d({ filters: 1, size }).shape([1, 2, 3, 1])).toThrow(/along the height \[window-fit\]$/);
  expect(() => conv3d({ filters: 1, size }).shape([1, 2, 3, 3, 1])).toThrow(/along the depth \[window-fit\]$/);
});

test('[window-output] cells, windows and taps of several axes are counted, and whether two windows overlap', () => {
  fc.assert(
    fc.property(fc.array(explicit.filter(fits), { minLength: 1, maxLength: 3 }), (windows) => {
      const axes = windows.map((w) => axisOf(w, [w.before, w.after]));
      const product = (numbers: number[]): number => numbers.reduce((all, number) => all * number);
      expect(inputs(axes)).toBe(product(axes.map(({ input }) => input)));
      expect(outputs(axes)).toBe(product(axes.map(({ output }) => output)));
      expect(taps(axes)).toBe(product(axes.map(({ size }) => size)));
      const second = (axis: Axis): number => (axis.output > 1 ? axis.stride : Number.POSITIVE_INFINITY);
      const reach = ({ size, dilation }: Axis): number => (size - 1) * dilation + 1;
      expect(overlaps(axes)).toBe(axes.some((axis) => second(axis) < reach(axis)));
    }),
  );
});
