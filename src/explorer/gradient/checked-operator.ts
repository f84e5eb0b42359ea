// What is checked: an operator at a drawn point, right or with a mistake in the gradient of one tensor.

import { mapParams } from '../../layer/flat-params.ts';
import { initialize } from '../../layer/initialize.ts';
import type { Layer, Params } from '../../layer/layer.ts';
import { leakyRelu, relu, sigmoid, tanh } from '../../ops/activation.ts';
import { conv2d } from '../../ops/convolution.ts';
import { dense } from '../../ops/dense.ts';
import { crossEntropy } from '../../ops/loss.ts';
import { lrn } from '../../ops/lrn.ts';
import { batchNorm } from '../../ops/normalization.ts';
import { avgPool2d, maxPool2d } from '../../ops/pool.ts';
import { softmax } from '../../ops/softmax.ts';
import { hash, random } from '../../random.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';

interface Operator {
  readonly title: string;
  make(): Layer;
  readonly shape: Shape;
}

export const operators: Readonly<Record<string, Operator>> = {
  conv2d: { title: 'convolution', make: () => conv2d({ filters: 1, size: 3, padding: 'same' }), shape: [1, 5, 5, 1] },
  dense: { title: 'dense', make: () => dense({ units: 3 }), shape: [2, 4] },
  maxPool2d: { title: 'max pooling', make: () => maxPool2d({ size: 2, stride: 1 }), shape: [1, 4, 4, 1] },
  avgPool2d: { title: 'average pooling', make: () => avgPool2d({ size: 2 }), shape: [1, 4, 4, 1] },
  relu: { title: 'relu', make: () => relu(), shape: [2, 5] },
  leakyRelu: { title: 'leaky relu', make: () => leakyRelu({ slope: 0.1 }), shape: [2, 5] },
  sigmoid: { title: 'sigmoid', make: () => sigmoid(), shape: [2, 5] },
  tanh: { title: 'tanh', make: () => tanh(), shape: [2, 5] },
  softmax: { title: 'softmax', make: () => softmax(), shape: [2, 4] },
  batchNorm: { title: 'batch normalization', make: () => batchNorm(), shape: [4, 3] },
  lrn: {
    title: 'local response normalization',
    make: () => lrn({ size: 3, alpha: 0.3, beta: 0.75, k: 1 }),
    shape: [2, 1, 1, 5],
  },
  crossEntropy: { title: 'cross-entropy', make: () => crossEntropy({ labels: [1, 3] }), shape: [2, 4] },
};

function scale(data: Tensor['data'], by: number): void {
  for (let i = 0; i < data.length; i++) data[i] *= by;
}

/** What a mistake does to the gradient of one tensor. */
const mistakes: Readonly<Record<string, (data: Tensor['data']) => void>> = {
  'is half as large as it should be': (data) => scale(data, 0.5),
  'has the wrong sign': (data) => scale(data, -1),
  'lacks its last entries': (data) => void data.fill(0, Math.floor(data.length * 0.6)),
  'is in reversed order': (data) => void data.reverse(),
};

export interface Planted {
  readonly tensor: string;
  readonly what: string;
}

export interface Subject {
  readonly layer: Layer;
  readonly x: Tensor;
  readonly params: Params<Tensor>;
  readonly planted?: Planted;
  /** x and the parameters by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** An operator at a drawn point; with `plant`, the gradient of one tensor is wrong. */
export function subjectOf(name: string, seed: number, plant: boolean): Subject {
  const { make, shape } = Object.hasOwn(operators, name) ? operators[name] : operators.conv2d;
  const right = make();
  const { normal, below } = random(hash(seed, `gradient ${name}`));
  const drawn = (size: number): Float32Array =>
    Float32Array.from({ length: size }, () => Math.round(normal() * 10) / 10);
  const x = { shape, data: drawn(sizeOf(shape)) };
  const params = mapParams(initialize(right, shape, { seed }), (value) => ({
    shape: value.shape,
    data: drawn(value.data.length),
  })) as Params<Tensor>;
  const tensors: Record<string, Tensor> = { x, ...(params as Record<string, Tensor>) };
  if (!plant) return { layer: right, x, params, tensors };
  const names = Object.keys(tensors);
  const tensor = names[below(names.length)];
  const kinds = Object.keys(mistakes).filter((what) => tensors[tensor].data.length > 1 || !/order|last/.test(what));
  const planted = { tensor, what: kinds[below(kinds.length)] };
  return { layer: broken(right, planted), x, params, planted, tensors };
}

function broken(layer: Layer, { tensor, what }: Planted): Layer {
  return {
    ...layer,
    vjp(x, params) {
      const [y, pull] = layer.vjp(x, params);
      return [
        y,
        (dy) => {
          const gradient = pull(dy);
          mistakes[what]((tensor === 'x' ? gradient.x : (gradient.params[tensor] as Tensor)).data);
          return gradient;
        },
      ];
    },
  };
}
