// The families that the oracle knows, one line each; what a family says of itself decides its place among them.

export { leakyReluFamily, reluFamily, sigmoidFamily, tanhFamily } from './activations.ts';
export { averageFamily } from './average.ts';
export { binaryCrossEntropyFamily } from './binary-cross-entropy.ts';
export { convFamily } from './conv.ts';
export { crossEntropyFamily } from './cross-entropy.ts';
export { denseFamily } from './dense.ts';
export { depthwiseFamily } from './depthwise.ts';
export { globalAvgPoolFamily } from './global-average.ts';
export { globalLpPoolFamily } from './global-lp.ts';
export { localFamily } from './local.ts';
export { logSoftmaxFamily } from './log-softmax.ts';
export { lpFamily } from './lp.ts';
export { lrnFamily } from './lrn.ts';
export { maxFamily } from './max.ts';
export { channelMaxPoolFamily, globalMaxPoolFamily } from './maxima.ts';
export { depthToSpaceFamily, shuffleChannelsFamily, spaceToDepthFamily } from './moves.ts';
export { batchNormFamily, frozenNormFamily } from './norms.ts';
export { padFamily } from './pad.ts';
export { clipFamily, hardSigmoidFamily, hardSwishFamily } from './piecewise.ts';
export { powerFamily } from './power.ts';
export { preluFamily } from './prelu.ts';
export { groupNormFamily, instanceNormFamily, layerNormFamily } from './set-norms.ts';
export { eluFamily, geluFamily, seluFamily, siluFamily, softplusFamily } from './smooth.ts';
export { softmaxFamily } from './softmax.ts';
export { squaredErrorFamily } from './squared-error.ts';
export { transposedFamily } from './transposed.ts';
