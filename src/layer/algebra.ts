// Layers made of layers: chain (one after the other), sum (residual), concat (inception), identity; and mapLayer.

import { checkFunction, known, type None } from '../attributes.ts';
import { at, SpecError } from '../errors.ts';
import { type Shape, sameShape, type Tensor } from '../tensor.ts';
import { concatChannels, splitChannels, sumOf } from './channels.ts';
import { combinator, type Parts, readParts } from './combinator.ts';
import { hull, pointField, throughField } from './field.ts';
import { checkLayer, type Input, type Layer, type Params, type Pull } from './layer.ts';
import { operator } from './operator.ts';
import type { Program, Value } from './program.ts';

/** f_L ∘ … ∘ f_1: each child gets the output of the one before. The empty chain is the identity. Spec chain-rules.
 *
 * @example
 * const net = chain({ conv: conv2d({ filters: 6, size: 5 }), relu: relu() });
 * net.shape([1, 32, 32, 1]) // [1, 28, 28, 6]
 */
export function chain(parts: Parts): Layer {
  const children = readParts('chain', parts);
  const list = Object.entries(children);
  const first = (x: Tensor): Tensor => (list.length === 0 ? copyOf(x) : x);
  return combinator('chain', children, chain, {
    walk(x) {
      const inputs: Record<string, Input> = {};
      let [shape, field] = [x, pointField(x)];
      for (const [name, child] of list) {
        inputs[name] = { shape, field };
        [field, shape] = at(name, () => [throughField(field, child.field(shape)), child.shape(shape)]);
      }
      return { inputs, shape, field };
    },
    forward: (x, p) => list.reduce((y, [name, child]) => at(name, () => child.forward(y, own(p, name))), first(x)),
    emit: (program, x, p) =>
      list.reduce((y, [name, child]) => at(name, () => program.layer(child, y, own(p, name))), x),
    vjp(x, p) {
      const pulls: [string, Pull][] = [];
      let y = first(x);
      for (const [name, child] of list) {
        const [next, pull] = at(name, () => child.vjp(y, own(p, name)));
        pulls.push([name, pull]);
        y = next;
      }
      return [
        y,
        (dy, needsX = true) => {
          const params: Record<string, Params<Tensor>> = {};
          let dx = first(dy);
          for (const [name, pull] of [...pulls].reverse()) {
            const gradient = at(name, () => pull(dx, needsX || name !== list[0][0]));
            params[name] = gradient.params;
            dx = gradient.x;
          }
          return { x: dx, params: inOrder(list, params) };
        },
      ];
    },
  });
}

/** y = first(x) + second(x) + …: branches of equal output shape, added in order. A residual block is a sum with the identity. Spec sum-rules.
 *
 * @example
 * sum({ body: conv2d({ filters: 8, size: 3, padding: 'same' }), skip: identity() })
 */
export function sum(parts: Parts): Layer {
  return branches('sum', parts, sum, {
    shape(shapes) {
      const odd = shapes.find((shape) => !sameShape(shape, shapes[0]));
      if (odd)
        throw new SpecError('sum-shape', `sum: the branches must give equal shapes, got [${shapes[0]}] and [${odd}]`);
      return shapes[0];
    },
    merge: (ys) => ys.reduce(sumOf),
    emit: (program, ys) => program.sum(ys),
    split: (dy, shapes) => shapes.map(() => dy),
  });
}

/** y = the outputs of the branches, one after the other on the channel axis: the inception module. Spec concat-rules.
 *
 * @example
 * concat([conv2d({ filters: 4, size: 1 }), conv2d({ filters: 8, size: 3, padding: 'same' })]).shape([1, 5, 5, 3]) // [1, 5, 5, 12]
 */
export function concat(parts: Parts): Layer {
  return branches('concat', parts, concat, {
    shape(shapes) {
      const odd = shapes.find((shape) => !sameShape(shape.slice(0, -1), shapes[0].slice(0, -1)));
      if (odd)
        throw new SpecError(
          'concat-shape',
          `concat: the branches must give equal shapes but for the channels, got [${shapes[0]}] and [${odd}]`,
        );
      return [...shapes[0].slice(0, -1), shapes.reduce((total, shape) => total + shape[shape.length - 1], 0)];
    },
    merge: concatChannels,
    emit: (program, ys, shape) => program.concat(ys, shape),
    split: splitChannels,
  });
}

