// ONNX Runtime judged on models made elsewhere: node by node, and fused as it likes; and damaged files of activations.

import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { readNpz, readSafetensors, writeNpz, writeSafetensors } from '../../src/formats/index.ts';
import { chain, conv2d, initialize, relu, type Tensor, tensor } from '../../src/index.ts';
import { expose, judge, readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { cases, modelFor } from './cases.ts';
import { engineTensors, hasEngine, ocrModel, UNINSTALLED } from './engine.ts';

const drawn = (shape: readonly number[], seed: number): Tensor => {
  const { uniform } = random(seed);
  return tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => 2 * uniform() - 1),
  );
};

const models = [
  { title: 'text direction', file: 'ch_ppocr_mobile_v2.0_cls_infer.onnx', shape: [1, 3, 48, 64], nodes: 215 },
  { title: 'text detector', file: 'ch_PP-OCRv4_det_infer.onnx', shape: [1, 3, 32, 32], nodes: 330 },
  { title: 'text recogniser', file: 'ch_PP-OCRv4_rec_infer.onnx', shape: [1, 3, 48, 32], nodes: 403 },
];

describe('ONNX Runtime', () => {
  const is = hasEngine && models.every(({ file }) => ocrModel(file) !== undefined);
  it.skipIf(!is).each(models)(
    `[judge-node] [onnx-expose] $title: every node passes${is ? '' : ` (${UNINSTALLED})`}`,
    async ({ file, shape, nodes }) => {
      const bytes = readFileSync(ocrModel(file) as string);
      const x = drawn(shape, 1);
      const judgement = judge(readOnnx(bytes), { x, ...(await engineTensors(expose(bytes), { x })) });
      expect(judgement.nodes.map(({ name, verdict }) => [name, verdict])).toEqual(
        judgement.nodes.map(({ name }) => [name, 'pass']),
      );
      expect(judgement.nodes).toHaveLength(nodes);
    },
  );

  it.skipIf(!is).each([2, 3, 7, 20])(
    `[judge-piece] [enclosure-fused] with all its fusions, one node in %i exposed: none fails${is ? '' : ` (${UNINSTALLED})`}`,
    async (every) => {
      const [{ file, shape }] = models;
      const bytes = readFileSync(ocrModel(file) as string);
      const x = drawn(shape, every);
      const { nodes } = judge(readOnnx(bytes), { x, ...(await engineTensors(expose(bytes, { every }), { x }, 'all')) });
      expect(nodes.filter(({ verdict }) => verdict === 'fail' || verdict === 'not judged')).toEqual([]);
      expect(nodes.some(({ through }) => (through?.length ?? 0) >= Math.min(every, 4) - 1)).toBe(true);
    },
  );
});

test.skipIf(!hasEngine)(
  `[enclosure-double] ONNX Runtime passes in float64 at every operator that it has there${hasEngine ? '' : ` (${UNINSTALLED})`}`,
  async () => {
    const passed = new Set<string>();
    const wrong: string[] = [];
    for (const [i, each] of cases.entries()) {
      const { bytes, inputs } = modelFor(each, 'float64');
      const own = Object.fromEntries(
        Object.entries(inputs).map(([name, { shape }], k) => {
          const { uniform } = random(3 * i + k);
          return [name, { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => 4 * uniform() - 2) }];
        }),
      );
      const theirs = await engineTensors(bytes, own).catch((error: Error) => {
        // No such kernel, a node that it does not infer, or a type of output that is not the stated one.
        expect(error.message).toMatch(
          /NOT_IMPLEMENTED|Could not find an implementation|Type Error|type inference|TypeInferenceError/i,
        );
        return undefined;
      });
      if (theirs === undefined) continue;
      const { nodes } = judge(readOnnx(bytes), { ...own, ...theirs });
      if (nodes.some(({ verdict }) => verdict !== 'pass')) wrong.push(`${each.op} ${JSON.stringify(each.attributes)}`);
      if (nodes.length > 0) passed.add(each.op);
    }
    // Its constants √(2/π) and 0.044715 are those of float32.
    expect(wrong).toEqual(['Gelu {"approximate":"tanh"}']);
    expect(passed.size).toBeGreaterThan(30);
  },
);

/** Damaged files: cut off, and with bytes changed. TOEPLITZ_MUTATIONS sets how many. */
const MUTATIONS = Number(process.env.TOEPLITZ_MUTATIONS ?? 120);

test('[judge-names] [judge-shape] [judge-values] damaged models and activations are refused with a clause, or judged', () => {
  const net = chain({ conv: conv2d({ filters: 2, size: 3, padding: 1 }), relu: relu() });
  const shape = [1, 4, 5, 2];
  const bytes = writeOnnx(net, shape, initialize(net, shape));
  const x = drawn([1, 2, 4, 5], 3);
  const all = { x, ...readOnnx(bytes).run({ x }) };
  const [npz, safetensors] = [writeNpz(all), writeSafetensors(all)];
  const { below } = random(7);
  const damaged = (file: Uint8Array, i: number): Uint8Array => {
    if (i % 4 === 0) return file.slice(0, below(file.length));
    const copy = file.slice();
    for (let k = 0; k <= i % 3; k++) copy[below(copy.length)] = below(256);
    return copy;
  };
  const outcomes = new Set<string>();
  for (let i = 0; i < MUTATIONS; i++) {
    const which = i % 3;
    try {
      const model = which === 0 ? damaged(bytes, i) : bytes;
      const tensors =
        which === 1 ? readNpz(damaged(npz, i)) : which === 2 ? readSafetensors(damaged(safetensors, i)).tensors : all;
      outcomes.add(judge(model, tensors).nodes.at(-1)?.verdict ?? 'none');
    } catch (error) {
      expect((error as { clause?: string }).clause, `mutation ${i}: ${(error as Error).stack}`).toMatch(
        /^[a-z]+-[a-z0-9-]+$/,
      );
      outcomes.add((error as { clause: string }).clause);
    }
  }
  expect([...outcomes]).toEqual(
    expect.arrayContaining(['pass', 'fail', 'format-npz', 'format-safetensors', 'onnx-file']),
  );
});
