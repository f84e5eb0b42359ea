// Gradients against central differences: n = (L(θ + h) − L(θ − h)) / 2h with h = 1e-5 · max(1, |θ|), in float64.

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import { toFloat64 } from '../convert.ts';
import { checkLayer, type Layer, type Params } from '../layer/layer.ts';
import { checkParams, flatParams, isStatistic, mapParams } from '../layer/params.ts';
import { random } from '../random.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import { isCorner, slopes } from './slopes.ts';

/**
 * What was found for x or one parameter. `kinks` of the `checked` entries lie at a corner of the function, where there is
 * no derivative to compare; where nothing but corners is found, `ok` is false.
 */
export interface GradientEntry {
  readonly name: string;
  readonly size: number;
  readonly checked: number;
  readonly kinks: number;
  /** By how much the point was moved to get away from corners; 0 as a rule. */
  readonly moved: number;
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
 * `Σ y·r` with fixed weights r. Float32 tensors are converted to float64 first. A tensor all of whose entries lie at corners
 * (the bias 0 of a filter on a black border) is compared at a point beside. Spec inspect-gradient-check.
 *
 * @throws {SpecError} inspect-gradient-check for a tolerance or samples not above 0, and the clauses of the layer.
 * @example
 * gradientCheck(dense({ units: 2 }), tensor([1, 3], [1, 2, 3]), { weight: tensor([3, 2]), bias: tensor([2]) }).ok // true
 */
export function gradientCheck(
  layer: Layer,
  x: Tensor,
  params: Params<Tensor>,
  options: GradientCheckOptions = {},
): GradientReport {
  const [who, clause] = ['gradientCheck', 'inspect-gradient-check'];
  checkLayer(who, layer);
  checkTensor(who, 'x', x);
  checkParams(who, params);
  known(who, options, ['tolerance', 'samples'], 'options');
  const { tolerance = 1e-6, samples = 200 } = options;
  finiteNumber(clause, who, 'tolerance', tolerance, 'a number above 0', (value) => value > 0);
  wholeNumber(clause, who, 'samples', samples, 1);
  const point = { x: toFloat64(x), params: toFloat64(params) };
  let entries = entriesAt(layer, point, 0, { tolerance, samples });
  for (const moved of MOVES) {
    const open = entries.filter(isOpen).map(({ name }) => name);
    if (open.length === 0) break;
    const found = entriesAt(layer, movedBy(moved, point), moved, { tolerance, samples }, open);
    entries = entries.map((entry) => found.find(({ name }) => name === entry.name) ?? entry);
  }
  entries = entries.map((entry) => ({ ...entry, ok: entry.ok && !isOpen(entry) }));
  return { ok: entries.every((entry) => entry.ok), entries, text: textOf(entries) };
}

/** Each twice as far as the one before: the further, the fewer of the corners that met at one point are still near. */
const MOVES = [1, 2, 4, 8, 16, 32, 64].map((far) => far / 128);

interface Point {
  readonly x: Tensor;
  readonly params: Params<Tensor>;
}

/** Nothing was compared. */
const isOpen = ({ checked, kinks }: GradientEntry): boolean => kinks === checked;

/** θ + u · far · max(1, |θ|) with u between −1 and 1; statistics, which are constants, stay. */
function movedBy(far: number, { x, params }: Point): Point {
  const { uniform } = random(0);
  const move = ({ shape, data }: Tensor): Tensor => ({
    shape,
    data: data.map((value) => value + (2 * uniform() - 1) * far * Math.max(1, Math.abs(value))),
  });
  return { x: move(x), params: mapParams(params, (value, name) => (isStatistic(name) ? value : move(value))) };
}

/** Compares x and the parameters, or those in `open`; running statistics have no gradient to compare. */
function entriesAt(
  layer: Layer,
  { x, params }: Point,
  moved: number,
  options: Required<GradientCheckOptions>,
  open?: readonly string[],
): GradientEntry[] {
  const [y, pull] = layer.vjp(x, params);
  const r = Float64Array.from(y.data, (_, i) => 1 + ((i * 7) % 11) / 8);
  const loss = (): number =>
    (layer.forward(x, params).data as Float64Array).reduce((sum, value, i) => sum + value * r[i], 0);
  const gradient = pull({ shape: y.shape, data: r });
  const analytic = flatParams(gradient.params);
  const pairs = Object.entries(flatParams(params)).map(([name, value]) => [name, value, analytic[name]] as const);
  return [['x', x, gradient.x] as const, ...pairs]
    .filter(([name]) => !isStatistic(name) && (open?.includes(name) ?? true))
    .map(([name, value, each]) => ({ name, moved, ...compare(value, each, loss, options) }));
}

function compare(
  value: Tensor,
  analytic: Tensor | undefined,
  loss: () => number,
  { tolerance, samples }: Required<GradientCheckOptions>,
): Omit<GradientEntry, 'name' | 'moved'> {
  const size = value.data.length;
  const checked = Math.min(size, samples);
  let [kinks, ok] = [0, true];
  let worst = { index: 0, analytic: 0, numeric: 0, error: -1 };
  for (let i = 0; i < checked; i++) {
    const index = Math.floor((i * size) / checked);
    const sides = slopes(value.data, index, loss);
    const [a, numeric] = [analytic?.data[index] ?? Number.NaN, (sides.before + sides.after) / 2];
    const scale = Math.max(1, Math.abs(a), Math.abs(numeric));
    const error = Math.abs(a - numeric) / scale;
    const passes = error < tolerance;
    if (!passes && isCorner(sides, a, tolerance * scale)) kinks++;
    else {
      ok &&= passes;
      if (!(error <= worst.error)) worst = { index, analytic: a, numeric, error };
    }
  }
  return { size, checked, kinks, ok, worst };
}

function textOf(entries: readonly GradientEntry[]): string {
  const width = Math.max(9, ...entries.map((entry) => entry.name.length));
  const line = (entry: GradientEntry): string => {
    const { index, analytic, numeric, error } = entry.worst;
    const found =
      error < 0
        ? 'nothing compared'
        : `worst ${error.toExponential(1)} at ${index}: gradient ${analytic.toPrecision(8)}, difference ${numeric.toPrecision(8)}`;
    const place = entry.moved > 0 ? ` (moved by up to ${entry.moved})` : '';
    return `${entry.ok ? 'ok  ' : 'FAIL'}  ${entry.name.padEnd(width)}  ${entry.checked} of ${entry.size} checked, ${entry.kinks} at a kink${place}, ${found}`;
  };
  return entries.map(line).join('\n');
}
