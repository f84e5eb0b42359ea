// toeplitz/oracle: judges what other engines compute.

export type { Element, Verdict } from './ask/verdict.ts';
export type { Profile } from './bounds/bound.ts';
export type { Format, Narrowing } from './bounds/formats.ts';
export { checkEngine } from './campaign.ts';
export type { Settings, Shard } from './cases/questions.ts';
export { bound, check, type OutputBound } from './check.ts';
export type { CheckOptions, Progress } from './check-operator.ts';
export type { CeilRule, Dialect, DialectName, Layout } from './dialect.ts';
export { dialects } from './dialects/dialects.ts';
export { type Call, type Engine, type GradientCall, type Gradients, skip, type Traits } from './engine.ts';
export type { VerdictKind } from './engine-under-test.ts';
export { type Explanation, explain, type Speech } from './explain.ts';
export type { Declaration, Division, Finding, Instead, Product, Tally, Where } from './findings/finding.ts';
export { faults } from './findings/predict.ts';
export type { OperatorReport, Report } from './report/report.ts';
export { type Reporter, render } from './report/reporters.ts';
