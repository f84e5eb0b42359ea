// One row of a judgement: a node and the verdict on it. Spec judge-report.

import type { Precision } from '../oracle/bounds/precision.ts';
import type { Shape } from '../tensor.ts';
import type { Explanation } from './explanation.ts';

/**
 * `cannot tell`: an input is missing, or the radius says nothing. `not judged`: nothing is proved of its operator here.
 * `not seen`: its output is not among the activations; it is judged with the next node whose output is.
 */
export type NodeVerdict = 'pass' | 'suspect' | 'fail' | 'cannot tell' | 'not judged' | 'not seen';

export interface JudgedNode {
  readonly name: string;
  readonly op: string;
  /** The output that was judged, or that would be. */
  readonly tensor: string;
  /** As the model has it. */
  readonly shape?: Shape;
  readonly verdict: NodeVerdict;
  readonly message?: string;
  /** Nodes before it that are judged with it, since their outputs are not seen. */
  readonly through?: readonly string[];
  /** The largest |got − expected| / bound of a pass: up to 1 is inside. */
  readonly margin: number;
  readonly wrong: number;
  readonly elements: number;
  readonly precision?: Precision;
  /** What the engine could declare, so that a failure would be none. */
  readonly explanation?: Explanation;
}
