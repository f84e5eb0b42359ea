// Gradients against central differences: n = (L(θ + h) − L(θ − h)) / 2h with h = 1e-5 · max(1, |θ|), in float64.

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import { toFloat64 } from '../convert.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkedVjp } from '../layer/checked-vjp.ts';
import { trainedIn } from '../layer/declared-params.ts';
import { checkParams, flatParams, mapParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { random } from '../random.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import { bestDifference, isBent, isCorner, isFlat, slopes } from './one-sided-slopes.ts';

/**
 * What was found for x or one parameter. `kinks` of the `checked` entries are at a corner of the function, where there is
 * no derivative to compare; if all entries are at corners, `ok` is false. `unsure` of them agree, but no difference
 * quotient is precise enough to tell them from a gradient that is wrong by more than the tolerance.
 */
export interface GradientEntry {
  readonly name: string;
  readonly size: number;
  readonly checked: number;
  readonly kinks: number;
  readonly unsure: number;
  /** By how much the point was moved away from corners; usually 0. */
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
  /** The greatest relative error |a − n| / max(|a|, |n|) that passes. */
  readonly tolerance?: number;
  /** At most this many entries of each tensor are checked, evenly spaced. */
  readonly samples?: number;
}

/**
 * Compares the gradients of a layer or net with central differences, for x and every parameter, each entry on its own
 * scale. The scalar is `Σ y·r` with fixed weights r. Float32 tensors are converted to float64 first. A tensor all of
 * whose entries are at corners (the bias 0 of a filter on a black border) is compared at a nearby point. Spec
 * inspect-gradient-check.
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
  options = known(who, options, ['tolerance', 'samples'], 'options');
  const { tolerance = 1e-6, samples = 200 } = options;
  finiteNumber(clause, who, 'tolerance', tolerance, 'a number above 0', (value) => value > 0);
  wholeNumber(clause, who, 'samples', samples, 1);
  const point = { x: toFloat64(x), params: toFloat64(params), isTrained: trainedIn(layer, x.shape) };
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

/**
 * Each distance is twice the one before: the greater it is, the fewer of the corners at the first point are still near.
 */
const MOVES = [1, 2, 4, 8, 16, 32, 64].map((far) => far / 128);

interface Point {
  readonly x: Tensor;
  readonly params: Params<Tensor>;
  readonly isTrained: (name: string) => boolean;
}

/** Nothing was compared. */
const isOpen = ({ checked, kinks }: GradientEntry): boolean => kinks === checked;

/** θ + u · far · max(1, |θ|) with u between −1 and 1; statistics, which are constants, stay. */
function movedBy(far: number, { x, params, isTrained }: Point): Point {
  const { uniform } = random(0);
  const move = ({ shape, data }: Tensor): Tensor => ({
    shape,
    data: data.map((value) => value + (2 * uniform() - 1) * far * Math.max(1, Math.abs(value))),
  });
  return { x: move(x), params: mapParams(params, (value, name) => (isTrained(name) ? move(value) : value)), isTrained };
}

/** Compares x and the parameters, or those in `open`; running statistics have no gradient to compare. */
function entriesAt(
  layer: Layer,
  { x, params, isTrained }: Point,
  moved: number,
  options: Required<GradientCheckOptions>,
  open?: readonly string[],
): GradientEntry[] {
  const [y, pull] = checkedVjp('gradientCheck', layer, x, params);
  const r = Float64Array.from(y.data, (_, i) => 1 + ((i * 7) % 11) / 8);
  const terms = (): Float64Array => (layer.forward(x, params).data as Float64Array).map((value, i) => value * r[i]);
  const gradient = pull({ shape: y.shape, data: r });
  const analytic = flatParams(gradient.params);
  const pairs = Object.entries(flatParams(params)).map(([name, value]) => [name, value, analytic[name]] as const);
  return [['x', x, gradient.x] as const, ...pairs]
    .filter(([name]) => isTrained(name) && (open?.includes(name) ?? true))
    .map(([name, value, each]) => ({ name, moved, ...compare(value, each, terms, options) }));
}

function compare(
  value: Tensor,
  analytic: Tensor | undefined,
  terms: () => Float64Array,
  { tolerance, samples }: Required<GradientCheckOptions>,
): Omit<GradientEntry, 'name' | 'moved'> {
  const size = value.data.length;
  const checked = Math.min(size, samples);
  let [kinks, unsure, ok] = [0, 0, true];
  let worst = { index: 0, analytic: 0, numeric: 0, error: -1 };
  for (let i = 0; i < checked; i++) {
    const index = Math.floor((i * size) / checked);
    const a = analytic?.data[index] ?? Number.NaN;
    const found = judge(value.data, index, a, terms, tolerance);
    if (found.kind === 'kink') kinks++;
    else {
      if (found.kind === 'unsure') unsure++;
      else if (!(found.error <= worst.error))
        worst = { index, analytic: a, numeric: found.numeric, error: found.error };
      ok &&= found.kind !== 'wrong';
    }
  }
  return { size, checked, kinks, unsure, ok, worst };
}

interface Judgement {
  readonly kind: 'right' | 'wrong' | 'unsure' | 'kink';
  readonly numeric: number;
  readonly error: number;
}

/**
 * The usual step decides nearly always. Where it does not, the step with the least uncertainty decides, so that a small
 * gradient is hidden neither by large ones nor by the rounding of large outputs.
 */
function judge(
  data: Tensor['data'],
  index: number,
  a: number,
  terms: () => Float64Array,
  tolerance: number,
): Judgement {
  const by = (numeric: number) => {
    const scale = Math.max(Math.abs(a), Math.abs(numeric));
    return { numeric, scale, error: a === numeric ? 0 : Math.abs(a - numeric) / scale };
  };
  const sides = slopes(data, index, terms);
  const usual = by((sides.before + sides.after) / 2);
  const isNothing = usual.scale === 0 && !isFlat(data, index, terms);
  if (usual.error < tolerance && !isNothing) return { kind: 'right', ...usual };
  const slack = tolerance * usual.scale + sides.noise;
  const { value, doubt } = bestDifference(data, index, terms);
  const best = by(value);
  const agrees = Math.abs(a - value) <= tolerance * best.scale + doubt;
  if (agrees && isBent(sides, slack)) return { kind: 'kink', ...best };
  if (agrees) return { kind: doubt <= tolerance * best.scale ? 'right' : 'unsure', ...best };
  return { kind: isBent(sides, slack) && isCorner(sides, a, slack) ? 'kink' : 'wrong', ...best };
}

function textOf(entries: readonly GradientEntry[]): string {
  const width = Math.max(9, ...entries.map((entry) => entry.name.length));
  const line = (entry: GradientEntry): string => {
    const { index, analytic, numeric, error } = entry.worst;
    const found =
      error < 0
        ? 'nothing compared'
        : `worst ${error.toExponential(1)} at ${index}: gradient ${analytic.toPrecision(8)}, difference ${numeric.toPrecision(8)}`;
    const unsure = entry.unsure > 0 ? `, ${entry.unsure} too small to tell` : '';
    const place = entry.moved > 0 ? ` (moved by up to ${entry.moved})` : '';
    return `${entry.ok ? 'ok  ' : 'FAIL'}  ${entry.name.padEnd(width)}  ${entry.checked} of ${entry.size} checked, ${entry.kinks} at a kink${unsure}${place}, ${found}`;
  };
  return entries.map(line).join('\n');
}
