// Mistakes of Lp pools: another power, another norm, another sign.

import { pow } from '../../reference/math.ts';
import type { Prediction, Predictions, Setting } from '../mistake.ts';

interface LpSetting extends Setting {
  readonly x: Float64Array;
}

/** A mistake that any Lp pool may make. */
interface LpMistake<S> {
  readonly name: string;
  result?(s: S): Prediction | undefined;
  gradient?(s: S): Predictions | undefined;
}

export const powerOf = (s: Setting): number => s.layer.attributes.p as number;

/** `windowsOf`: the places in x of the cells of each output. */
export function lpMistakes<S extends LpSetting>(
  windowsOf: (s: S) => readonly (readonly number[])[],
): readonly LpMistake<S>[] {
  /** Another power of every output. */
  const outcome = (name: string, f: (y: number, p: number, cells: number) => number): LpMistake<S> => ({
    name,
    result(s) {
      const { shape, data } = s.evaluate(s);
      const windows = windowsOf(s);
      return { shape, data: data.map((y, i) => f(y, powerOf(s), windows[i].length)) };
    },
  });
  /** Another norm of every window. */
  const norm = (name: string, f: (cells: readonly number[], p: number) => number): LpMistake<S> => ({
    name,
    result(s) {
      const values = windowsOf(s).map((cells) => cells.map((at) => s.x[at]));
      return { shape: s.evaluate(s).shape, data: Float64Array.from(values, (cells) => f(cells, powerOf(s))) };
    },
  });
  return [
    outcome('the root were not taken', (y, p) => pow(y, p)),
    outcome('the mean of the powers were taken instead of their sum', (y, p, cells) => y / pow(cells, 1 / p)),
    norm('the maximum of the magnitudes were taken', (cells) =>
      cells.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
    ),
    norm('odd powers kept their sign', (cells, p) => {
      const sum = cells.reduce((total, x) => total + (p % 2 === 1 ? Math.sign(x) : 1) * pow(Math.abs(x), p), 0);
      return Math.sign(sum) * pow(Math.abs(sum), 1 / p);
    }),
    {
      name: 'the gradient lost the sign of x',
      gradient(s) {
        const { shape, data } = s.gradients(s).x;
        return { x: { shape, data: data.map((d, i) => (s.x[i] < 0 ? -d : d)) } };
      },
    },
  ];
}
