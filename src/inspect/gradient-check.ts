// Gradients against central differences: n = (L(θ + h) − L(θ − h)) / 2h with h = 1e-5 · max(1, |θ|), in float64.

import { toFloat64 } from '../convert.ts';
import type { Layer, Params } from '../layer.ts';
import type { Tensor } from '../tensor.ts';

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

/** The tensors of two nested records, by flat name. */
function matching(p: Params<Tensor>, gradients: Params<Tensor>, path: string): [string, Tensor, Tensor][] {
  return Object.entries(p).flatMap(([name, value]): [string, Tensor, Tensor][] => {
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
    const { numeric, kink } = difference(value.data, index, loss);
    const a = analytic.data[index];
    const error = Math.abs(a - numeric) / Math.max(1, Math.abs(a), Math.abs(numeric));
    const passes = error < tolerance;
    if (!passes && kink) kinks++;
    else {
      ok &&= passes;
      if (!(error <= worst.error)) worst = { index, analytic: a, numeric, error };
    }
  }
  return { name, size, checked, kinks, ok, worst };
}

/**
 * The central difference at one entry, and whether the slopes on its two sides differ by more than curvature explains:
 * halving the step halves the difference of the slopes of a smooth function, but not that of a corner.
 */
function difference(data: Tensor['data'], index: number, loss: () => number): { numeric: number; kink: boolean } {
  const theta = data[index];
  const at = (value: number): number => {
    data[index] = value;
    return loss();
  };
  const h = 1e-5 * Math.max(1, Math.abs(theta));
  const middle = at(theta);
  const [up, down] = [at(theta + h), at(theta - h)];
  const [halfUp, halfDown] = [at(theta + h / 2), at(theta - h / 2)];
  data[index] = theta;
  const bend = Math.abs(up - 2 * middle + down) / h;
  const halfBend = Math.abs(halfUp - 2 * middle + halfDown) / (h / 2);
  const noise = (1e-15 * (Math.abs(middle) + 1)) / h;
  return {
    numeric: (up - down) / (2 * h),
    kink: Math.max(bend, halfBend) > 1e-4 * Math.max(1, Math.abs(up - down) / h) + 100 * noise,
  };
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
