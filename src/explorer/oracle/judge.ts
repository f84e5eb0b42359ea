// Judges what an engine gave for a model, node by node, in a worker: a large model takes seconds.

import { judge as judged } from '../../judge/judge.ts';
import type { JudgedNode } from '../../judge/judged-node.ts';
import type { NodeFinding } from '../../judge/node-finding.ts';
import { renderJudgement } from '../../judge/report.ts';
import { bitsOf } from '../../oracle/bounds/precision.ts';
import type { Tensor } from '../../tensor.ts';
import type { Job } from '../jobs/job.ts';

export interface JudgeArgs {
  readonly model: Uint8Array;
  readonly activations: Readonly<Record<string, Tensor>>;
}

export interface JudgedModel {
  readonly nodes: readonly (JudgedNode & { readonly bits: string })[];
  readonly first?: NodeFinding;
  readonly text: string;
}

export type Judged = { readonly done: number; readonly of: number } | JudgedModel;

export const judge: Job<JudgeArgs, Judged> = ({ model, activations }, say) => {
  const judgement = judged(model, activations, { onProgress: ({ done, of }) => say({ done, of }) });
  const { nodes, first } = judgement;
  say({
    nodes: nodes.map((node) => ({ ...node, bits: bitsOf(node.precision) })),
    ...(first && { first }),
    text: renderJudgement(judgement, 'text'),
  });
};
