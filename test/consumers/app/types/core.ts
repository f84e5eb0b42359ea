// The core as a program with types uses it.

import {
  type Host,
  host,
  type Layer,
  type Params,
  relu,
  type Shape,
  SpecError,
  type Tensor,
  tensor,
  useKernels,
} from 'toeplitz';

const layer: Layer = relu();
const shape: Shape = [1, 2];
const params: Params<Tensor> = {};
export const y: Tensor = layer.forward(tensor(shape, [1, -1]), params);
export const runs: Host['runs'] = host().runs;
export const clause = (error: unknown): string | undefined => (error instanceof SpecError ? error.clause : undefined);
export const start: (module: object) => void = useKernels;
// @ts-expect-error: an attribute that relu does not have
relu({ slope: 1 });
