// toeplitz/onnx: models of ONNX, read, described, run, written, and an engine's run of them judged.

export type { Activations, ImageLayout, UnknownName } from '../judge/activations.ts';
export type { CutCase } from '../judge/cut-case.ts';
export type { Explanation } from '../judge/explanation.ts';
export { type JudgeOptions, judge } from '../judge/judge.ts';
export type { JudgedNode, NodeVerdict } from '../judge/judged-node.ts';
export type { Judgement } from '../judge/judgement.ts';
export type { NodeFinding, WrongNumber } from '../judge/node-finding.ts';
export { type JudgementReporter, renderJudgement } from '../judge/report.ts';
export type { DescribedTensor, OnnxRow } from './describe.ts';
export { type Exposed, expose } from './expose.ts';
export type { Port } from './graph.ts';
export type { External } from './initializer.ts';
export type {
  FreeShape,
  Model,
  OnnxDescription,
  OnnxLayer,
  OnnxNode,
  RunOptions,
  ShapeOptions,
} from './model.ts';
export { type ReadOnnxOptions, readOnnx } from './read.ts';
export { writeOnnx } from './write.ts';
