// A net that was trained elsewhere: the MNIST net of the ONNX model zoo (mnist-8, trained with CNTK), rebuilt as a
// chain with its own weights. Its input are pixels from 0 to 255, white on black.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadWeights, readIdx } from '../../src/formats/index.ts';
import { chain, conv2d, dense, flatten, maxPool2d, relu, type Tensor, tensor } from '../../src/index.ts';
import { ABSENT, shared } from '../shared.ts';

interface Array32 {
  readonly shape: number[];
  readonly data: number[];
}
interface Model {
  readonly layers: readonly {
    readonly op: string;
    readonly filter?: Array32;
    readonly weight?: Array32;
    readonly bias?: Array32;
  }[];
  readonly reference: { readonly correct_of_10000: number; readonly logits_of_first_100: readonly number[][] };
}

const net = chain({
  conv1: conv2d({ filters: 8, size: 5, padding: 'same' }),
  relu1: relu(),
  pool1: maxPool2d({ size: 2 }),
  conv2: conv2d({ filters: 16, size: 5, padding: 'same' }),
  relu2: relu(),
  pool2: maxPool2d({ size: 3 }),
  flatten: flatten(),
  out: dense({ units: 10 }),
});

const path = shared('data/models/mnist-cntk/model.json');
const bytes = (name: string): Uint8Array => readFileSync(shared(`data/mnist/${name}`) as string);

/** The file's tensors under our names: convolutions as torch has them, the dense weight `[in, out]`, so transposed. */
function tensorsOf({ layers }: Model): Record<string, Tensor> {
  const [conv1, , , conv2, , , , out] = layers;
  const { shape, data } = out.weight as Array32;
  const transposed = data.map((_, i) => data[(i % shape[0]) * shape[1] + Math.floor(i / shape[0])]);
  const bias = (of: Model['layers'][number]): Tensor => tensor([of.bias?.data.length ?? 0], of.bias?.data);
  return {
    'conv1.weight': tensor(conv1.filter?.shape ?? [], conv1.filter?.data),
    'conv1.bias': bias(conv1),
    'conv2.weight': tensor(conv2.filter?.shape ?? [], conv2.filter?.data),
    'conv2.bias': bias(conv2),
    'out.weight': tensor([shape[1], shape[0]], transposed),
    'out.bias': bias(out),
  };
}

test('[format-torch] a net trained elsewhere: its logits on 100 digits, and 1.09 % error on the 10,000 of the test set', async (ctx) => {
  ctx.skip(path === undefined, ABSENT);
  const model = JSON.parse(readFileSync(path as string, 'utf8')) as Model;
  const { params, text } = loadWeights(net, [1, 28, 28, 1], tensorsOf(model), { layout: 'torch' });
  expect(text).toBe('6 of 6 parameters loaded');
  const images = await readIdx(bytes('t10k-images-idx3-ubyte.gz'));
  const labels = await readIdx(bytes('t10k-labels-idx1-ubyte.gz'));
  const answers: number[] = [];
  for (let first = 0; first < 10_000; first += 500) {
    const { data } = net.forward(
      tensor([500, 28, 28, 1], images.data.subarray(first * 784, (first + 500) * 784)),
      params,
    );
    for (let i = 0; i < 500; i++) {
      const logits = Array.from(data.subarray(i * 10, i * 10 + 10));
      const theirs = model.reference.logits_of_first_100[first + i];
      // Rounding in float32 against their float64: logits reach 10⁴.
      if (theirs) for (const [o, value] of logits.entries()) expect(Math.abs(value - theirs[o])).toBeLessThan(0.05);
      answers.push(logits.indexOf(Math.max(...logits)));
    }
  }
  const right = answers.filter((answer, i) => answer === labels.data[i]).length;
  expect([right, model.reference.correct_of_10000]).toEqual([9891, 9891]);
});
