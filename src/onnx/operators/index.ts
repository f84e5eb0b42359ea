// The operators of ONNX that are run, and the versions in which they changed. Spec onnx-opset, onnx-operator.

import type { Operator, Operators } from '../call.ts';
import { arithmetics } from './arithmetic.ts';
import { convolutions } from './convolution.ts';
import { moves } from './moves.ts';
import { normalizations } from './normalization.ts';
import { padding } from './padding.ts';
import { pointwises } from './pointwise.ts';
import { poolings } from './pooling.ts';
import { products } from './products.ts';
import { reductions } from './reductions.ts';
import { resizings } from './resizing.ts';
import { shapes } from './shapes.ts';

const operators: Operators = {
  ...convolutions,
  ...poolings,
  ...normalizations,
  ...products,
  ...pointwises,
  ...arithmetics,
  ...reductions,
  ...shapes,
  ...moves,
  ...padding,
  ...resizings,
};

/** The opsets whose operators are known. */
export const OPSETS = { oldest: 7, newest: 28 } as const;

export const operatorNames = Object.keys(operators).sort();

/** An operator in an opset, with its version there; undefined where the opset does not have it. */
export function operatorIn(op: string, opset: number): { operator: Operator; version: number } | undefined {
  if (!Object.hasOwn(operators, op)) return undefined;
  const operator = operators[op];
  const version = operator.versions.filter((each) => each <= opset).at(-1);
  if (version === undefined || opset >= (operator.until ?? Number.POSITIVE_INFINITY)) return undefined;
  return { operator, version };
}
