// toeplitz/testing: what to draw and which laws must hold. Needs fast-check, a peer of this subpath alone.

export { type Case, type CaseOptions, casesOf, convCases, denseCases, depthwiseCases, poolCases } from './cases.ts';
export { difference, sameBits } from './compare.ts';
export { brokenLaws, type Kind, type LawOptions, laws, lawsOf } from './laws.ts';
export { layerFrom, type Own, type OwnCall, type OwnResult } from './layer-from.ts';
export { awkwardFloats, paramsOf, smoothFloats, tensors, wholeNumbers } from './numbers.ts';
export type { Law, Subject } from './points.ts';
export { type WindowCase, windowCases } from './windows.ts';
