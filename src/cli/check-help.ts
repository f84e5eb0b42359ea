// The help text of toeplitz check.

import { operators } from '../oracle/families/index.ts';
import { outputHelp } from './output.ts';
import { settingsHelp } from './settings.ts';

const names = Object.keys(operators);

/** What families say of the calls of their operators; the text below says it of the others. */
const saidByFamilies = Object.entries(operators)
  .flatMap(([name, { inCall }]) => (inCall ? `  ${name.padEnd(17)} ${inCall}` : []))
  .join('\n');

/** A list in lines of at most 88 characters. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' '))
    if (lines[lines.length - 1].length + word.length < 88) lines[lines.length - 1] += `${word} `;
    else lines.push(`${word} `);
  return lines.map((line) => line.trimEnd()).join('\n');
}

export const help = `toeplitz check FILE.mjs [options]
toeplitz check COMMAND [options] -- ARGUMENTS

Checks an engine against the oracle. FILE.mjs exports the engine as its default;
it runs in a process of its own. COMMAND is any program that speaks the protocol
below on its standard input and output.

  --ops a,b       operators to check; default: all that the engine offers
${settingsHelp}
  --case ID       only this case, as a report names it; may be given more than once
  --jobs N        N processes of the engine share the campaign (1)
  --time S        seconds after which no further case is asked; the operators share them
  --brief         failures are named and reduced only: no further case is asked to find
                  where they occur and what is computed instead
  --timeout S     seconds for one call before the engine is killed (10)
  --strict        results far from the exact one are failures, even inside the bound
${outputHelp}

Exit code: 0 clean, 1 the engine is wrong somewhere, 2 invalid usage, 3 the engine
could not start, 4 nothing is wrong, but too few cases were answered, 130 it was
interrupted; the report tells what was asked until then.

An engine, my-engine.mjs:

  export default {
    name: 'my engine',
    // dialect: 'torch',                        or onnx, tensorflow, webnn, caffe: calls in
    //                                          its attributes and layout, see spec/dialects.md
    // layout: { x: 'NCHW', weight: 'OIHW' },   default: NHWC and HWIO
    //         also grouped: 'GOIHW', transposed: 'IOHW', dense: 'IO', depthwise: 'HWIM'
    // same: 'numbers',                         padding never comes as a word
    // requires: ['groups = 1', 'stride <= size', 'dilation = 1 or stride = 1'],
    //                                          other cases are not asked: oracle-requires
    // language: 'python',                      of the cases that are shown; or cpp, rust
    // traits: { padding: 'multiplied' },       see spec/oracle.md, oracle-traits
    ops: {
      conv2d({ attributes, x, weight, bias }) {
        // if (attributes.groups > 1) throw Object.assign(new Error('no groups'), { name: 'Skip' });
        return { shape: [n, h, w, filters], data: new Float32Array(…) };  // or a promise
      },
    },
    // gradients: { conv2d({ attributes, x, weight, bias, dy }) { return { x, weight, bias }; } },
  };

The contents of a call with x [n, h, w, c], without dialect and layout:

  conv2d            filters, size [h, w], stride, dilation, groups, bias, and padding:
                    'valid', 'same-upper', 'same-lower' or [[before, after], …]
                    weight [h, w, c / groups, filters], bias [filters]
  depthwiseConv2d   multiplier in place of filters and groups
                    weight [h, w, 1, c · multiplier], y [n, h, w, c · multiplier]
  convTranspose2d   as conv2d, and outputPadding [h, w]
                    weight [h, w, filters / groups, c]
  maxPool2d         size, stride, padding, dilation, ceil
  avgPool2d         the same and countPadding: whether padding counts in the divisor
  dense             units, bias; x [n, in], weight [in, units]
  leakyRelu         slope; relu, sigmoid, tanh: nothing; softmax, logSoftmax: axis
  clip              min, max; hardSigmoid: alpha, beta; elu: alpha; selu: alpha, gamma
  gelu              approximate: 'none' or 'tanh'; hardSwish, silu, softplus: nothing
  power             exponent, scale, shift: (shift + scale · x) to the exponent
  pad               padding: a number, or [[before, after], …] for the axes of space,
                    negative ones cut; value, mode: 'constant', 'reflect', 'edge', 'wrap'
  upsample          scale: a number, or one for each axis of space; mode: 'nearest', 'linear';
                    coordinates, rounding: see spec/resampling.md, upsample-coordinates
  slice             axes, starts, ends, steps: lists; selectChannels: channels, a list
  product           other beside x; repeated: the axes on which it has 1: 'space', 'channels',
                    'all', 'none', or 'x': x has; gradients x and other
  sum, concat       other beside x; concat: more: its channels; scale: factor
  shuffleChannels   groups; depthToSpace, spaceToDepth: size, order: 'DCR' or 'CRD'
  lrn               size, alpha (times the sum), beta, k
  batchNorm         epsilon; weight [c], bias [c]; frozenNorm also mean [c], variance [c]
  groupNorm         groups, epsilon; instanceNorm, layerNorm: epsilon; weight [c], bias [c]
  crossEntropy      smoothing, ignore; labels [n, h, w] beside x; the loss is [1]
  squaredError      target beside x, of its shape; binaryCrossEntropy: targets
  globalAvgPool     and globalMaxPool: keep: y [n, 1, 1, c], else [n, c]; channelMaxPool: size
  lpPool2d          as maxPool2d, and p; globalLpPool: p, keep
  locallyConnected2d  filters, size, stride, padding, bias
                    weight [taps inside x, c, filters], bias [h, w, filters]
${saidByFamilies}

1-D and 3-D operators have one or three axes in place of h and w. A question about a
gradient also has dy, of the shape of y; the answer has the shapes of x, weight and bias.

The protocol: one line of JSON in each direction, float32 in base64, lowest byte first.
Print to standard error only: the report shows it with the finding.

  → {"cmd":"hello","protocol":1}      ← {"name":"my engine","ops":["dense"]}
  → {"cmd":"run","seq":1,"call":{"op":"dense","attributes":{"units":1,"bias":false},"x":{"shape":[1,2],"data":"AACAPwAAAEA="},"weight":{"shape":[2,1],"data":"AABAQAAAgEA="}}}
  ← {"seq":1,"result":{"shape":[1,1],"data":"AAAwQQ=="}}      or "skip":"why" or "error":"what" for "result"
  → {"cmd":"bye"}                     a call with dy asks for gradients {"x":…,"weight":…,"bias":…}

${wrapped(`The operators: ${names.join(', ')}.`)}
`;
