// What judging a model found: data, and all that the reporters read. Spec judge-report.

import { NUMERICS } from '../numerics.ts';
import type { Model } from '../onnx/model.ts';
import { VERSION } from '../oracle/report/version.ts';
import type { UnknownName } from './activations.ts';
import type { Declared } from './enclosure.ts';
import type { JudgedNode } from './judged-node.ts';
import type { NodeFinding } from './node-finding.ts';

/** Changes whenever a reader of older judgements would misread a newer one. */
export const FORMAT = 'toeplitz judgement 1';

export interface Judgement {
  readonly format: typeof FORMAT;
  readonly version: string;
  readonly numerics: number;
  readonly model: { readonly producer: string; readonly opset: number };
  readonly declared: Declared;
  /** In the order of the model, without those that are constant. */
  readonly nodes: readonly JudgedNode[];
  /** The first wrong node in full. */
  readonly first?: NodeFinding;
  /** Names among the activations that the model does not have. */
  readonly unknown: readonly UnknownName[];
  /** No node is wrong, and most of those that could be judged were. */
  readonly clean: boolean;
}

export function judgementOf({
  model,
  ...facts
}: Pick<Judgement, 'declared' | 'nodes' | 'first' | 'unknown'> & { readonly model: Model }): Judgement {
  const { producer, opset } = model;
  const clean = !isWrong(facts) && !isThin(facts);
  const judgement: Judgement = {
    format: FORMAT,
    version: VERSION,
    numerics: NUMERICS,
    model: { producer, opset },
    ...facts,
    clean,
  };
  made.add(judgement);
  return judgement;
}

const made = new WeakSet<object>();

/** Whether `judge` gave it: nothing else has all that a report needs. */
export const isJudgement = (value: unknown): value is Judgement =>
  typeof value === 'object' && value !== null && made.has(value);

export const isWrong = ({ nodes }: Pick<Judgement, 'nodes'>): boolean =>
  nodes.some(({ verdict }) => verdict === 'fail');

/** Whether less than half of the nodes are covered by a verdict. */
export function isThin({ nodes }: Pick<Judgement, 'nodes'>): boolean {
  const covered = new Set<string>();
  for (const { name, verdict, through = [] } of nodes)
    if (verdict === 'pass' || verdict === 'suspect' || verdict === 'fail')
      for (const each of [name, ...through]) covered.add(each);
  return nodes.length > 0 && 2 * covered.size < nodes.length;
}
