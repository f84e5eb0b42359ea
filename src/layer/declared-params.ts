// What an operator declares of a parameter: its shape, its first value, and whether it is trained.

import { wrongType } from '../errors.ts';
import { normals } from '../kernels/choose.ts';
import { random } from '../random.ts';
import { isList, reading } from '../reading.ts';
import type { Shape } from '../tensor.ts';
import { checkShapes, flatParams } from './flat-params.ts';
import type { FirstValue, Layer, Parameter, Params } from './layer.ts';

export const filled =
  (value: number): FirstValue =>
  (data) => {
    data.fill(value);
  };

/**
 * A random weight, given the number of terms in each output and of uses of each input. He et al. 2015, eq. 10: normal,
 * variance 2 / fan-in; Glorot and Bengio 2010, eq. 16: uniform, variance 2 / (fan-in + fan-out). Spec init-weights.
 */
export const drawn =
  (fanIn: number, fanOut: number): FirstValue =>
  (data, seed, scheme) => {
    if (scheme === 'he') return normals(seed, Math.sqrt(2 / fanIn), data);
    const { uniform } = random(seed);
    const bound = Math.sqrt(6 / (fanIn + fanOut));
    for (let i = 0; i < data.length; i++) data[i] = bound * (2 * uniform() - 1);
  };

/**
 * A random weight `[…, channels, filters]`: fan-in is the product of all axes except the last, fan-out of all except
 * the second to last.
 */
export function drawnWeight(shape: Shape): FirstValue {
  const taps = shape.slice(0, -2).reduce((product, axis) => product * axis, 1);
  const [channels, filters] = shape.slice(-2);
  return drawn(taps * channels, taps * filters);
}

/** The declarations of a layer's parameters, nested as the parameters are. Spec layer-parameters. */
export function declaredParams(layer: Layer, x: Shape): Params<Parameter> {
  const inputs = layer.inputs?.(x);
  if (inputs)
    return Object.fromEntries(
      Object.entries(layer.children).map(([name, child]) => [name, declaredParams(child, inputs[name].shape)]),
    );
  return layer.parameters === undefined ? undeclared(layer.params(x)) : declared(layer, x);
}

/** What an operator declares; one made by hand may declare anything. Spec layer-parameters. */
function declared(layer: Layer, x: Shape): Readonly<Record<string, Parameter>> {
  const given = layer.parameters!(x);
  const isDeclared = reading('layer-parameters', layer.name, 'parameters', () =>
    Object.values(given).every((each) => isList(each.shape) && typeof each.first === 'function'),
  );
  if (!isDeclared)
    throw wrongType('layer-parameters', `${layer.name}: every parameter must be declared as {shape, first}`);
  return given;
}

/**
 * The assumption for a hand-written layer: parameters with two or more axes are random at first, the others begin as 0.
 */
const undeclared = (shapes: Params<Shape>): Params<Parameter> => {
  checkShapes('parameters', shapes);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      isShape(shape) ? { shape, first: shape.length < 2 ? filled(0) : drawnWeight(shape) } : undeclared(shape),
    ]),
  );
};

const isShape = (value: Shape | Params<Shape>): value is Shape => Array.isArray(value);

/** Whether a parameter is trained, by its flat name. Spec inspect-parameters. */
export function trainedIn(layer: Layer, x: Shape): (name: string) => boolean {
  const flat = flatParams(declaredParams(layer, x));
  return (name) => flat[name]?.trained !== false;
}