/**
 * `y = x`: the skip of a residual block, or what stands where a layer was taken out. Spec identity-rules.
 *
 * @example
 * identity().forward(tensor([1, 2], [3, 4]), {}).data // [3, 4]
 */
export function identity(attributes: None = {}): Layer {
  known('identity', attributes, []);
  return operator({
    name: 'identity',
    attributes: {},
    make: identity,
    shape: (x) => x,
    forward: copyOf,
    emit: (_program, x) => x,
    gradient: (_x, _p, dy) => ({ x: copyOf(dy) }),
  });
}

/**
 * Rebuilds a layer from the inside out: `change(path, layer)` is given every operator and combinator (its children
 * already rebuilt) and returns what stands in its place. Paths read `stage2.body.conv1`; the root's is empty. Spec layer-map.
 *
 * @example
 * const net = chain({ conv: conv2d({ filters: 6, size: 5 }), relu: relu() });
 * mapLayer(net, (path, layer) => (path === 'relu' ? identity() : layer)).children.relu.name // identity
 */
export function mapLayer(layer: Layer, change: (path: string, layer: Layer) => Layer, path = ''): Layer {
  checkLayer('mapLayer', layer);
  checkFunction('layer-map', 'mapLayer', 'change', change);
  const entries = Object.entries(layer.children);
  const rebuilt = entries.map(
    ([name, child]) => [name, mapLayer(child, change, path === '' ? name : `${path}.${name}`)] as const,
  );
  const changed = rebuilt.some(([, child], i) => child !== entries[i][1]);
  return change(path, changed ? layer.with({ children: Object.fromEntries(rebuilt) }) : layer);
}

interface Merge {
  shape(shapes: readonly Shape[]): Shape;
  merge(ys: readonly Tensor[]): Tensor;
  emit(program: Program, ys: readonly Value[], shape: Shape): Value;
  split(dy: Tensor, shapes: readonly Shape[]): readonly Tensor[];
}

function branches(name: string, parts: Parts, make: (parts: Parts) => Layer, rules: Merge): Layer {
  const children = readParts(name, parts);
  const list = Object.entries(children);
  if (list.length === 0) throw new SpecError('layer-children', `${name}: there must be at least one branch, got none`);
  return combinator(name, children, make, {
    walk: (x) => ({
      inputs: Object.fromEntries(list.map(([each]) => [each, { shape: x, field: pointField(x) }])),
      shape: rules.shape(list.map(([each, child]) => at(each, () => child.shape(x)))),
      field: hull(list.map(([, child]) => child.field(x))),
    }),
    forward: (x, p) => rules.merge(list.map(([each, child]) => at(each, () => child.forward(x, own(p, each))))),
    emit(program, x, p) {
      const ys = list.map(([each, child]) => at(each, () => program.layer(child, x, own(p, each))));
      return rules.emit(program, ys, rules.shape(ys.map(({ shape }) => shape)));
    },
    vjp(x, p) {
      const results = list.map(([each, child]) => at(each, () => child.vjp(x, own(p, each))));
      return [
        rules.merge(results.map(([y]) => y)),
        (dy, needsX = true) => {
          const parts = rules.split(
            dy,
            results.map(([y]) => y.shape),
          );
          const gradients = results.map(([, pull], i) => at(list[i][0], () => pull(parts[i], needsX)));
          return {
            x: gradients.map((gradient) => gradient.x).reduce(sumOf),
            params: Object.fromEntries(list.map(([each], i) => [each, gradients[i].params])),
          };
        },
      ];
    },
  });
}

/** No result shares its memory with an argument, not even that of a layer that does nothing. */
const copyOf = (x: Tensor): Tensor => ({ shape: x.shape, data: x.data.slice() });

/** The parameters of one child; a child that has none may be left out. */
const own = (p: Params<Tensor>, name: string): Params<Tensor> => (p[name] ?? {}) as Params<Tensor>;

const inOrder = <T>(list: readonly (readonly [string, Layer])[], record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(list.map(([name]) => [name, record[name]]));
