// Failures that are explained by arithmetic other than the declared one. It is tried from the narrowest bound to the widest.
// Spec oracle-profile.

import type { Tensor } from '../../tensor.ts';
import { type Outcome, partsOf } from '../ask/ask.ts';
import { checkParts } from '../ask/outputs.ts';
import { isOutside } from '../ask/verdict.ts';
import { type Format, type Narrowing, rounding as roundingOf } from '../bounds/formats.ts';
import { FINITE } from '../bounds/number-kinds.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import type { Declaration } from './finding.ts';

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
  ...rounding(['operands'], ['tf32', 'bfloat16']),
  { declaration: { winograd: { m: 4, r: 3 } } },
];

/** Fewer wrong elements than this are no evidence. */
const ELEMENTS = 4;

/** The first that explains every one of the failures. */
export function profileOf(subject: EngineUnderTest, failures: readonly Outcome[]): Declaration | undefined {
  const numbers = failures.filter(({ case: { values } }) => values !== 'nan' && values !== 'infinite');
  const elements = numbers.reduce((sum, { verdict: { wrong } }) => sum + wrong, 0);
  if (elements < ELEMENTS) return undefined;
  const explains = ({ declaration, stored = 'float32' }: Hypothesis): boolean =>
    failures.every((each) => isStored(each, stored) && explainedBy(declaration, each, subject));
  return hypotheses.find(explains)?.declaration;
}

/** Whether all numbers of an answer are numbers of the format. */
function isStored({ theirs }: Outcome, format: Format): boolean {
  if (format === 'float32' || typeof theirs !== 'object' || theirs === null) return true;
  const tensors = ('data' in theirs ? [theirs] : Object.values(theirs)) as Partial<Tensor>[];
  return tensors.every((each) => each?.data?.every((value) => roundingOf(value, format, true) === 0) ?? true);
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

/** How many failures are measured, and the distance beyond which a value is not merely rounded. */
const [MEASURED, COARSE] = [50, 1e-3];

/** How far the values of unnamed failures are from the right ones in units of Σ|a·w|, if they are close enough to be rounded. */
export function closeness(subject: EngineUnderTest, failures: readonly Outcome[]): number | undefined {
  let most = 0;
  for (const { case: c, theirs, verdict } of failures.slice(0, MEASURED)) {
    if (verdict.kind !== 'fail' || theirs === undefined) return undefined;
    for (const [part, { bound }] of partsOf(subject, c)) {
      const given = (part === 'y' ? theirs : (theirs as Partial<Record<string, unknown>>)[part]) as Tensor | undefined;
      for (let i = 0; i < (given?.data.length ?? 0); i++) {
        if (!isOutside(bound, i, given!.data[i])) continue;
        const off = Math.abs(given!.data[i] - bound.value[i]) / bound.magnitude[i];
        if (!(off < COARSE) || !(bound.kinds[i] & FINITE)) return undefined;
        most = Math.max(most, off);
      }
    }
  }
  return most > 0 ? most : undefined;
}

/** `operands and output rounded to float16` */
export function inWords({ precision, winograd }: Declaration): string {
  if (winograd) return `Winograd's F(${winograd.m}×${winograd.m}, ${winograd.r}×${winograd.r})`;
  if (!precision) return 'subnormals that become 0';
  const parts = Object.keys(precision);
  const list = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0];
  const format = Object.values(precision)[0];
  return `${list} rounded to ${format === 'tf32' && !precision.output ? 'tf32 or float16' : format}`;
}
