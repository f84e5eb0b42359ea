// Failures that are explained by arithmetic other than the declared one. It is tried from the narrowest bound to the widest.
// Spec oracle-profile.

import type { Tensor } from '../../tensor.ts';
import { type Outcome, partsOf } from '../ask/ask.ts';
import { checkParts } from '../ask/outputs.ts';
import { isOutside } from '../ask/verdict.ts';
import { type Bound, U } from '../bounds/bound.ts';
import { type Format, formats, type Narrowing, rounding as roundingOf } from '../bounds/formats.ts';
import { FINITE } from '../bounds/number-kinds.ts';
import { layerOf, operandsOf, workOf } from '../cases/tensors.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { isNonFinite } from '../values.ts';
import type { Declaration } from './finding.ts';
import { byRoundedOperands } from './rounded-operands.ts';
import { signed } from './signed-errors.ts';

interface Hypothesis {
  readonly declaration: Declaration;
  /** The format of every number that such an engine gives. */
  readonly stored?: Format;
}

const rounding = (parts: readonly (keyof Narrowing)[], formats: readonly Format[]): Hypothesis[] =>
  formats.map((format) => ({
    declaration: { precision: Object.fromEntries(parts.map((part) => [part, format])) },
    ...(parts.includes('output') && { stored: format }),
  }));

/** Operands rounded to float16 look like those rounded to tf32, since no operand is large or small enough to differ. */
const hypotheses: readonly Hypothesis[] = [
  { declaration: { subnormals: 'either' } },
  { declaration: { winograd: { m: 2, r: 3 } } },
  ...rounding(['output'], ['bfloat16', 'float16', 'tf32']),
  ...rounding(['operands', 'output'], ['bfloat16', 'float16', 'tf32']),
  ...rounding(['operands', 'accumulator', 'output'], ['bfloat16', 'float16', 'tf32']),
  ...rounding(['accumulator', 'output'], ['bfloat16', 'float16', 'tf32']),
  ...rounding(['operands'], ['tf32', 'bfloat16']),
  ...rounding(['accumulator'], ['float16', 'tf32', 'bfloat16']),
  { declaration: { winograd: { m: 4, r: 3 } } },
  { declaration: { fft: true } },
];

/** Fewer elements than this are no evidence, for an arithmetic or against it. */
const ELEMENTS = 4;
/** An arithmetic that explains a smaller share of the failures is not their cause; what it leaves has another one. */
const SHARE = 0.75;
/** An arithmetic predicts errors so many times those of float32, or its prediction says nothing. */
const COARSER = 64;
/** The rounded factors of a Fourier transform make all results smaller or larger alike, by so many units at most; in a longer
 * transform by more. */
const [SCALED, LONG] = [24 * U, 4096];

/** Every arithmetic is held against failures of less work than this. */
const SMALL = 20000;

/** Arithmetic, and the failures that it explains. */
export interface ExplainedByProfile {
  readonly profile: Declaration;
  readonly outcomes: readonly Outcome[];
  /** Whether its sums are cut off, not rounded. */
  readonly isCutOff?: boolean;
  /** Further failures, where they are. */
  readonly absorbed?: readonly Outcome[];
}

/**
 * The arithmetic that explains most of the failures, the first of equals, and predicts the right answers: where its results would be
 * coarser, they are. A bound that would hold anything is no evidence.
 */
