// What every operator checks of x, its parameters and dy. Spec layer-input, layer-params, layer-gradient.

import { checkNames } from '../attributes.ts';
import { channelsHint } from '../did-you-mean.ts';
import { SpecError, wrongType } from '../errors.ts';
import { reading } from '../reading.ts';
import { checkTensor, type Data, heldBy, type Shape, sameShape, sizeOf, type Tensor, typeOf } from '../tensor.ts';
import type { Params } from './layer.ts';

/** Spec layer-gradient: an array that was transferred or shrunk since vjp has no gradient. */
export function checkHeld(who: string, what: string, { shape, data }: Tensor): void {
  if (heldBy(data) !== sizeOf(shape))
    throw new SpecError(
      'layer-gradient',
      `${who}: ${what} must stay as it was for vjp until the gradient is taken, got ${data.length} of ${sizeOf(shape)} values (transferred or shrunk)`,
    );
}

/** Spec layer-input: there is a batch axis, and every axis has at least one element. */
export function checkInput(who: string, x: Shape): void {
  if (x.length === 0 || x.includes(0))
    throw new SpecError(
      'layer-input',
      `${who}: x must have a batch axis, and every axis at least 1 element, got shape [${x}]`,
    );
}

/** Checks the shape and element type of a tensor that belongs to an x of the given data. Spec tensor-type. */
export function checkLike(
  who: string,
  what: string,
  value: Tensor,
  shape: Shape,
  like: Data,
  clause = 'layer-gradient',
): void {
  checkTensor(who, what, value);
  if (!sameShape(value.shape, shape))
    throw new SpecError(clause, `${who}: ${what} must have shape [${shape}], got [${value.shape}]`);
  if (typeOf(value.data) !== typeOf(like))
    throw wrongType('tensor-type', `${who}: ${what} must be ${typeOf(like)} as x is, got ${typeOf(value.data)}`);
}

/** An error about the shape of x, saying so where the channels seem to come first. */
export function hinted<T>(x: Shape, rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof SpecError) || !['window-fit', 'conv-groups'].includes(error.clause)) throw error;
    throw new SpecError(error.clause, error.message.slice(0, -error.clause.length - 3) + channelsHint(x));
  }
}

export function checkOwnParams(
  who: string,
  shapes: Readonly<Record<string, Shape>>,
  p: Params<Tensor>,
  x: Data,
  hint: (name: string, got: Shape | undefined) => string,
): void {
  const names = Object.keys(shapes);
  checkNames(who, p, names, 'parameters', 'layer-params');
  for (const name of names) {
    if (!(name in p))
      throw new SpecError(
        'layer-params',
        `${who}: the parameters are ${names.join(', ')}, got no '${name}'${hint(name, undefined)}`,
      );
    const value = reading('layer-params', who, name, () => p[name]) as Tensor;
    checkTensor(who, name, value);
    if (!sameShape(value.shape, shapes[name])) {
      const got = `got [${value.shape}]${hint(name, value.shape)}`;
      throw new SpecError('layer-params', `${who}: ${name} must have shape [${shapes[name]}], ${got}`);
    }
    checkLike(who, name, value, shapes[name], x, 'layer-params');
  }
}
