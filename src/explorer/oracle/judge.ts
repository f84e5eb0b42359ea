// Judges what an engine gave for a model, node by node, in a worker: a large model takes seconds.

import { judge as judged } from '../../judge/judge.ts';
import { renderJudgement } from '../../judge/report.ts';
import type { Tensor } from '../../tensor.ts';
import type { Job } from '../jobs/job.ts';

export interface JudgeArgs {
  readonly model: Uint8Array;
  readonly activations: Readonly<Record<string, Tensor>>;
}

export type Judged =
  | { readonly done: number; readonly of: number }
  | {
      readonly nodes: readonly { readonly name: string; readonly op: string; readonly verdict: string }[];
      readonly text: string;
    };

export const judge: Job<JudgeArgs, Judged> = ({ model, activations }, say) => {
  const judgement = judged(model, activations, { onProgress: ({ done, of }) => say({ done, of }) });
  const nodes = judgement.nodes.map(({ name, op, verdict }) => ({ name, op, verdict }));
  say({ nodes, text: renderJudgement(judgement, 'text') });
};
