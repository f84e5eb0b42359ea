// toeplitz/onnx: models of ONNX, read, described, run and written.

export type { DescribedTensor, OnnxRow } from './describe.ts';
export { type Exposed, expose } from './expose.ts';
export type { Port } from './graph.ts';
export type { External } from './initializer.ts';
export {
  type FreeShape,
  type Model,
  type OnnxDescription,
  type OnnxLayer,
  type OnnxNode,
  type ReadOnnxOptions,
  type RunOptions,
  readOnnx,
  type ShapeOptions,
} from './model.ts';
export { writeOnnx } from './write.ts';
