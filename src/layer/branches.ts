// Parallel layers on the same x: their outputs are added (a residual block) or joined (an inception module); product.ts
// multiplies them.

import { locatedError, SpecError } from '../errors.ts';
import { type Shape, sameShape, type Tensor } from '../tensor.ts';
import { concatChannels, splitChannels, sumOf } from './channels.ts';
import { combinator, ownParams, type Parts, readParts } from './combinator.ts';
import { hull, pointField, spaceOf } from './field.ts';
import type { Arrangement, Children, Field, Layer, Params, Program } from './layer.ts';
import type { Value } from './step.ts';

/** y = first(x) + second(x) + …: branches of equal output shape, added in order. A residual block is a sum with the identity. Spec sum-rules.
 *
 * @example
 * sum({ body: conv2d({ filters: 8, size: 3, padding: 'same' }), skip: identity() })
 */
export function sum(parts: Parts): Layer {
  return branches('sum', parts, sum, {
    arrangement: 'sum',
    shape(shapes) {
      const odd = shapes.find((shape) => !sameShape(shape, shapes[0]));
      if (odd)
        throw new SpecError('sum-shape', `sum: the branches must give equal shapes, got [${shapes[0]}] and [${odd}]`);
      return shapes[0];
    },
    merge: (ys) => ys.reduce(sumOf),
    emit: (program, ys) => program.sum(ys),
    split: (dy, ys) => ys.map(() => dy),
  });
}

/** y = the outputs of the branches, one after the other on the channel axis: the inception module. Spec concat-rules.
 *
 * @example
 * concat([conv2d({ filters: 4, size: 1 }), conv2d({ filters: 8, size: 3, padding: 'same' })]).shape([1, 5, 5, 3]) // [1, 5, 5, 12]
 */
export function concat(parts: Parts): Layer {
  return branches('concat', parts, concat, {
    arrangement: 'concat',
    shape(shapes) {
      const odd = shapes.find((shape) => !sameShape(shape.slice(0, -1), shapes[0].slice(0, -1)));
      if (odd)
        throw new SpecError(
          'concat-shape',
          `concat: the branches must give shapes that are equal except for the channels, got [${shapes[0]}] and [${odd}]`,
        );
      return [...shapes[0].slice(0, -1), shapes.reduce((total, shape) => total + shape[shape.length - 1], 0)];
    },
    merge: concatChannels,
    emit: (program, ys, shape) => program.concat(ys, shape),
    split: (dy, ys) =>
      splitChannels(
        dy,
        ys.map(({ shape }) => shape),
      ),
  });
}

/** What is done with the outputs of the branches. */
export interface Merge {
  readonly arrangement: Arrangement;
  shape(shapes: readonly Shape[]): Shape;
  merge(ys: readonly Tensor[]): Tensor;
  emit(program: Program, ys: readonly Value[], shape: Shape): Value | undefined;
  /** The gradient at the output of each branch. */
  split(dy: Tensor, ys: readonly Tensor[]): readonly Tensor[];
  /** The fields of the branches, if a branch may have fewer cells than y. */
  fields?(fields: readonly Field[], shapes: readonly Shape[], shape: Shape): readonly Field[];
}

export function branches(name: string, parts: Parts, make: (parts: Parts) => Layer, rules: Merge): Layer {
  const children = readParts(name, parts);
  const list = Object.entries(children);
  if (list.length === 0) throw new SpecError('layer-children', `${name}: there must be at least one branch, got none`);
  return combinator(name, children, make, {
    arrangement: rules.arrangement,
    walk(x) {
      const shapes = ofEach(children, (child) => child.shape(x));
      const shape = rules.shape(shapes);
      const fields = list.map(([, child]) => child.field(x));
      return {
        inputs: Object.fromEntries(list.map(([each]) => [each, { shape: x, field: pointField(x) }])),
        shape,
        field: hull(rules.fields?.(fields, shapes, shape) ?? fields, spaceOf(shape)),
      };
    },
    forward: (x, p) => rules.merge(ofEach(children, (child, each) => child.forward(x, ownParams(p, each)))),
    emit(program, x, p) {
      const ys = ofEach(children, (child, each) => program.layer(child, x, ownParams(p, each)));
      return rules.emit(program, ys, rules.shape(ys.map(({ shape }) => shape)));
    },
    vjp(x, p) {
      const results = ofEach(children, (child, each) => child.vjp(x, ownParams(p, each)));
      const ys = results.map(([y]) => y);
      return [
        rules.merge(ys),
        (dy, needsX) => {
          const parts = rules.split(dy, ys);
          const gradients = ofEach(children, (_, _each, i) => results[i][1](parts[i], needsX));
          const params: Record<string, Params<Tensor>> = {};
          for (const [i, [each]] of list.entries()) params[each] = gradients[i].params;
          return { x: gradients.map((gradient) => gradient.x).reduce(sumOf), params };
        },
      ];
    },
  });
}

/** What `run` gives for each child, in order; an error from within says in which. */
function ofEach<T>(children: Children, run: (child: Layer, name: string, i: number) => T): T[] {
  const results: T[] = [];
  let inside = '';
  try {
    for (const [name, child] of Object.entries(children)) {
      inside = name;
      results.push(run(child, name, results.length));
    }
  } catch (error) {
    throw locatedError(inside, error);
  }
  return results;
}
