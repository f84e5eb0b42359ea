// The layers that act on each number by itself, by name: the order of the elements does not matter to them.

export const numberByNumber: ReadonlySet<string> = new Set(
  'relu leakyRelu sigmoid tanh scale identity clip hardSigmoid hardSwish elu selu softplus silu gelu power'.split(' '),
);
