// Errors that guess: what was probably meant stands before the clause.

import { describe, expect, it } from 'vitest';
import {
  avgPool2d,
  batchNorm,
  chain,
  conv2d,
  convTranspose2d,
  crossEntropy,
  dense,
  depthwiseConv2d,
  dropout,
  frozenNorm,
  initialize,
  leakyRelu,
  maxPool2d,
  relu,
  softmax,
  tensor,
  weightToChannelsFirst,
} from '../src/index.ts';
import { lenet5 } from '../src/nets/index.ts';
import { laws } from '../src/testing/index.ts';
import { adam, fit, minibatches, sgd } from '../src/train/index.ts';

type Make = (attributes: never) => unknown;
const filled = { filters: 1, size: 3, units: 1, labels: [0] };
/** The error of a layer that is given an attribute of this name. */
const got = (make: Make, name: string, value: unknown = 1): (() => unknown) => {
  const own = Object.entries(filled).filter(([each]) => String(make).length > 0 && each in needed(make));
  return () => make({ ...Object.fromEntries(own), [name]: value } as never);
};
const needed = (make: Make): object =>
  make === (dense as Make) ? { units: 1 } : make === (crossEntropy as Make) ? { labels: [] } : { filters: 1, size: 1 };

describe('names of others', () => {
  const names: [make: Make, theirs: string, ours: string][] = [
    [conv2d, 'kernel_size', 'size'],
    [conv2d, 'kernelSize', 'size'],
    [conv2d, 'kernel_shape', 'size'],
    [conv2d, 'out_channels', 'filters'],
    [conv2d, 'outChannels', 'filters'],
    [conv2d, 'strides', 'stride'],
    [conv2d, 'pads', 'padding'],
    [conv2d, 'auto_pad', 'padding'],
    [conv2d, 'dilation_rate', 'dilation'],
    [conv2d, 'dilations', 'dilation'],
    [conv2d, 'group', 'groups'],
    [conv2d, 'use_bias', 'bias'],
    [conv2d, 'filter', 'filters'],
    [conv2d, 'Padding', 'padding'],
    [conv2d, 'paddign', 'padding'],
    [convTranspose2d, 'output_padding', 'outputPadding'],
    [dense, 'out_features', 'units'],
    [crossEntropy, 'ignore_index', 'ignore'],
    [crossEntropy, 'label_smoothing', 'smoothing'],
    [crossEntropy, 'weight', 'classWeights'],
    [crossEntropy, 'targets', 'labels'],
  ];
  it.each(names)('[layer-attributes] %o given %s: did you mean %s?', (make, theirs, ours) => {
    expect(got(make, theirs)).toThrow(`got '${theirs}' (did you mean '${ours}'?) [layer-attributes]`);
  });

  it('[layer-attributes] of pools, norms, dropout and the rest', () => {
    expect(() => maxPool2d({ size: 2, ceil_mode: true } as never)).toThrow("(did you mean 'ceil'?)");
    expect(() => maxPool2d({ pool_size: 2 } as never)).toThrow("(did you mean 'size'?)");
    expect(() => avgPool2d({ size: 2, count_include_pad: true } as never)).toThrow("(did you mean 'countPadding'?)");
    expect(() => depthwiseConv2d({ size: 2, depth_multiplier: 2 } as never)).toThrow("(did you mean 'multiplier'?)");
    expect(() => batchNorm({ eps: 1e-5 } as never)).toThrow("(did you mean 'epsilon'?)");
    expect(() => dropout({ p: 0.5 } as never)).toThrow("(did you mean 'rate'?)");
    expect(() => leakyRelu({ negative_slope: 0.1 } as never)).toThrow("(did you mean 'slope'?)");
    expect(() => softmax({ dim: 1 } as never)).toThrow("(did you mean 'axis'?)");
    expect(() => adam({ lr: 0.1 } as never)).toThrow("(did you mean 'rate'?)");
    expect(() => minibatches({ x: tensor([1, 1]), labels: [0] }, { batch_size: 2 } as never)).toThrow("mean 'size'?)");
    expect(() => lenet5({ num_classes: 5 } as never)).toThrow("(did you mean 'classes'?)");
    expect(() => laws(relu(), [1, 2], { kinds: 'any' } as never)).toThrow("(did you mean 'kind'?)");
    const norm = { gamma: tensor([2]), bias: tensor([2]) };
    expect(() => batchNorm().forward(tensor([3, 2]), norm)).toThrow(
      "got 'gamma' (did you mean 'weight'?) [layer-params]",
    );
    const given = { weight: tensor([2]), bias: tensor([2]), running_mean: tensor([2]), variance: tensor([2]) };
    expect(() => frozenNorm().forward(tensor([3, 2]), given)).toThrow("(did you mean 'mean'?)");
  });

  it('[train-fit] of fit', async () => {
    const set = minibatches({ x: tensor([1, 1]), labels: [0] }, { size: 1 });
    const options = { optimizer: sgd({ rate: 1 }), epochs: 1, validation_data: set };
    await expect(fit(relu(), {}, set, options as never)).rejects.toThrow("(did you mean 'validation'?)");
    const right = { optimizer: sgd({ rate: 1 }), epochs: 1 };
    await expect(fit(relu(), {}, set, { ...right, val: set } as never)).rejects.toThrow("(did you mean 'validation'?)");
    const clip = { max_norm: 1 };
    await expect(fit(relu(), {}, set, { ...right, clip } as never)).rejects.toThrow(
      "(did you mean 'norm'?) [train-clip]",
    );
  });

  it('[layer-attributes] what is elsewhere, and what nobody can guess', () => {
    expect(got(conv2d, 'in_channels')).toThrow("got 'in_channels' (the channels are those of x) [layer-attributes]");
    expect(got(conv2d, 'activation', 'relu')).toThrow('(a layer of its own: chain(');
    expect(got(conv2d, 'data_format', 'NCHW')).toThrow('(channels come last: toChannelsLast(x))');
    for (const name of ['colour', 'x', '', 'constructor', 'toString', '__proto__x'])
      expect(got(conv2d, name)).toThrow(`, got '${name}' [layer-attributes]`);
    expect(() => relu({ inplace: true } as never)).toThrow("got 'inplace' [layer-attributes]");
  });

  it('[window-padding] words of others, and pads as ONNX has them', () => {
    const words = [
      ['SAME', 'same'],
      ['SAME_UPPER', 'same-upper'],
      ['same_lower', 'same-lower'],
      ['VALID', 'valid'],
      ['NOTSET', 'valid'],
    ];
    for (const [theirs, ours] of words)
      expect(got(conv2d, 'padding', theirs)).toThrow(`got '${theirs}' (did you mean '${ours}'?) [window-padding]`);
    expect(got(conv2d, 'padding', 'reflect')).toThrow("got 'reflect' [window-padding]");
    expect(got(conv2d, 'padding', [1, 2, 3, 4])).toThrow('(did you mean [[1, 3], [2, 4]]?) [window-padding]');
  });
});

