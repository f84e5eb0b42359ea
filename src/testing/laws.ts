// Checking a layer against the laws of its kind.

import { finiteNumber, known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkShapes } from '../layer/flat-params.ts';
import type { Layer } from '../layer/layer.ts';
import { hash } from '../random.ts';
import { isList, reading } from '../reading.ts';
import { checkShape, type Shape } from '../tensor.ts';
import { exactLaws } from './exact-laws.ts';
import { exactFieldLaws, fieldLaws } from './field-laws.ts';
import fc from './install-fast-check.ts';
import { ownOf } from './layer-from.ts';
import { ownFailure, ownLaws } from './layer-from-laws.ts';
import { layerLaws } from './layer-laws.ts';
import { linearLaws } from './linear-laws.ts';
import { checkDrawn, wholeNumbers } from './numbers.ts';
import type { Law, Subject } from './points.ts';
import { smoothLaws } from './smooth-laws.ts';

/**
 * Which laws hold for a layer, in addition to those of every layer:
 * - `'affine'`: affine in x and in each single parameter (convolution, dense, average pooling, their chains and sums);
 * - `'homogeneous'`: f(a·x) = a·f(x) for a > 0 (max pooling, relu, their chains with layers without bias);
 * - `'smooth'`: differentiable nearly everywhere (sigmoid, a norm, a loss, any net);
 * - `'any'`: no additional law.
 */
export type Kind = 'affine' | 'homogeneous' | 'smooth' | 'any';

export interface LawOptions {
  /** The default is `'any'`. */
  readonly kind?: Kind;
  /** Whole numbers are multiples of this in x and dy, so that averages over 1, 2, 3, … cells can be whole too. */
  readonly unit?: number;
  /** The arbitraries for the numbers of single tensors: `{ variance: positive }`, `{ x: logits }`. */
  readonly numbers?: Subject['numbers'];
  /** Draws per law; the default is 25. */
  readonly runs?: number;
  /** A whole number: the same seed draws the same. Without it every call draws anew, and an error says its seed. */
  readonly seed?: number;
}

/**
 * The laws of a kind of layer, to be checked one by one.
 *
 * @example
 * lawsOf('homogeneous').map((law) => law.name).includes('positively homogeneous') // true
 */
export const lawsOf = (kind: Kind): readonly Law[] => {
  readKind('lawsOf', kind);
  const beyond: Record<Kind, readonly Law[]> = {
    affine: [...exactLaws, ...fieldLaws, ...exactFieldLaws, ...linearLaws.affine],
    homogeneous: [...exactLaws, ...fieldLaws, ...linearLaws.homogeneous],
    smooth: smoothLaws,
    any: [],
  };
  return [...layerLaws, ...beyond[kind]];
};

const readKind = (who: string, kind: unknown): Kind =>
  oneOf('layer-rules', who, 'kind', kind, ['affine', 'homogeneous', 'smooth', 'any']);

/**
 * Throws unless `layer` keeps every law of its kind on inputs of `shape`: promised shapes, gradients and rules, vjp's y
 * in the bits of forward, arguments untouched, same input same bits; then, by kind, exactness in whole numbers, the
 * receptive field, affinity, the adjoint identity, homogeneity, finite differences. Spec layer-rules.
 *
 * @throws {Error} naming the first law that does not hold, with the smallest counterexample found.
 * @throws {SpecError} layer-rules, layer-attributes for options that make no sense, and the clauses of the layer.
 * @example
 * laws(conv2d({ filters: 2, size: 3 }), [2, 5, 4, 3], { kind: 'affine' });
 */
export function laws(layer: Layer, shape: Shape, options: LawOptions = {}): void {
  const { subject, kind, runs, seed } = read('laws', layer, shape, options);
  const parameters = { numRuns: runs, seed: hash(seed, 'laws') | 0 };
  for (const law of [...ownLaws(layer), ...lawsOf(kind)]) {
    const details = fc.check(law.property(subject), parameters);
    if (!details.failed) continue;
    const again = `again with seed: ${seed}`;
    const own = ownFailure(law, subject, parameters);
    if (own !== undefined) throw new Error(`${own}\n${again}`);
    throw new Error(
      `${layer.name} on [${shape}] breaks the law '${law.name}': ${details.errorInstance}\n${fc.defaultReportMessage(details)}\n${again}`,
    );
  }
}

/**
 * The names of the laws that `layer` breaks: none for a right one. With a `seed` the same each time.
 *
 * @example
 * brokenLaws({ ...relu(), forward: (x) => x }, [2, 3], { kind: 'homogeneous' }).includes('vjp and forward agree') // true
 */
export function brokenLaws(layer: Layer, shape: Shape, options: LawOptions = {}): string[] {
  const { subject, kind, runs, seed } = read('brokenLaws', layer, shape, options);
  const parameters = { numRuns: runs, endOnFailure: true, seed: hash(seed, 'laws') | 0 };
  return [...ownLaws(layer), ...lawsOf(kind)]
    .filter((law) => fc.check(law.property(subject), parameters).failed)
    .map((law) => law.name);
}

/** Every option is checked, because a test of a law that does not exist would pass. */
function read(who: string, layer: Layer, shape: Shape, options: LawOptions) {
  checkLayer(who, layer);
  checkShape(who, shape);
  options = known(who, options, ['kind', 'unit', 'numbers', 'runs', 'seed'], 'options');
  checkShapes(who, layer.params(shape));
  const { unit = 1, numbers = {} } = options;
  if (typeof numbers !== 'object' || numbers === null || isList(numbers))
    throw wrongType('layer-rules', `${who}: numbers must be a record of arbitraries, got ${show(numbers)}`);
  const drawn = reading('layer-rules', who, 'numbers', () => Object.values(numbers));
  for (const each of drawn) checkDrawn(who, each, 'float32');
  const kind = readKind(who, options.kind ?? 'any');
  const runs = wholeNumber('layer-rules', who, 'runs', options.runs ?? 25, 1);
  wholeNumber('layer-rules', who, 'unit', unit, 1);
  if (options.seed !== undefined)
    finiteNumber('layer-rules', who, 'seed', options.seed, 'a whole number', Number.isSafeInteger);
  if (kind === 'smooth' && ownOf(layer)?.isNarrow)
    throw new SpecError(
      'layer-from',
      `${who}: finite differences need float64: a layer of float32 alone has no kind 'smooth', got ${show(kind)}`,
    );
  const seed = options.seed ?? fc.sample(fc.integer(), 1)[0];
  const multiples = wholeNumbers().map((value) => value * unit);
  const subject: Subject = {
    layer,
    shape,
    numbers: { ...(unit !== 1 && { x: multiples, dy: multiples }), ...numbers },
    unit,
  };
  return { subject, kind, runs, seed };
}