export function byBounds(
  subject: EngineUnderTest,
  failures: readonly Outcome[],
  passes: readonly Outcome[],
): ExplainedByProfile | undefined {
  const isNumber = ({ case: { values } }: Outcome): boolean => !isNonFinite(values);
  const small = failures.filter(({ case: c }) => workOf(c) <= SMALL);
  if (small.length > 0 && small.length < failures.length) {
    // What explains the smaller ones is then held against the others too.
    const found = byBounds(subject, small, passes);
    const larger = failures.filter((each) => !small.includes(each));
    return (
      found && { ...found, outcomes: [...found.outcomes, ...larger.filter(isExplainedBy(found.profile, subject))] }
    );
  }
  const numbers = failures.filter(isNumber);
  const elements = numbers.reduce((sum, { verdict: { wrong } }) => sum + wrong, 0);
  if (elements < ELEMENTS) return undefined;
  const right = passes.filter((each) => isNumber(each) && each.theirs !== undefined);
  let [best, most]: [ExplainedByProfile | undefined, number] = [undefined, SHARE * numbers.length];
  for (const { declaration, stored = 'float32' } of hypotheses) {
    if (best?.profile.precision?.operands && isOfSums(declaration)) continue;
    const isKept = (each: Outcome): boolean => isStored(each, stored) && isSummed(each, declaration);
    const held = heldBy((each) => isKept(each) && isExplainedBy(declaration, subject)(each), failures, numbers, most);
    if (!held) continue;
    const explained = byRoundedOperands(declaration, held, subject);
    const count = explained.filter(isNumber).length;
    if (count < most || (best && count === most) || leans(declaration, explained, subject)) continue;
    if (right.some((each) => !isKept(each) || contradicts(declaration, each, subject))) continue;
    [best, most] = [{ profile: declaration, outcomes: explained }, count];
    if (count === numbers.length) break;
  }
  return best;
}

/** The failures of which something holds; undefined where it does not hold of so many of those with numbers. */
function heldBy(
  holds: (each: Outcome) => boolean,
  failures: readonly Outcome[],
  numbers: readonly Outcome[],
  most: number,
): readonly Outcome[] | undefined {
  const held = new Set<Outcome>();
  let left = numbers.length;
  for (const each of numbers.toSorted((a, b) => workOf(a.case) - workOf(b.case))) {
    if (holds(each)) held.add(each);
    else if (--left < most) return undefined;
  }
  return failures.filter((each) => held.has(each) || (!numbers.includes(each) && holds(each)));
}

/** Of rounded operands it is known what they give; of rounded sums alone, how far off they may be. */
const isOfSums = ({ precision }: Declaration): boolean =>
  precision?.accumulator !== undefined && precision.operands === undefined;

/** Whether sums of products that nothing is added to are numbers of the accumulator's format, where that alone is another one. */
function isSummed(outcome: Outcome, { precision: { accumulator, output, operands } = {} }: Declaration): boolean {
  if (accumulator === undefined || output !== undefined || operands !== undefined) return true;
  const { case: c } = outcome;
  const { kind, weight, bias } = familyOf(c.op).structure(c.op) ?? {};
  if (kind !== 'sum' || weight === undefined) return false;
  const hasBias = bias !== undefined && !c.gradient && operandsOf(c, layerOf(c))[bias] !== undefined;
  return hasBias || isStored(outcome, accumulator);
}

const isExplainedBy =
  (declaration: Declaration, subject: EngineUnderTest) =>
  (each: Outcome): boolean =>
    explainedBy(declaration, each, subject) && isOfSize(declaration, each, subject);

/** Whether all numbers of an answer are numbers of the format. */
function isStored({ theirs }: Outcome, format: Format): boolean {
  if (format === 'float32' || typeof theirs !== 'object' || theirs === null) return true;
  const tensors = ('data' in theirs ? [theirs] : Object.values(theirs)) as Partial<Tensor>[];
  return tensors.every((each) => each?.data?.every((value) => roundingOf(value, format, true) === 0) ?? true);
}

/** The elements of an answer with the bound of float32 and that of another arithmetic. */
function* elementsOf(
  declaration: Declaration,
  { case: c, theirs }: Outcome,
  subject: EngineUnderTest,
): Generator<{ readonly got: number; readonly i: number; readonly own: Bound; readonly wide: Bound }> {
  const wide = partsOf(declaring(declaration, subject), c);
  for (const [k, [part, { bound: own }]] of partsOf(subject, c).entries()) {
    const given = (part === 'y' ? theirs : (theirs as Partial<Record<string, unknown>>)[part]) as Tensor | undefined;
    for (let i = 0; i < (given?.data.length ?? 0); i++) yield { got: given!.data[i], i, own, wide: wide[k][1].bound };
  }
}

