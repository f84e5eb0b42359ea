// The float64 reference of a training step: cross-entropy of a chain of layers, its gradient, θ ← θ − rate·g.

import { filterGradient, forward, inputGradient } from './reference.mjs';

/** How every weight and bias moves in one step, in the order of the layers. */
export function update(tree, x, labels, rate) {
  const inputs = [];
  let value = Float64Array.from(x);
  for (const part of tree.parts) {
    inputs.push(value);
    value = forward(part, value);
  }
  let dy = crossEntropyGradient(tree.output, value, labels);
  const moves = [];
  let y = value;
  for (let i = tree.parts.length - 1; i >= 0; i--) {
    const part = tree.parts[i];
    if (part.relu) dy = dy.map((each, j) => (y[j] > 0 ? each : 0));
    if (part.weight) moves.unshift(weightGradient(part, inputs[i], dy), biasGradient(part, dy));
    if (i > 0) dy = backward(part, inputs[i], dy);
    y = inputs[i];
  }
  return Float64Array.from(moves.flatMap((each) => Array.from(each, (g) => -rate * g)));
}

function crossEntropyGradient([batch, classes], logits, labels) {
  const dy = new Float64Array(logits.length);
  for (let n = 0; n < batch; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const most = Math.max(...row);
    const e = row.map((value) => Math.exp(value - most));
    const all = e.reduce((a, b) => a + b, 0);
    e.forEach((value, o) => {
      dy[n * classes + o] = (value / all - (labels[n] === o ? 1 : 0)) / batch;
    });
  }
  return dy;
}

const asConv = (part) =>
  part.op === 'conv'
    ? part
    : {
        ...{ ...part, size: 1, stride: 1, padding: 0, dilation: 1, groups: 1 },
        input: [part.input[0], 1, 1, part.input[1]],
        output: [part.output[0], 1, 1, part.output[1]],
      };

const weightGradient = (part, x, dy) => filterGradient(asConv(part), x, dy);

function biasGradient(part, dy) {
  const db = new Float64Array(part.bias.length);
  dy.forEach((value, i) => {
    db[i % db.length] += value;
  });
  return db;
}

function backward(part, x, dy) {
  if (part.op === 'flatten') return dy;
  return part.op === 'maxPool' ? maxPoolGradient(part, x, dy) : inputGradient(asConv(part), dy);
}

/** For windows of 2×2 that do not overlap; the first maximum takes all. */
function maxPoolGradient({ input, output }, x, dy) {
  const [, H, W, C] = input;
  const [, h, w] = output;
  const dx = new Float64Array(x.length);
  dy.forEach((value, i) => {
    const [c, px, py, n] = [i % C, Math.floor(i / C) % w, Math.floor(i / C / w) % h, Math.floor(i / C / w / h)];
    const cells = [0, 1, W, W + 1].map((offset) => ((n * H + 2 * py) * W + 2 * px + offset) * C + c);
    dx[cells.reduce((best, cell) => (x[cell] > x[best] ? cell : best))] += value;
  });
  return dx;
}
