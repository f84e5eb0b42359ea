// The rule of each operator: how what is known of its inputs gives what is known of its outputs. Spec enclosure-rule.

import type { PlannedNode } from '../onnx/plan.ts';
import { asOperand, type Declared, type Enclosure } from './enclosure.ts';
import { knownOnly, moveRules } from './move-rules.ts';
import { pointwiseRules } from './pointwise-rules.ts';
import { Node, type Rule } from './rule.ts';
import { ownNormRules } from './statistics-rules.ts';
import { sumRules } from './sum-rules.ts';

const common = { ...pointwiseRules, ...moveRules, ...knownOnly, ...ownNormRules };
const rules: Readonly<Record<'seen' | 'unseen', Readonly<Record<string, Rule>>>> = {
  seen: { ...common, ...sumRules(true) },
  unseen: { ...common, ...sumRules(false) },
};

/** The operators of which something is proved. */
export const ruledOperators: readonly string[] = Object.keys(rules.seen).sort();

/** Operators whose inputs are all rounded before they are combined; of others the first, and weights by their own rule. */
const PAIRS = new Set(['Add', 'Sub', 'Sum', 'Mul', 'Div', 'Max', 'Min', 'Pow']);

/** What every output of a node may be; undefined where nothing is proved. `isSeen`: the engine gave the output. */
export function enclosed(
  planned: PlannedNode,
  inputs: readonly (Enclosure | undefined)[],
  declared: Declared,
  isSeen: boolean,
): readonly Enclosure[] | undefined {
  const { op, domain } = planned.node;
  const table = isSeen ? rules.seen : rules.unseen;
  if (domain !== '' || !Object.hasOwn(table, op)) return undefined;
  const operands = inputs.map((each, i) => (each && (i === 0 || PAIRS.has(op)) ? asOperand(each, declared) : each));
  return table[op](new Node(planned, operands, declared));
}
