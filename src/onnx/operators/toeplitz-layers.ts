// Layers of the library under their own names, in a domain of its own. Spec onnx-own.

import { SpecError } from '../../errors.ts';
import { deeper, isObject } from '../../formats/json.ts';
import { constructors } from '../../nets/constructors.ts';
import { readAttributes } from '../../nets/written-attributes.ts';
import { type Shape, sameShape } from '../../tensor.ts';
import { byLayer } from '../by-layer.ts';
import type { Operator } from '../call.ts';
import { lastShape } from '../value.ts';

/** Attributes are lists of lists at most. */
const DEEPEST = 16;

/** x and parameters: a norm with given statistics has four. */
const MOST_INPUTS = 8;

const refuse = (what: string): never => {
  throw new SpecError('onnx-own', what);
};

function attributesIn(text: string): Record<string, unknown> {
  const odd = (why: string): never => refuse(`attribute 'attributes' must be a JSON object: ${why}`);
  if (deeper(text, DEEPEST) >= 0) return odd('it is nested too deep');
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? readAttributes(value) : odd('it is none');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return odd(error.message);
  }
}

/** The operator of a layer; undefined where the library has none of this name. */
export function ownOperator(name: string): Operator | undefined {
  if (!Object.hasOwn(constructors, name)) return undefined;
  return {
    versions: [1],
    inputs: [1, MOST_INPUTS],
    plan(call) {
      const layer = constructors[name](attributesIn(call.text('attributes', '{}')) as never);
      const shapes = Object.entries(layer.params(lastShape(call.floating().shape)) as Readonly<Record<string, Shape>>);
      if (call.inputs.length !== shapes.length + 1)
        refuse(`${name} takes ${shapes.length} parameters, got ${call.inputs.length - 1}`);
      shapes.forEach(([key, shape], i) => {
        const own = call.alike(i + 1).shape;
        if (!sameShape(own, shape)) refuse(`${key} must have shape [${shape}], got [${own}]`);
      });
      return byLayer(call, {
        layer,
        params: (given) => Object.fromEntries(shapes.map(([key], i) => [key, given(i + 1).tensor])),
      });
    },
  };
}
