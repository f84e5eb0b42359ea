// Each clause that can be violated has one form of error: the class, the clause, what must hold and what was given.

import { expect, test } from 'vitest';
import {
  chain,
  compile,
  concat,
  conv1d,
  conv2d,
  dense,
  depthwiseConv2d,
  flatten,
  foldNorm,
  frozenNorm,
  identity,
  initialize,
  type Layer,
  mapLayer,
  maxPool2d,
  relu,
  SpecError,
  shared,
  sum,
  tensor,
} from '../src/index.ts';
import { concatChannels, splitChannels, sumOf } from '../src/layer/channels.ts';
import { product, slice } from '../src/ops/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any;
const x = tensor([1, 4, 4, 2]);
const weight = tensor([3, 3, 2, 6]);
const conv = (attributes: object): Layer => conv2d({ filters: 6, size: 3, ...attributes });
const layer = conv({ bias: false });
const net = chain({ out: relu() });
const deep = chain({
  pool: maxPool2d({ size: 5, stride: 1 }),
  stage: concat({ skip: identity(), body: chain([relu(), conv({ bias: false, padding: 'same' })]) }),
});
const pulled = (dy: Anything) => layer.vjp(x, { weight })[1](dy);

const flat16 = chain([slice({ axes: [3], starts: [0], ends: [1] }), flatten()]);
/** Tensors that say more than they hold, so that what their sum or their parts need is refused at once. */
const wide = { shape: [32768, 32768], data: new Float32Array() };
const statistics = { weight: tensor([2]), bias: tensor([2]), mean: tensor([2]), variance: tensor([2]) };
const trap = new Proxy(relu(), {
  get() {
    throw new Error('a trap');
  },
});
const endless: Anything = {};
endless.a = endless;

