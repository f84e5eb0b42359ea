// Conforming engines: whatever the order of summation, with or without fused multiply-add, the oracle must pass them.

import { type Tensor, tensor } from '../../../src/index.ts';
import { geometryOf } from '../../../src/oracle/families/index.ts';
import type { Call, Engine } from '../../../src/oracle/index.ts';
import { type Random, random } from '../../../src/random.ts';
import { divisors } from '../../../src/reference/pool.ts';
import { cellsUnder, inputs, outputs, taps } from '../../../src/window.ts';
import { layerOf, names, paramsOf } from '../this-library.ts';

/** Adds terms along a random binary tree; `fused` adds a product without rounding it first. */
function tree(terms: number[], draw: Random): number {
  while (terms.length > 1) {
    const i = draw.below(terms.length - 1);
    terms.splice(i, 2, Math.fround(terms[i] + terms[i + 1]));
  }
  return terms[0] ?? 0;
}

/** A forward convolution that adds its products in a random order, some fused. */
function anyOrder(call: Call, draw: Random) {
  const layer = layerOf(call);
  const g = geometryOf(layer, call.x.shape);
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const y = tensor(layer.shape(call.x.shape));
  const cells = new Int32Array(K);
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (let n = 0; n < g.batch; n++) {
      for (let o = 0; o < O; o++) {
        const terms = call.bias ? [call.bias.data[o]] : [];
        for (let k = 0; k < K; k++) {
          if (cells[k] < 0) continue;
          for (let c = 0; c < g.channels; c++) {
            const a = call.x.data[(n * I + cells[k]) * C + Math.floor(o / g.filters) * g.channels + c];
            const w = call.weight!.data[(k * g.channels + c) * O + o];
            const last = terms.length - 1;
            if (last >= 0 && draw.below(2) === 0) terms[last] = Math.fround(terms[last] + a * w);
            else terms.push(Math.fround(a * w));
          }
        }
        y.data[(n * P + p) * O + o] = tree(draw.shuffle(terms), draw);
      }
    }
  }
  return y;
}

/** Σ x · fl(1 / d), the cells in reverse. */
function averageByReciprocal(call: Call) {
  const layer = layerOf(call);
  const g = geometryOf(layer, call.x.shape);
  const divisor = divisors(g, call.attributes.countPadding as boolean);
  const [I, P] = [inputs(g.axes), outputs(g.axes)];
  const y = tensor(layer.shape(call.x.shape));
  const cells = new Int32Array(taps(g.axes));
  for (let i = 0; i < y.data.length; i++) {
    const [row, c] = [Math.floor(i / g.groups), i % g.groups];
    cellsUnder(g.axes, row % P, cells);
    const factor = Math.fround(1 / divisor[row % P]);
    let sum = 0;
    for (const cell of cells.toReversed())
      if (cell >= 0)
        sum = Math.fround(sum + Math.fround(call.x.data[(Math.floor(row / P) * I + cell) * g.groups + c] * factor));
    y.data[i] = sum;
  }
  return y;
}

/** The same call gives the same bits: the order is drawn from the values. */
const seedOf = (call: Call): number =>
  [...call.x.data].reduce((sum, value) => sum + (value === value ? Math.round(value) : 0), call.x.data.length);

const convolution = (call: Call) => anyOrder(call, random(seedOf(call)));

/** Convolutions summed in random orders, half of the terms fused. */
export const inAnyOrder: Engine = {
  name: 'any order',
  ops: { conv2d: convolution, depthwiseConv2d: convolution, conv1d: convolution, dense: convolution },
};

/** Averages that multiply every cell by a rounded reciprocal. */
export const reciprocal: Engine = { name: 'reciprocal', ops: { avgPool2d: averageByReciprocal } };

const doubles = ({ shape, data }: Tensor): Tensor => ({ shape, data: Float64Array.from(data) });

/** Float64 sums rounded once. */
const once = (call: Call): Tensor => {
  const params = Object.entries(paramsOf(call)).map(([name, each]) => [name, doubles(each as Tensor)]);
  const y = layerOf(call).forward(doubles(call.x), Object.fromEntries(params));
  return { shape: y.shape, data: Float32Array.from(y.data) };
};
export const roundedOnce: Engine = { name: 'float64', ops: Object.fromEntries(names.map((name) => [name, once])) };
