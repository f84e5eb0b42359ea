// Activations: functions of one number, applied to every element of a tensor.

import { checkNames, finiteNumber, known, type None } from '../attributes.ts';
import * as kernels from '../kernels/choose.ts';
import type { Attributes, Layer } from '../layer/layer.ts';
import { type Operator, operator } from '../layer/operator.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, type Data, typeOf } from '../tensor.ts';

/**
 * Rectifier: `y = x < 0 ? 0 : x`, so a NaN stays NaN; its slope at 0 is 0. Spec activation-relu.
 *
 * @example
 * relu().forward(tensor([1, 3], [-1, 0, 2]), {}).data // [0, 0, 2]
 */
export function relu(attributes: None = {}): Layer {
  checkNames('relu', attributes, []);
  return pointwise('relu', {}, relu, {
    forward: kernels.relu,
    gradient: ({ x, dy, dx }) => kernels.reluGrad(x, dy, dx),
    roles: { activates: true },
    emit: (program, x) => program.relu(x),
  });
}

/**
 * Leaky rectifier: `y = x < 0 ? slope·x : x`; its slope at 0 is `slope`, by default 0.01. Spec activation-leaky.
 *
 * @throws {SpecError} activation-leaky when the slope is not a finite number.
 * @example
 * leakyRelu({ slope: 0.5 }).forward(tensor([1, 3], [-1, 0, 2]), {}).data // [-0.5, 0, 2]
 */
export function leakyRelu(attributes: { readonly slope?: number } = {}): Layer {
  attributes = known('leakyRelu', attributes, ['slope']);
  const slope = finite('activation-leaky', 'leakyRelu', 'slope', attributes.slope ?? 0.01);
  return pointwise('leakyRelu', { slope }, leakyRelu, {
    roles: { activates: true },
    forward(x, y) {
      const a = roundingOf(x)(slope);
      for (let i = 0; i < y.length; i++) y[i] = x[i] < 0 ? a * x[i] : x[i];
    },
    emit(program, x) {
      const slopes = new Float32Array(x.shape[x.shape.length - 1]).fill(slope);
      return program.pointwise(x, { operation: 'prelu', slope: slopes });
    },
    gradient({ x, dy, dx }) {
      const a = roundingOf(x)(slope);
      for (let i = 0; i < dx.length; i++) dx[i] = x[i] > 0 ? dy[i] : a * dy[i];
    },
  });
}

/**
 * Logistic function: `y = 1 / (1 + exp(−x))`. Spec activation-sigmoid.
 *
 * @example
 * sigmoid().forward(tensor([1, 2], [0, 1000]), {}).data // [0.5, 1]
 */
export function sigmoid(attributes: None = {}): Layer {
  checkNames('sigmoid', attributes, []);
  return pointwise('sigmoid', {}, sigmoid, {
    roles: { activates: true },
    forward: (x, y) => kernels.map('sigmoid', x, y),
    gradient({ y, dy, dx }) {
      const round = roundingOf(y);
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * round(y[i] * round(1 - y[i]));
    },
  });
}

/**
 * Hyperbolic tangent of every element. Spec activation-tanh.
 *
 * @example
 * tanh().forward(tensor([1, 2], [0, -1000]), {}).data // [0, -1]
 */
export function tanh(attributes: None = {}): Layer {
  checkNames('tanh', attributes, []);
  return pointwise('tanh', {}, tanh, {
    roles: { activates: true },
    forward: (x, y) => kernels.map('tanh', x, y),
    gradient({ y, dy, dx }) {
      const round = roundingOf(y);
      for (let i = 0; i < dx.length; i++) dx[i] = dy[i] * round(1 - round(y[i] * y[i]));
    },
  });
}

/**
 * `y = factor · x`: the weight of an auxiliary loss, the divisor of an input. Spec activation-scale.
 *
 * @throws {SpecError} activation-scale when the factor is not a finite number.
 * @example
 * scale({ factor: 0.5 }).forward(tensor([1, 2], [3, -4]), {}).data // [1.5, -2]
 */
export function scale(attributes: { readonly factor: number }): Layer {
  attributes = known('scale', attributes, ['factor']);
  const factor = finite('activation-scale', 'scale', 'factor', attributes.factor);
  const times = (x: Data, y: Data): void => {
    const a = roundingOf(x)(factor);
    for (let i = 0; i < y.length; i++) y[i] = a * x[i];
  };
  return pointwise('scale', { factor }, scale, { forward: times, gradient: ({ dy, dx }) => times(dy, dx) });
}

const finite = (clause: string, who: string, what: string, value: unknown): number =>
  finiteNumber(clause, who, what, value, 'a finite number', () => true);

interface Pointwise extends Pick<Operator, 'emit' | 'roles'> {
  forward(x: Data, y: Data): void;
  gradient(data: { readonly x: Data; readonly y: Data; readonly dy: Data; readonly dx: Data }): void;
}

/** A layer without parameters that keeps the shape. Storing to a Float32Array rounds the last operation. */
export function pointwise(
  name: string,
  attributes: Attributes,
  make: (attributes: never) => Layer,
  { forward, gradient, ...rest }: Pointwise,
): Layer {
  return operator({
    name,
    attributes,
    make,
    ...rest,
    shape: (x) => x,
    forward(x) {
      const y = allocate(name, x.shape, typeOf(x.data), true);
      forward(x.data, y.data);
      return y;
    },
    gradient({ x, dy, y }) {
      const dx = allocate(name, x.shape, typeOf(x.data), true);
      gradient({ x: x.data, y: y.data, dy: dy.data, dx: dx.data });
      return { x: dx };
    },
  });
}