const broken: [message: string, call: () => unknown][] = [
  ['tensor: the axes of a shape must be whole numbers ≥ 0, got [2,-1] [tensor-shape]', () => tensor([2, -1])],
  [
    'tensor: a tensor holds at most 2147483647 elements, got 2147483648 for shape [65536,32768] [tensor-size]',
    () => tensor([65536, 32768]),
  ],
  ['tensor: shape [2,2] holds 4 values, got 3 [tensor-length]', () => tensor([2, 2], [1, 2, 3])],
  ['conv2d: filters must be a whole number from 1 to 2147483647, got 0 [conv-filters]', () => conv({ filters: 0 })],
  ['conv2d: groups must divide the 64 filters, got 3 [conv-groups]', () => conv({ filters: 64, groups: 3 })],
  ['conv2d: groups must divide the 2 channels of x, got 3 [conv-groups]', () => conv({ groups: 3 }).shape(x.shape)],
  [
    'conv2d: x must have the axes [batch, height, width, channels], got shape [1,4] [conv-rank]',
    () => layer.shape([1, 4]),
  ],
  [
    "conv2d: algorithm must be 'auto' or 'direct' or 'im2col' or 'winograd', got 'fft' [conv-algorithm]",
    () => conv({ algorithm: 'fft' }),
  ],
  [
    'depthwiseConv2d: multiplier must be a whole number from 1 to 2147483647, got 1.5 [conv-multiplier]',
    () => depthwiseConv2d({ size: 3, multiplier: 1.5 }),
  ],
  ['conv2d: size must be a number or 2 numbers, one per axis, got [3] [window-size]', () => conv({ size: [3] })],
  ['conv2d: stride must be a whole number from 1 to 2147483647, got 0 [window-stride]', () => conv({ stride: 0 })],
  [
    'conv2d: dilation must be a whole number from 1 to 2147483647, got NaN [window-dilation]',
    () => conv({ dilation: Number.NaN }),
  ],
  [
    'conv2d: padding must be a whole number from 0 to 2147483647, got -1 [window-padding]',
    () => conv({ padding: [[0, -1], 0] }),
  ],
  ['dense: units must be a whole number from 1 to 2147483647, got 0 [dense-units]', () => dense({ units: 0 })],
  [
    'dense: x must have the axes [batch, channels] (flatten() makes them), got shape [1,4,4,2] [dense-rank]',
    () => dense({ units: 1 }).shape(x.shape),
  ],
  [
    'relu: x must have a batch axis, and every axis at least 1 element, got shape [0,3] [layer-input]',
    () => relu().shape([0, 3]),
  ],
  ["conv2d: the parameters are weight, got no 'weight' [layer-params]", () => layer.forward(x, {})],
  ["conv2d: the parameters are weight, got 'bias' [layer-params]", () => layer.forward(x, { weight, bias: x })],
  ['conv2d: weight must have shape [3,3,2,6], got [1,4,4,2] [layer-params]', () => layer.forward(x, { weight: x })],
  ['conv2d: dy must have shape [1,2,2,6], got [1,4,4,2] [layer-gradient]', () => pulled(x)],
  [
    "maxPool2d: the attributes are size, stride, padding, dilation, ceil, got 'strides' (did you mean 'stride'?) [layer-attributes]",
    () => maxPool2d({ size: 2, strides: 2 } as Anything),
  ],
  [
    "chain: a child's name must not be empty or contain '.', got 'a.b' [layer-children]",
    () => chain({ 'a.b': identity() }),
  ],
  [
    "chain: a child's name must not be a number (records reorder those; use an array), got '1' [layer-children]",
    () => chain({ a: identity(), 1: relu() }),
  ],
  [
    "chain: the children are out, got 'Out' (did you mean 'out'?) [layer-children]",
    () => net.with({ children: { Out: relu() } }),
  ],
  [
    "chain: the changes are attributes, children, got 'child' [layer-attributes]",
    () => net.with({ child: {} } as Anything),
  ],
  ["relu: the children are none, got 'a' [layer-children]", () => relu().with({ children: { a: relu() } })],
  ["chain: the attributes are none, got 'units' [layer-attributes]", () => net.with({ attributes: { units: 5 } })],
  ["chain: the parameters are out, got 'Out' (did you mean 'out'?) [layer-params]", () => net.forward(x, { Out: {} })],
  [
    'at pool: maxPool2d: a window of 5 cells (size 5, dilation 1) must fit into the padded input, got 4 + 0 + 0 cells along the height [window-fit]',
    () => deep.shape(x.shape),
  ],
  [
    "at stage.body.1: conv2d: the parameters are weight, got no 'weight' [layer-params]",
    () => deep.forward(tensor([1, 8, 8, 2]), {}),
  ],
  [
    'at stage.body.1: conv2d: weight must have shape [3,3,2,6], got [1,4,4,2] [layer-params]',
    () => deep.vjp(tensor([1, 8, 8, 2]), { stage: { body: { 1: { weight: x } } } }),
  ],
  ['concat: there must be at least one branch, got none [layer-children]', () => concat([])],
  ["chain: a child's name must not be empty or contain '.', got '' [layer-children]", () => chain({ '': identity() })],
  [
    "sum: a child's name must not be a number (records reorder those; use an array), got '12' [layer-children]",
    () => sum({ a: identity(), 12: relu() }),
  ],
  [
    'relu: x must have a batch axis, and every axis at least 1 element, got shape [] [layer-input]',
    () => relu().shape([]),
  ],
  ["identity: the attributes are none, got 'size' [layer-attributes]", () => identity({ size: 2 } as Anything)],
  [
    "initialize: the options are seed, weights, type, got 'sead' (did you mean 'seed'?) [layer-attributes]",
    () => initialize(relu(), [1], { sead: 1 } as Anything),
  ],
  [
    "initialize: type must be 'float32' or 'float64', got 'float16' [init-weights]",
    () => initialize(relu(), [1], { type: 'float16' } as Anything),
  ],
  // These say nothing of the order of the axes, though x looks as if its channels came first.
  [
    'conv2d: x must have the axes [batch, height, width, channels], got shape [1,3,28,28,28] [conv-rank]',
    () => layer.shape([1, 3, 28, 28, 28]),
  ],
  [
    'maxPool2d: a window of 9 cells (size 9, dilation 1) must fit into the padded input, got 3 + 0 + 0 cells along the height (x of shape [1,3,28,28] looks as if its channels came first: toChannelsLast(x)) [window-fit]',
    () => maxPool2d({ size: 9 }).shape([1, 3, 28, 28]),
  ],
  [
    'dense: weight must have shape [3,2], got [2,3] (its filters come first: weightToChannelsLast(weight)) [layer-params]',
    () => dense({ units: 2, bias: false }).forward(tensor([1, 3]), { weight: tensor([2, 3]) }),
  ],
  [
    'frozenNorm: mean must have shape [2], got [3] [layer-params]',
    () => frozenNorm().forward(tensor([1, 2]), { ...statistics, mean: tensor([3]) }),
  ],
  [
    'product: the branches must give equal shapes, or 1 on an axis, got [1,4,4,2] and [1,16] [product-shape]',
    () => product([identity(), flat16]).shape(x.shape),
  ],
  [
    'product: the branches must give equal shapes, or 1 on an axis, got [1,4,4,2] and [1,16] [product-shape]',
    () => product([identity(), identity(), flat16]).shape(x.shape),
  ],
  [
    'product: the branches must give equal shapes, or 1 on an axis, got [2,3] and [1,3] [product-shape]',
    () => product([identity(), { ...identity(), shape: ([, ...rest]) => [1, ...rest] }]).shape([2, 3]),
  ],
  [
    'product: the branches must give equal shapes, or 1 on an axis, got [1,2] and [1,3] [product-shape]',
    () => product([1, 2, 3].map((end) => slice({ axes: [1], starts: [0], ends: [end] }))).shape([1, 4]),
  ],
  [
    'product: the branches must give equal shapes, or 1 on an axis, got [1,16] and [1,4,4,2] [product-shape]',
    () => product([flat16, identity()]).shape(x.shape),
  ],
  [
    'concat: a tensor holds at most 2147483647 elements, got 2147483648 for shape [32768,65536] [tensor-size]',
    () => concatChannels([wide, wide]),
  ],
  [
    'concat: a tensor holds at most 2147483647 elements, got 2147483648 for shape [65536,32768] [tensor-size]',
    () => splitChannels(wide, [[65536, 32768]]),
  ],
  [
    'sum: a tensor holds at most 2147483647 elements, got 4294967296 for shape [65536,65536] [tensor-size]',
    () => sumOf({ ...wide, shape: [65536, 65536] }, wide),
  ],
  [
    'shared: the net must use the shared layer, got it nowhere [shared-rules]',
    () => shared(relu(), () => identity()).shape([1]),
  ],
  [
    'chain: x must have a batch axis, and every axis at least 1 element, got shape [0,2] [layer-input]',
    () => chain([]).shape([0, 2]),
  ],
  ['chain: dy must have shape [1,4,4,2], got [1,2] [layer-gradient]', () => chain([]).vjp(x, {})[1](tensor([1, 2]))],
];

