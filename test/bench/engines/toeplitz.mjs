// This library, its modules one by one as built in build/js: a layer is timed inside of compile.

import { assemble } from '../../../build/js/compile/assemble.js';
import { Recorder } from '../../../build/js/compile/recorder.js';
import * as toeplitz from '../../../build/js/index.js';
import * as kernels from '../../../build/js/kernels/choose.js';
import { ownArena } from '../../../build/js/kernels/scratch-arena.js';
import { compileParallel } from '../../../build/js/threads/index.js';
import { fit, minibatches, sgd } from '../../../build/js/train/index.js';
import { threeAxes } from '../../../build/js/window.js';
import { isWinograd } from '../cases.mjs';

const RATE = 0.01;
const { chain, tensor } = toeplitz;

const operators = {
  conv: ({ filters, size, stride, padding, dilation, groups }) =>
    toeplitz.conv2d({ filters, size, stride, padding, dilation, groups }),
  depthwise: ({ size, stride, padding }) => toeplitz.depthwiseConv2d({ size, stride, padding }),
  dense: ({ units }) => toeplitz.dense({ units }),
  maxPool: ({ size, stride, padding }) => toeplitz.maxPool2d({ size, stride, padding }),
  avgPool: ({ size, stride, padding }) => toeplitz.avgPool2d({ size, stride, padding }),
  globalAvgPool: () => toeplitz.globalAvgPool(),
  flatten: () => toeplitz.flatten(),
  relu: () => toeplitz.relu(),
  chain: ({ parts }) => (parts.length > 0 ? chain(parts.map(layerOf)) : toeplitz.identity()),
  sum: ({ parts }) => toeplitz.sum(parts.map(layerOf)),
};

function layerOf(node) {
  const layer = operators[node.op](node);
  return node.relu ? chain([layer, toeplitz.relu()]) : layer;
}

function paramsOf({ parts, relu, weight, weightShape, bias }) {
  if (parts)
    return Object.fromEntries(parts.map((part, i) => [i, paramsOf(part)]).filter(([, each]) => !isEmpty(each)));
  const own = weight
    ? { weight: { shape: weightShape, data: weight }, bias: { shape: [bias.length], data: bias } }
    : {};
  return relu ? { 0: own } : own;
}
const isEmpty = (params) => Object.keys(params).length === 0;

export async function prepare(work, threads) {
  if (threads > 1) return [onThreads(work, threads)];
  return { forward, float64, dx: gradient, dw: gradient, step }[work.kind](work);
}

function onThreads({ tree, x, shape }, threads) {
  const net = compileParallel(layerOf(tree), shape, paramsOf(tree), { threads });
  const run = () => net({ shape, data: x });
  return { name: 'toeplitz', run, output: async () => (await run()).data };
}

/** Exact from array to array, as `compile` gives it; exact and by Winograd with x and y in the instance's memory. */
function forward({ group, tree, x, shape }) {
  const [layer, params, input] = [layerOf(tree), paramsOf(tree), { shape, data: x }];
  const net = toeplitz.compile(layer, shape, params);
  const run = () => net(input);
  const winograd = isWinograd({ group, net: tree }) ? [inPlace('winograd', layer, params, input, 'winograd')] : [];
  return [
    { name: 'toeplitz', run, output: () => run().data },
    inPlace('in place', layer, params, input, 'exact'),
    ...winograd,
  ];
}

/** What `compile` does between its copies. */
function inPlace(name, layer, params, x, arithmetic) {
  const program = new Recorder(arithmetic);
  const [slot, traced] = program.input(x.shape);
  const net = assemble(ownArena('compile'), program, slot, program.layer(layer, traced, params));
  const run = () => net.run(x.shape[0]);
  const output = () => {
    net.x.set(x.data);
    run();
    return net.y;
  };
  return { name, run, output };
}

function geometry({ size, stride, padding: before, dilation, groups, input, output }) {
  const axis = (i) => ({ input: input[i], size, stride, dilation, before, after: before, output: output[i] });
  const axes = threeAxes([axis(1), axis(2)]);
  return { batch: input[0], groups, channels: input[3] / groups, filters: output[3] / groups, axes };
}

/** From array to array, into the same one in every call: the pages of a new one cost some hosts more than the sums. */
function float64({ tree, x }) {
  const [values, weight, bias] = [x, tree.weight, tree.bias].map((each) => Float64Array.from(each));
  const y = new Float64Array(tree.output.reduce((a, b) => a * b));
  const run = () => kernels.conv(geometry(tree), values, weight, bias, y, 'auto');
  const output = () => {
    run();
    return y;
  };
  return [{ name: 'toeplitz', run, output }];
}

/** One of the two gradients alone; filters are packed in every call, for a training step changes them. */
function gradient({ kind, tree, x, dy }) {
  const { input } = tree;
  const g = geometry(tree);
  const dx = () => {
    const result = tensor(input);
    kernels.convInputGrad(g, dy, tree.weight, result.data, 'auto');
    return result;
  };
  const dw = () => {
    const result = tensor(tree.weightShape);
    kernels.convWeightGrad(g, x, dy, result.data, 'auto');
    return result;
  };
  const run = { dx, dw }[kind];
  return [{ name: 'toeplitz', run, output: () => run().data }];
}

function step({ tree, x, shape, labels }) {
  const net = layerOf(tree);
  const batches = minibatches({ x: { shape, data: x }, labels }, { size: shape[0], shuffle: false });
  const optimizer = sgd({ rate: RATE });
  const start = paramsOf(tree);
  let params = start;
  const run = async () => {
    ({ params } = await fit(net, params, batches, { optimizer, epochs: 1 }));
  };
  const output = async () => {
    params = start;
    await run();
    return Float32Array.from(flat(params));
  };
  return [{ name: 'toeplitz', run, output }];
}

const flat = (params) => Object.values(params).flatMap((each) => (each.data ? [...each.data] : flat(each)));
