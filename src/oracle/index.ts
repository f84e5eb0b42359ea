// toeplitz/oracle: judges what other engines compute.

export type { Profile } from './bound.ts';
export { type CheckOptions, checkEngine, type Progress } from './campaign.ts';
export { bound, check, type OutputBound } from './check.ts';
export type { CeilRule, Dialect, DialectName, Layout } from './dialect.ts';
export { dialects } from './dialects.ts';
export { type Call, type Engine, type GradientCall, type Gradients, skip, type Traits } from './engine.ts';
export { type Explanation, explain, type Speech } from './explain.ts';
export type { Format, Narrowing } from './narrow.ts';
export type { Settings, Shard } from './plan.ts';
export { faults } from './predict.ts';
export type { Declaration } from './profile-other.ts';
export type { Finding, OperatorReport, Report } from './report.ts';
export { type Reporter, render } from './reporters.ts';
export type { Element, Verdict, VerdictKind } from './verdict.ts';
