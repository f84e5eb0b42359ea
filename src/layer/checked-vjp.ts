// `vjp` of a layer that may be made by hand, checked where it is used. Spec layer-gradient.

import { show, wrongType } from '../errors.ts';
import { isList, isRecord } from '../reading.ts';
import type { Tensor } from '../tensor.ts';
import { checkParams } from './flat-params.ts';
import type { Layer, Params, Pull } from './layer.ts';
import { checkLike } from './operands.ts';

/** y of the promised shape, and a function that gives the gradients at x and at the parameters. */
export function checkedVjp(who: string, layer: Layer, x: Tensor, p: Params<Tensor>): readonly [y: Tensor, pull: Pull] {
  const pair: unknown = layer.vjp(x, p);
  if (!isList(pair) || typeof pair[1] !== 'function')
    throw wrongType('layer-gradient', `${who}: vjp of ${layer.name} must give [y, pull], got ${show(pair)}`);
  const [y, pull] = pair as [Tensor, Pull];
  checkLike(who, `y of ${layer.name}`, y, layer.shape(x.shape), x.data);
  return [
    y,
    (dy, needsX = true) => {
      const gradient = pull(dy, needsX);
      if (!isRecord(gradient))
        throw wrongType('layer-gradient', `${who}: pull of ${layer.name} must give {x, params}, got ${show(gradient)}`);
      if (needsX) checkLike(who, `the gradient of ${layer.name} at x`, gradient.x, x.shape, x.data);
      checkParams(who, gradient.params);
      return gradient;
    },
  ];
}
