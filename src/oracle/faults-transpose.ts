// Mistakes of transposed convolutions: the size of the output, its padding, the bias, images and groups.

import { places } from './dialect-results.ts';
import type { Fault } from './faults.ts';
import { axesOf, eachOutput, evaluate, isSame, type Prediction, type Setting } from './setting.ts';

const families = ['transpose'] as const;

/** How many taps reach each output, of one channel and filter. */
function tapsReached(s: Setting): Float64Array {
  const layer = s.layer.with({ attributes: { filters: 1, groups: 1, bias: false } });
  const x = {
    shape: [...shapeOfX(s).slice(0, -1), 1],
    data: new Float64Array(s.x.length / shapeOfX(s).at(-1)!).fill(1),
  };
  const shape = [...s.case.size, 1, 1];
  const weight = { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(1) };
  return layer.forward(x, { weight }).data as Float64Array;
}

const shapeOfX = ({ case: c }: Setting): readonly number[] => [c.batch, ...c.space, c.groups * c.channels];

/** y on other spatial sizes, the same cells from the start; new cells hold the bias. */
function resized(s: Setting, size: (n: number, axis: number) => number): Prediction | undefined {
  const y = evaluate(s);
  const shape = y.shape.map((n, i) => (i === 0 || i === y.shape.length - 1 ? n : size(n, i - 1)));
  if (shape.some((n) => n < 1)) return undefined;
  const F = y.shape[y.shape.length - 1];
  const data = Float64Array.from(places(y.shape, shape), (place, i) =>
    place < 0 ? (s.b?.[i % F] ?? 0) : y.data[place],
  );
  return { shape, data };
}

/** The outputs in the last cells of an axis that outputPadding added. */
function added(s: Setting, p: number, spatial: readonly number[]): boolean {
  return spatial.reduceRight((found, n, axis) => {
    const at = p % n;
    p = Math.floor(p / n);
    return found || at >= n - s.case.outputPadding[axis];
  }, false);
}

export const transposedFaults: readonly Fault[] = [
  {
    name: 'outputPadding were ignored',
    families,
    instead: (c) =>
      c.outputPadding.some((n) => n > 0) ? { ...c, outputPadding: c.outputPadding.map(() => 0) } : undefined,
  },
  {
    name: 'outputPadding were filled with zeros',
    families,
    result(s) {
      const y = evaluate(s);
      return eachOutput(s, y, (value, { p }) => (added(s, p, y.shape.slice(1, -1)) ? 0 : value));
    },
  },
  {
    name: 'a dilated kernel reached size + dilation − 1 cells: the output has another size',
    families,
    result: (s) =>
      isSame(s) ? undefined : resized(s, (n, i) => n - (axesOf(s)[i].size - 2) * (axesOf(s)[i].dilation - 1)),
  },
  {
    name: 'the bias were added with every tap',
    families,
    result(s) {
      if (!s.b) return undefined;
      const taps = tapsReached(s);
      const F = s.b.length;
      return eachOutput(s, evaluate(s), (y, { i, o }) => y + (taps[Math.floor(i / F)] - 1) * s.b![o]);
    },
  },
  {
    name: 'every group of a transposed convolution had the bias of the first',
    families,
    setting: (s) => (s.b && s.g.groups > 1 ? { ...s, b: s.b.map((_, o) => s.b![o % s.g.channels]) } : undefined),
  },
];