test.each(broken)('a SpecError: %s', (message, call) => {
  const clause = message.match(/\[([a-z-]+)\]$/)?.[1];
  expect(call).toThrow(SpecError);
  expect(call).toThrow(RangeError);
  expect(call).toThrow(expect.objectContaining({ name: 'SpecError', message, clause }));
});

const mistyped: [message: string, call: () => unknown][] = [
  [
    'conv2d: the data of x must be a Float32Array or Float64Array, got [1, 2] [tensor-type]',
    () => layer.forward({ shape: [1, 1, 1, 2], data: [1, 2] } as Anything, { weight }),
  ],
  [
    'conv2d: weight must be float32 as x is, got float64 [tensor-type]',
    () => layer.forward(x, { weight: tensor([3, 3, 2, 6], undefined, 'float64') }),
  ],
  [
    "tensor: type must be 'float32' or 'float64', got 'float16' [tensor-type]",
    () => tensor([1], [1], 'float16' as Anything),
  ],
  [
    'conv2d: stride must have a value or be omitted, got null [layer-attributes]',
    () => conv2d({ filters: 1, size: 3, stride: null as Anything }),
  ],
  [
    "conv1d: filters must be a whole number ≥ 1, got '6' [conv-filters]",
    () => conv1d({ filters: '6' as Anything, size: 3 }),
  ],
  ["dense: bias must be true or false, got 'no' [dense-bias]", () => dense({ units: 1, bias: 'no' as Anything })],
  ['conv2d: bias must be true or false, got 1 [conv-bias]', () => conv({ bias: 1 })],
  ['maxPool2d: ceil must be true or false, got 0 [window-ceil]', () => maxPool2d({ size: 2, ceil: 0 as Anything })],
  ["chain: 'a' must be a layer, got 3 [layer-rules]", () => chain({ a: 3 } as Anything)],
  [
    "chain: 'a' must be a layer, got the layer relu, which has no 'field' [layer-rules]",
    () => chain({ a: { ...relu(), field: undefined } } as Anything),
  ],
  [
    'chain: the parts must be one record or array of layers, got the layer conv2d [layer-children]',
    () => (chain as Anything)(layer, relu()),
  ],
  [
    'tensor: values must be a flat array of numbers, got [1, 2] at index 0 [tensor-type]',
    () =>
      tensor([2, 2], [
        [1, 2],
        [3, 4],
      ] as Anything),
  ],
  [
    'chain: parameters must be an object {a}, got 3 [layer-params]',
    () => chain({ a: relu() }).forward(x, 3 as Anything),
  ],
  [
    'at 0: conv2d: weight must be float32 as x is, got float64 [tensor-type]',
    () => chain([layer]).forward(x, { 0: { weight: tensor([3, 3, 2, 6], undefined, 'float64') } }),
  ],
  ['chain: the parts must be one record or array of layers, got 5 [layer-children]', () => chain(5 as Anything)],
  ['chain: the parts must have no holes, got one at index 0 [layer-children]', () => chain(Array(2))],
  ['mapLayer: layer must be a layer, got 5 [layer-rules]', () => mapLayer(5 as Anything, (_, each) => each)],
  ['mapLayer: change must be a function, got 5 [layer-map]', () => mapLayer(relu(), 5 as Anything)],
  ['shared: layer must be a layer, got 5 [layer-rules]', () => shared(5 as Anything, (same) => same)],
  ['shared: build must be a function, got 5 [shared-rules]', () => shared(relu(), 5 as Anything)],
  ['shared: what build returns must be a layer, got 5 [layer-rules]', () => shared(relu(), (() => 5) as Anything)],
  ...(['attributes', 'children'] as const).flatMap((member) =>
    [5, null].map((value): [string, () => unknown] => [
      `chain: 'a' must be a layer, got the layer relu, which has no '${member}' [layer-rules]`,
      () => chain({ a: { ...relu(), [member]: value } as Anything }),
    ]),
  ),
  [
    "chain: 'a' must be a layer, got the layer 5, which has no 'name' [layer-rules]",
    () => chain({ a: { ...relu(), name: 5 } as Anything }),
  ],
  ...[undefined, {}].map((child): [string, () => unknown] => [
    "chain: 'a' must be a layer, got the layer relu, which has no 'b' [layer-rules]",
    () => chain({ a: { ...relu(), children: { b: child } } as Anything }),
  ]),
  [
    "chain: 'a' must be a layer, got an object that cannot be read, which has no 'forward' [layer-rules]",
    () => chain({ a: trap as Anything }),
  ],
  [
    'foldNorm: weight must be a tensor {shape, data}, got {inner} [tensor-type]',
    () =>
      foldNorm(chain({ fc: dense({ units: 2 }), norm: frozenNorm() }), {
        fc: { weight: { inner: x } },
        norm: statistics,
      }),
  ],
  [
    "parameters: the layer's params must be shapes by name, got 5 [layer-params]",
    () => initialize({ ...relu(), parameters: undefined, params: () => 5 as Anything }, [1]),
  ],
  [
    "parameters: the layer's params must be shapes by name, got {a} [layer-params]",
    () => initialize({ ...relu(), parameters: undefined, params: () => endless }, [1]),
  ],
  [
    'relu: parameters must be something that can be read, got what throws {} [layer-parameters]',
    () => initialize({ ...relu(), parameters: () => ({ a: trap as Anything }) }, [1]),
  ],
  [
    'relu: every parameter must be declared as {shape, first} [layer-parameters]',
    () => initialize({ ...relu(), parameters: () => ({ a: { shape: [1] } as Anything }) }, [1]),
  ],
  [
    'conv2d: parameters must be an object {weight}, got undefined [layer-params]',
    () => layer.forward(x, undefined as Anything),
  ],
];

