// A model to judge for who has none: a small net, and an engine with one mistake.

import { chain, conv2d, dense, flatten, initialize, maxPool2d, relu } from '../../index.ts';
import type { Layer } from '../../layer/layer.ts';
import { readOnnx } from '../../onnx/model.ts';
import { writeOnnx } from '../../onnx/write.ts';
import { random } from '../../random.ts';
import { type Tensor, tensor } from '../../tensor.ts';

const net = (padding: readonly (readonly [number, number])[]): Layer =>
  chain({
    conv1: conv2d({ filters: 4, size: 3, padding: 1 }),
    relu1: relu(),
    pool1: maxPool2d({ size: 2 }),
    conv2: conv2d({ filters: 6, size: 3, padding }),
    relu2: relu(),
    flat: flatten(),
    fc: dense({ units: 10 }),
  });

const SHAPE = [1, 12, 12, 1];

/** A small net, and the tensors of an engine that exchanges the padding before and after in its second convolution. */
export function sampleModel(): { readonly bytes: Uint8Array; readonly tensors: Readonly<Record<string, Tensor>> } {
  const [right, wrong] = [
    net([
      [1, 0],
      [0, 1],
    ]),
    net([
      [0, 1],
      [1, 0],
    ]),
  ];
  const params = initialize(right, SHAPE, { seed: 1 });
  const { uniform } = random(1);
  const x = tensor(
    [1, 1, 12, 12],
    Array.from({ length: 144 }, () => uniform()),
  );
  const bytes = writeOnnx(right, SHAPE, params);
  return { bytes, tensors: { x, ...readOnnx(writeOnnx(wrong, SHAPE, params)).run({ x }) } };
}
