// The layers of the library by name: what is in a file becomes a layer by these. Spec net-file.

import { concat, sum } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { product } from '../layer/product.ts';
import { leakyRelu, relu, scale, sigmoid, tanh } from '../ops/activation.ts';
import { depthToSpace, shuffleChannels, spaceToDepth } from '../ops/blocks.ts';
import { convTranspose1d, convTranspose2d, convTranspose3d } from '../ops/conv-transpose.ts';
import {
  conv1d,
  conv2d,
  conv3d,
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseConv3d,
  trueConv1d,
  trueConv2d,
} from '../ops/convolution.ts';
import { dense } from '../ops/dense.ts';
import { dropout } from '../ops/dropout.ts';
import { channelMaxPool, globalAvgPool, globalMaxPool } from '../ops/global-pool.ts';
import { groupNorm, instanceNorm, layerNorm } from '../ops/group-norm.ts';
import { locallyConnected1d, locallyConnected2d } from '../ops/local.ts';
import { logSoftmax } from '../ops/log-softmax.ts';
import { binaryCrossEntropy, crossEntropy, squaredError } from '../ops/loss.ts';
import { lpPool2d } from '../ops/lp-pool.ts';
import { lrn } from '../ops/lrn.ts';
import { batchNorm, frozenNorm } from '../ops/normalization.ts';
import { globalLpPool, lpPool1d, lpPool3d } from '../ops/other-lp-pools.ts';
import { pad } from '../ops/pad.ts';
import { clip, hardSigmoid, hardSwish } from '../ops/piecewise.ts';
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from '../ops/pool.ts';
import { prelu } from '../ops/prelu.ts';
import { flatten } from '../ops/reshape.ts';
import { selectChannels } from '../ops/select.ts';
import { slice } from '../ops/slice.ts';
import { elu, gelu, power, selu, silu, softplus } from '../ops/smooth.ts';
import { softmax } from '../ops/softmax.ts';
import { upsample } from '../ops/upsample.ts';

/** From attributes; chain, sum, product and concat from their children. */
export const constructors: Readonly<Record<string, (attributes: never) => Layer>> = {
  ...{ chain, sum, product, concat, identity },
  ...{ conv1d, conv2d, conv3d, trueConv1d, trueConv2d, depthwiseConv1d, depthwiseConv2d, depthwiseConv3d },
  ...{ convTranspose1d, convTranspose2d, convTranspose3d, locallyConnected1d, locallyConnected2d, dense },
  ...{ avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d, lpPool2d },
  ...{ channelMaxPool, globalAvgPool, globalMaxPool, flatten, selectChannels },
  ...{ leakyRelu, relu, scale, sigmoid, tanh, prelu, softmax, dropout, lrn, batchNorm, frozenNorm },
  ...{ clip, elu, gelu, hardSigmoid, hardSwish, power, selu, silu, softplus, logSoftmax },
  ...{ groupNorm, instanceNorm, layerNorm, globalLpPool, lpPool1d, lpPool3d },
  ...{ pad, upsample, slice, shuffleChannels, depthToSpace, spaceToDepth },
  ...{ binaryCrossEntropy, crossEntropy, squaredError },
};