test.each(mistyped)('a TypeError: %s', (message, call) => {
  const clause = message.match(/\[([a-z-]+)\]$/)?.[1];
  expect(call).toThrow(TypeError);
  expect(call).toThrow(expect.objectContaining({ message, clause }));
});

test('[layer-names] an error inside a net names the layer, also in compile and in the gradient, and in its stack', () => {
  const clipping: Layer = {
    ...relu(),
    vjp: () => [tensor([1, 2]), () => relu().vjp(tensor([1, 2]), {})[1](tensor([3]))],
  };
  const net = chain({ a: sum({ b: clipping }) });
  expect(() => net.vjp(tensor([1, 2]), {})[1](tensor([1, 2]))).toThrow(
    'at a.b: relu: dy must have shape [1,2], got [3] [',
  );
  const convs = chain({ first: chain({ conv: conv({ bias: false }) }) });
  try {
    compile(convs, x.shape, { first: { conv: {} } });
    expect.unreachable();
  } catch (error) {
    expect((error as Error).message).toMatch(/^at first\.conv: conv2d: the parameters are weight, got no 'weight' \[/);
    expect((error as Error).stack).toContain('at first.conv: conv2d');
  }
});

test('[layer-names] an error of a hand-written layer passes through unchanged', () => {
  const odd = new Error('of my own');
  const throwing: Layer = {
    ...relu(),
    forward: () => {
      throw odd;
    },
  };
  expect(() => chain({ a: throwing }).forward(x, {})).toThrow(odd);
});
