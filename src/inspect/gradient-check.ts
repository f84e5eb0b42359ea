// Gradients against central differences: n = (L(θ + h) − L(θ − h)) / 2h with h = 1e-5 · max(1, |θ|), in float64.

import { toFloat64 } from '../convert.ts';
import type { Layer, Params } from '../layer.ts';
import type { Tensor } from '../tensor.ts';
import { isStatistic } from './summary.ts';

/** What was found for x or one parameter. `kinks` entries lie at a corner of the function, where there is no derivative to compare. */
export interface GradientEntry {
  readonly name: string;
  readonly size: number;
  readonly checked: number;
  readonly kinks: number;
  readonly ok: boolean;
  readonly worst: {
    readonly index: number;
    readonly analytic: number;
    readonly numeric: number;
    readonly error: number;
  };
}

export interface GradientReport {
  readonly ok: boolean;
  readonly entries: readonly GradientEntry[];
  /** The report as a table. */
  readonly text: string;
}

export interface GradientCheckOptions {
  /** Greatest relative error |a − n| / max(1, |a|, |n|) that passes. */
  readonly tolerance?: number;
  /** At most this many entries of each tensor are checked, evenly spaced. */
  readonly samples?: number;
}

/**
 * Compares the gradients of a layer or net with central differences, for x and every parameter. The scalar is
 * `Σ y·r` with fixed weights r. Float32 tensors are converted to float64 first. Spec inspect-gradient-check.
 *
 * @example
 * gradientCheck(dense({ units: 2 }), tensor([1, 3], [1, 2, 3]), { weight: tensor([3, 2]), bias: tensor([2]) }).ok // true
 */
export function gradientCheck(
  layer: Layer,
  x: Tensor,
  params: Params<Tensor>,
  { tolerance = 1e-6, samples = 200 }: GradientCheckOptions = {},
): GradientReport {
  const [input, p] = [toFloat64(x), toFloat64(params)];
  const [y, pull] = layer.vjp(input, p);
  const r = Float64Array.from(y.data, (_, i) => 1 + ((i * 7) % 11) / 8);
  const loss = (): number =>
    (layer.forward(input, p).data as Float64Array).reduce(
      (sum: number, value: number, i: number) => sum + value * r[i],
      0,
    );
  const gradient = pull({ shape: y.shape, data: r });
  const pairs: [string, Tensor, Tensor][] = [['x', input, gradient.x], ...matching(p, gradient.params, '')];
  const entries = pairs.map(([name, value, analytic]) => checkEntries(name, value, analytic, loss, tolerance, samples));
  return { ok: entries.every((entry) => entry.ok), entries, text: textOf(entries) };
}

/** The tensors of two nested records, by flat name; running statistics are constants and have no gradient to compare. */
function matching(p: Params<Tensor>, gradients: Params<Tensor>, path: string): [string, Tensor, Tensor][] {
  return Object.entries(p).flatMap(([name, value]): [string, Tensor, Tensor][] => {
    if (isStatistic(name, value)) return [];
    const flat = path === '' ? name : `${path}.${name}`;
    return 'data' in value
      ? [[flat, value as Tensor, gradients[name] as Tensor]]
      : matching(value as Params<Tensor>, gradients[name] as Params<Tensor>, flat);
  });
}

function checkEntries(
  name: string,
  value: Tensor,
  analytic: Tensor,
  loss: () => number,
  tolerance: number,
  samples: number,
): GradientEntry {
  const size = value.data.length;
  const checked = Math.min(size, samples);
  let [kinks, ok] = [0, true];
  let worst = { index: 0, analytic: 0, numeric: 0, error: -1 };
  for (let i = 0; i < checked; i++) {
    const index = Math.floor((i * size) / checked);
    const sides = slopes(value.data, index, loss);
    const [a, numeric] = [analytic.data[index], (sides.before + sides.after) / 2];
    const scale = Math.max(1, Math.abs(a), Math.abs(numeric));
    const error = Math.abs(a - numeric) / scale;
    const passes = error < tolerance;
    if (!passes && isCorner(sides, a, tolerance * scale)) kinks++;
    else {
      ok &&= passes;
      if (!(error <= worst.error)) worst = { index, analytic: a, numeric, error };
    }
  }
  return { name, size, checked, kinks, ok, worst };
}

interface Slopes {
  readonly before: number;
  readonly after: number;
  /** By how much the two differ, and by how much those of half the step do. */
  readonly bend: number;
  readonly halfBend: number;
}

/** The slopes on the two sides of one entry; their mean is the central difference. */
function slopes(data: Tensor['data'], index: number, loss: () => number): Slopes {
  const theta = data[index];
  const at = (value: number): number => {
    data[index] = value;
    return loss();
  };
  const h = 1e-5 * Math.max(1, Math.abs(theta));
  const middle = at(theta);
  const sides = (step: number): [before: number, after: number] => [
    (middle - at(theta - step)) / step,
    (at(theta + step) - middle) / step,
  ];
  const [[before, after], [halfBefore, halfAfter]] = [sides(h), sides(h / 2)];
  data[index] = theta;
  return { before, after, bend: Math.abs(after - before), halfBend: Math.abs(halfAfter - halfBefore) };
}

/**
 * Whether the slopes tell of a corner: the gradient of either side of one lies between them; and where several meet, as
 * ties of maxima on a flat image do, halving the step does not halve their difference, as it does where all is smooth.
 */
function isCorner({ before, after, bend, halfBend }: Slopes, a: number, slack: number): boolean {
  const between = a >= Math.min(before, after) - slack && a <= Math.max(before, after) + slack;
  const most = Math.max(bend, halfBend);
  return between || (most > slack && Math.abs(halfBend - bend / 2) > most / 10);
}

function textOf(entries: readonly GradientEntry[]): string {
  const width = Math.max(9, ...entries.map((entry) => entry.name.length));
  const line = (entry: GradientEntry): string => {
    const { index, analytic, numeric, error } = entry.worst;
    const found =
      error < 0
        ? 'only kinks'
        : `worst ${error.toExponential(1)} at ${index}: gradient ${analytic.toPrecision(8)}, difference ${numeric.toPrecision(8)}`;
    return `${entry.ok ? 'ok  ' : 'FAIL'}  ${entry.name.padEnd(width)}  ${entry.checked} of ${entry.size} checked, ${entry.kinks} at a kink, ${found}`;
  };
  return entries.map(line).join('\n');
}