describe('channels first', () => {
  const net = chain({ conv: conv2d({ filters: 4, size: 5 }), relu: relu() });
  const params = initialize(net, [1, 28, 28, 3]);

  it('[layer-input] an image with its channels first is recognised, with and without weights', () => {
    const hint = '(x of shape [1,3,28,28] looks as if its channels came first: toChannelsLast(x)) [';
    expect(() => net.shape([1, 3, 28, 28])).toThrow(`at conv: conv2d: a window of 5 cells`);
    expect(() => net.shape([1, 3, 28, 28])).toThrow(hint);
    expect(() => maxPool2d({ size: 4 }).shape([1, 3, 28, 28])).toThrow(hint);
    expect(() => conv2d({ filters: 5, size: 3, groups: 5 }).shape([1, 3, 28, 28])).toThrow(hint);
    expect(() =>
      conv2d({ filters: 4, size: 3 }).forward(
        tensor([1, 3, 28, 28]),
        initialize(conv2d({ filters: 4, size: 3 }), [1, 28, 28, 3]),
      ),
    ).toThrow(hint);
    expect(() => net.forward(tensor([2, 64, 8, 8]), initialize(net, [2, 8, 8, 64]))).toThrow('[2,64,8,8] looks as if');
  });

  it('[layer-input] nothing is guessed of what fits neither way', () => {
    expect(() => net.forward(tensor([1, 28, 28, 1]), params)).toThrow(/got \[5,5,3,4\] \[layer-params\]$/);
    expect(() => net.shape([1, 3, 3, 3])).toThrow(/height \[window-fit\]$/);
  });

  it('[layer-params] a weight with its filters first, and a bias that is not there', () => {
    const { weight, bias } = params.conv as { weight: never; bias: never };
    const x = tensor([1, 28, 28, 3]);
    const turned = { conv: { weight: weightToChannelsFirst(weight), bias } };
    expect(() => net.forward(x, turned)).toThrow(
      'got [4,3,5,5] (its filters come first: weightToChannelsLast(weight)) [layer-params]',
    );
    expect(() => net.forward(x, { conv: { weight } })).toThrow(
      "got no 'bias' (a layer without one has bias: false) [layer-params]",
    );
    expect(() => net.forward(x, { conv: { bias } })).toThrow(/got no 'weight' \[layer-params\]$/);
    expect(() => batchNorm().forward(tensor([2, 2]), { weight: tensor([2]) })).toThrow(
      /got no 'bias' \[layer-params\]$/,
    );
  });
});
