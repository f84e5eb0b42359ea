// A case: one question to an engine. Its family says which numbers it holds beside these.

import type { Tensor } from '../tensor.ts';

/** What every case has. The layer, the tensors and the case id follow from it and from the numbers of its family. */
export interface Case {
  readonly op: string;
  /** Asks for the gradients instead of the output. */
  readonly gradient: boolean;
  /** How the tensors are filled, from `seed`: see values.ts. `'given'`: they are written out. */
  readonly values: string;
  readonly seed: number;
  readonly given?: Readonly<Record<string, readonly number[]>>;
  /** The spec forbids it, and an engine that validates must refuse it. Spec oracle-reject. */
  readonly reject?: true;
}

/** What a family draws or reads of a case; the rest follows from the operator and the place in the campaign. */
export type Drawn<C extends Case> = Omit<C, 'op' | 'gradient' | 'seed' | 'given' | 'reject'>;

/** The operands of one call: x, the parameters by their names, and for gradients dy. */
export interface Operands {
  readonly x: Tensor;
  readonly dy?: Tensor;
  readonly [parameter: string]: Tensor | undefined;
}

/** An output by its name: `y`; of a gradient call `x` and each parameter. */
export type Part = string;
