// The float64 reference: plain loops over a planned tree, written without the library, so that nothing is judged by itself.

const rows = {
  conv,
  depthwise,
  dense,
  maxPool: pool,
  avgPool: pool,
  globalAvgPool,
  flatten: (_, x) => x,
  relu,
  sum,
  chain,
};

/** The output of a tree for x, in float64. */
export const forward = (node, x) => {
  const y = rows[node.op](node, x);
  return node.relu ? relu(node, y) : y;
};

/** Calls visit(n, p, k, cell) for every tap k that meets a cell of the input, position p by position; all are indices. */
function windows({ size, stride, padding, dilation, input, output }, visit) {
  const [, h, w] = input;
  let p = 0;
  for (let n = 0; n < output[0]; n++)
    for (let py = 0; py < output[1]; py++)
      for (let px = 0; px < output[2]; px++, p++)
        for (let k = 0; k < size * size; k++) {
          const y = py * stride + Math.floor(k / size) * dilation - padding;
          const x = px * stride + (k % size) * dilation - padding;
          if (y >= 0 && y < h && x >= 0 && x < w) visit(p, k, (n * h + y) * w + x);
        }
}

/** Visits every row of products: y[at …] pairs with w[from …] for one x[cell], `length` filters at a time. */
function terms(node, visit) {
  const [C, O] = [node.input[3], node.output[3]];
  const [c, o] = [C / node.groups, O / node.groups];
  windows(node, (p, k, cell) => {
    for (let g = 0; g < node.groups; g++)
      for (let i = 0; i < c; i++) visit(p * O + g * o, (k * c + i) * O + g * o, cell * C + g * c + i, o);
  });
}

const size = (shape) => shape.reduce((a, b) => a * b, 1);

function conv(node, x) {
  const y = Float64Array.from({ length: size(node.output) }, (_, i) => node.bias[i % node.bias.length]);
  const w = Float64Array.from(node.weight);
  terms(node, (at, from, cell, length) => {
    const value = x[cell];
    for (let o = 0; o < length; o++) y[at + o] += value * w[from + o];
  });
  return y;
}

function depthwise(node, x) {
  return conv(node, x);
}

/** dx of a convolution. */
export function inputGradient(node, dy) {
  const dx = new Float64Array(size(node.input));
  terms(node, (at, from, cell, length) => {
    let sum = 0;
    for (let o = 0; o < length; o++) sum += dy[at + o] * node.weight[from + o];
    dx[cell] += sum;
  });
  return dx;
}

/** dw of a convolution. */
export function filterGradient(node, x, dy) {
  const dw = new Float64Array(size(node.weightShape));
  terms(node, (at, from, cell, length) => {
    const value = x[cell];
    for (let o = 0; o < length; o++) dw[from + o] += value * dy[at + o];
  });
  return dw;
}

function dense({ input, output, weight, bias }, x) {
  const y = new Float64Array(size(output));
  for (let n = 0; n < input[0]; n++) {
    for (let i = 0; i < input[1]; i++) {
      const value = x[n * input[1] + i];
      if (value !== 0) for (let o = 0; o < output[1]; o++) y[n * output[1] + o] += value * weight[i * output[1] + o];
    }
    for (let o = 0; o < output[1]; o++) y[n * output[1] + o] += bias[o];
  }
  return y;
}

function pool(node, x) {
  const C = node.input[3];
  const isMax = node.op === 'maxPool';
  const y = new Float64Array(size(node.output)).fill(isMax ? -Infinity : 0);
  const cells = new Float64Array(size(node.output) / C);
  windows(node, (p, _, cell) => {
    cells[p]++;
    for (let c = 0; c < C; c++) {
      const value = x[cell * C + c];
      y[p * C + c] = isMax ? Math.max(y[p * C + c], value) : y[p * C + c] + value;
    }
  });
  return isMax ? y : y.map((sum, i) => sum / cells[Math.floor(i / C)]);
}

function globalAvgPool({ input, output }, x) {
  const [N, H, W, C] = input;
  const y = new Float64Array(size(output));
  for (let i = 0; i < x.length; i++) y[Math.floor(i / (H * W * C)) * C + (i % C)] += x[i] / (H * W);
  return N > 0 ? y : x;
}

function relu(_, x) {
  return x.map((value) => Math.max(0, value));
}

function sum({ parts }, x) {
  const [first, second] = parts.map((part) => forward(part, x));
  return first.map((value, i) => value + second[i]);
}

function chain({ parts }, x) {
  return parts.reduce((value, part) => forward(part, value), x);
}
