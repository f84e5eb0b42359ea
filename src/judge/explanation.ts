// Which declaration would explain a node that fails: other arithmetic than float32 sums. An explanation must predict: its
// operands are rounded as it says, its results are numbers of the format that it says. Spec judge-explanation.

import { isFloat } from '../onnx/element-types.ts';
import type { PlannedNode } from '../onnx/plan.ts';
import { type Format, formats, rounding, unitAt } from '../oracle/bounds/formats.ts';
import { mayTransform } from '../oracle/bounds/winograd.ts';
import type { Declaration } from '../oracle/findings/finding.ts';
import { inWords } from '../oracle/findings/other-arithmetic.ts';
import type { Tensor } from '../tensor.ts';
import type { Declared, Enclosure } from './enclosure.ts';
import { enclosed } from './rules-by-operator.ts';
import { verdictOn } from './verdict.ts';

export interface Failure {
  readonly planned: PlannedNode;
  readonly inputs: readonly (Enclosure | undefined)[];
  readonly theirs: Tensor;
  /** Which output. */
  readonly k: number;
  readonly declared: Declared;
  readonly isPiece: boolean;
}

export interface Explanation {
  /** None of what cannot be declared: float32 in a model of float64. */
  readonly declaration?: Declaration;
  /** `operands rounded to bfloat16` */
  readonly text: string;
}

interface Hypothesis {
  readonly declaration: Declaration;
  /** What operands are rounded to. */
  readonly operands?: Format;
  /** The format of every result. */
  readonly stored?: Format;
}

const narrow = (parts: readonly ('operands' | 'accumulator' | 'output')[], list: readonly Format[]): Hypothesis[] =>
  list.map((format) => ({
    declaration: { precision: Object.fromEntries(parts.map((part) => [part, format])) },
    ...(parts.includes('operands') && { operands: format }),
    ...(parts.includes('output') && { stored: format }),
  }));

/** From the narrowest bound to the widest, as the oracle tries them. */
const hypotheses: readonly Hypothesis[] = [
  { declaration: { subnormals: 'either' } },
  { declaration: { winograd: { m: 2, r: 3 } } },
  ...narrow(['output'], ['bfloat16', 'float16', 'tf32']),
  ...narrow(['operands', 'output'], ['bfloat16', 'float16', 'tf32']),
  ...narrow(['operands', 'accumulator', 'output'], ['bfloat16', 'float16', 'tf32']),
  ...narrow(['operands'], ['tf32', 'bfloat16']),
  { declaration: { winograd: { m: 4, r: 3 } } },
];

/** So many failures are searched for an explanation; what one of them has is tried for all. */
const SEARCHES = 8;

/** Finds explanations of the failures of one engine. */
export class Explanations {
  readonly #found: Hypothesis[] = [];
  #searches = 0;

  /** The first hypothesis that the numbers of a node agree with; those that explain others first. */
  of(failure: Failure): Explanation | undefined {
    if (failure.declared.isDouble) return isNarrow(failure) ? { text: 'float32 in place of float64' } : undefined;
    let found = this.#found.find((each) => explains(failure, each));
    if (found === undefined && this.#searches++ < SEARCHES) {
      found = hypotheses.find((each) => !this.#found.includes(each) && explains(failure, each));
      if (found) this.#found.push(found);
    }
    return found && { declaration: found.declaration, text: inWords(found.declaration) };
  }
}

function explains(failure: Failure, { declaration, operands, stored }: Hypothesis): boolean {
  const { planned, theirs, declared } = failure;
  const layer = planned.plan?.step?.layer;
  if (declaration.winograd && (layer === undefined || !mayTransform(layer))) return false;
  if (declaration.subnormals && declared.subnormals !== 'ieee') return false;
  if (stored && !theirs.data.every((value) => rounding(value, stored, true) === 0)) return false;
  const { precision } = declaration;
  if (operands === undefined) return passes(failure, failure.inputs, { ...declared, ...declaration });
  // The operands are rounded here, so that the bound need not hold whatever rounding there may be.
  const { operands: _, ...rest } = precision ?? {};
  const others = { ...declared, precision: rest };
  // A bias may be added as it is.
  const kept = failure.inputs.length > 2 && failure.inputs[2] ? [false, true] : [false];
  return [false, true].some((isCut) =>
    kept.some((isKept) =>
      passes(
        failure,
        failure.inputs.map((each, i) => (each && !(isKept && i === 2) ? rounded(each, operands, isCut) : each)),
        others,
      ),
    ),
  );
}

/** Whether a node of a model of float64 was computed in float32. */
function isNarrow(failure: Failure): boolean {
  const { theirs, inputs, declared } = failure;
  if (!theirs.data.every((value) => Object.is(value, Math.fround(value)))) return false;
  const narrow = inputs.map((each) => each && rounded(each, 'float32', false));
  return passes(failure, narrow, { ...declared, isDouble: false });
}

function passes({ planned, theirs, k, isPiece }: Failure, inputs: Failure['inputs'], declared: Declared): boolean {
  const outputs = enclosed(planned, inputs, declared, true);
  if (outputs === undefined) return false;
  const { kind } = verdictOn(outputs[k], theirs, declared, isPiece);
  return kind === 'pass' || kind === 'suspect';
}

function rounded(enclosure: Enclosure, format: Format, isCut: boolean): Enclosure {
  const { value } = enclosure;
  if (!isFloat(value.type)) return enclosure;
  return { ...enclosure, value: value.with(value.in(value.order).map((v) => to(v, format, isCut))) };
}

/** The nearest number of a format, of two the even one; or the next towards 0. */
export function to(value: number, format: Format, isCut: boolean): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = unitAt(value, formats[format]);
  const steps = value / unit;
  const down = Math.floor(steps);
  const rest = steps - down;
  const nearest = rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
  const result = (isCut ? Math.trunc(steps) : nearest) * unit;
  return Math.abs(result) > formats[format].most
    ? Math.sign(result) * (isCut ? formats[format].most : Number.POSITIVE_INFINITY)
    : result;
}
