// From a description to numbers: every node gets the shapes of its input and output, its weights and its work.

/** Pseudo-random numbers in [−1, 1) (mulberry32): the same in every process. */
export function uniform(length, seed, scale = 1) {
  const values = new Float32Array(length);
  let state = seed | 0;
  for (let i = 0; i < length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    values[i] = (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1) * scale;
  }
  return values;
}

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const out = (n, { size, stride, padding, dilation }) =>
  Math.floor((n + 2 * padding - (size - 1) * dilation - 1) / stride) + 1;

/** The tree again, each node with `input`, `output`, and `weight`, `bias` where it has them; `flops` of the whole. */
export function plan(net, shape) {
  let seed = 1;
  let flops = 0;
  /** Uniform in ±√(6 / terms): activations keep their size from layer to layer (He et al. 2015). */
  const weigh = (node, weightShape, terms, filters) => {
    const weight = uniform(product(weightShape), seed++, Math.sqrt(6 / terms));
    return { ...node, weightShape, weight, bias: uniform(filters, seed++, 0.1) };
  };
  const windowed = (node, input, filters) => {
    const complete = { stride: 1, padding: 0, dilation: 1, groups: 1, ...node };
    const output = [input[0], out(input[1], complete), out(input[2], complete), filters];
    return { ...complete, input, output };
  };
  const rules = {
    conv(node, input) {
      const full = windowed(node, input, node.filters);
      const terms = (node.size ** 2 * input[3]) / full.groups;
      flops += 2 * product(full.output) * terms;
      return weigh(full, [node.size, node.size, input[3] / full.groups, node.filters], terms, node.filters);
    },
    depthwise(node, input) {
      const full = windowed({ ...node, groups: input[3] }, input, input[3]);
      flops += 2 * product(full.output) * node.size ** 2;
      return weigh(full, [node.size, node.size, 1, input[3]], node.size ** 2, input[3]);
    },
    dense(node, input) {
      flops += 2 * input[0] * input[1] * node.units;
      const full = { ...node, input, output: [input[0], node.units] };
      return weigh(full, [input[1], node.units], input[1], node.units);
    },
    maxPool(node, input) {
      const full = windowed(node, input, input[3]);
      flops += product(full.output) * node.size ** 2;
      return full;
    },
    avgPool: (node, input) => rules.maxPool(node, input),
    globalAvgPool: (node, input) => ({ ...node, input, output: [input[0], input[3]] }),
    flatten: (node, input) => ({ ...node, input, output: [input[0], product(input.slice(1))] }),
    relu: (node, input) => ({ ...node, input, output: input }),
    sum(node, input) {
      const parts = node.parts.map((part) => visit(part, input));
      return { ...node, parts, input, output: parts[0].output };
    },
    chain(node, input) {
      let output = input;
      const parts = node.parts.map((part) => {
        const full = visit(part, output);
        output = full.output;
        return full;
      });
      return { ...node, parts, input, output };
    },
  };
  const visit = (node, input) => rules[node.op](node, input);
  return { tree: visit(net, shape), flops };
}

/** Everything an engine needs for a case. A gradient costs what its convolution costs, a step three times its net. */
export function instance({ kind, shape, net, ...rest }) {
  const { tree, flops } = plan(net, shape);
  const x = uniform(product(shape), 1001);
  const dy = kind === 'dx' || kind === 'dw' ? uniform(product(tree.output), 1002) : undefined;
  const labels = kind === 'step' ? Array.from({ length: shape[0] }, (_, i) => (7 * i) % tree.output[1]) : undefined;
  return { ...rest, kind, shape, tree, x, dy, labels, flops: kind === 'step' ? 3 * flops : flops };
}