/**
 * Whether a right answer is far more precise than the arithmetic: operands that are rounded cannot be exact everywhere, nor can
 * sums of other than whole numbers.
 */
function contradicts({ precision = {} }: Declaration, outcome: Outcome, subject: EngineUnderTest): boolean {
  const { operands, accumulator } = precision;
  if (operands === undefined && (accumulator === undefined || outcome.case.values !== 'real')) return false;
  const told = operands === undefined ? { accumulator } : { operands };
  let precise = 0;
  for (const { i, own, wide } of elementsOf({ precision: told }, outcome, subject))
    if (wide.error[i] > COARSER * (own.error[i] + U * own.magnitude[i])) precise++;
  return precise >= ELEMENTS;
}

/**
 * Errors of independent roundings are of the size κ·√m·u·Σ|a·w| at most, κ = 8, as in oracle-suspect, and of either sign;
 * what transforms make of whole numbers is less than ½ away from them.
 */
function isOfSize(declaration: Declaration, outcome: Outcome, subject: EngineUnderTest): boolean {
  const { precision, winograd, fft } = declaration;
  const { accumulator, output = 'float32' } = precision ?? {};
  const most = Math.min(formats[output].most, formats[accumulator ?? output].most);
  if (outcome.theirs === undefined) return false;
  const errors = signed();
  for (const { got, i, own } of elementsOf(declaration, outcome, subject)) {
    if (!isOutside(own, i, got) || !(own.kinds[i] & FINITE)) continue;
    if (!Number.isFinite(got) && own.magnitude[i] >= most) continue;
    const off = got - own.value[i];
    if ((winograd || fft) && own.error[i] === 0 && Math.abs(off) >= 0.5) return false;
    if (accumulator === undefined) continue;
    const e = off / (formats[accumulator].u * own.magnitude[i]);
    if (Math.abs(e) > 8 * Math.sqrt(own.terms[i]) + 8) return false;
    errors.add(e);
  }
  return !errors.lean();
}

/** Whether the errors of all together grow with the values: those of transforms do not, since they are rounded to nearest. */
function leans(declaration: Declaration, explained: readonly Outcome[], subject: EngineUnderTest): boolean {
  if (!declaration.winograd && !declaration.fft) return false;
  const errors = signed();
  for (const each of explained) {
    if (each.verdict.wrong > LONG) continue;
    for (const { got, i, own } of elementsOf(declaration, each, subject)) {
      if (!isOutside(own, i, got) || !(own.kinds[i] & FINITE) || own.value[i] === 0) continue;
      const off = (got - own.value[i]) * Math.sign(own.value[i]);
      const scaled = declaration.fft ? SCALED * Math.abs(own.value[i]) : 0;
      errors.add((Math.sign(off) * Math.max(0, Math.abs(off) - scaled)) / own.magnitude[i]);
    }
  }
  return errors.lean();
}

/** Whether an answer that fails would pass if the engine declared this. */
export const explainedBy = (declaration: Declaration, outcome: Outcome, subject: EngineUnderTest): boolean =>
  outcome.verdict.kind === 'fail' &&
  outcome.theirs !== undefined &&
  !isFailure(checkParts(partsOf(declaring(declaration, subject), outcome.case), outcome.theirs).kind);

const declaring = (declaration: Declaration, subject: EngineUnderTest): EngineUnderTest => ({
  ...subject,
  traits: { ...subject.traits, ...declaration },
});

/** `operands and output rounded to float16` */
export function inWords({ precision, winograd, fft }: Declaration): string {
  if (fft) return 'fast Fourier transforms';
  if (winograd) return `Winograd's F(${winograd.m}×${winograd.m}, ${winograd.r}×${winograd.r})`;
  if (!precision) return 'subnormals that become 0';
  const parts = Object.keys(precision);
  const list = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0];
  const format = Object.values(precision)[0];
  return `${list} rounded to ${format === 'tf32' && !precision.output ? 'tf32 or float16' : format}`;
}
