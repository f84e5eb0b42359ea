// Layers made of layers: chain (one after the other), sum (residual), concat (inception), identity; and mapLayer.

import { checkFunction, known, type None } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { run, type Task } from '../task.ts';
import { type Shape, sameShape, type Tensor } from '../tensor.ts';
import { concatChannels, splitChannels, sumOf } from './channels.ts';
import { combinator, type Parts, type PullTask, readParts, tasksOf, type Walk } from './combinator.ts';
import { hull, pointField, spaceOf, throughField } from './field.ts';
import { checkLayer, type Gradient, type Input, type Layer, type Params } from './layer.ts';
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
    *walk(x) {
      const inputs: Record<string, Input> = {};
      let [shape, field] = [x, pointField(x)];
      for (const [name, child] of list) {
        inputs[name] = { shape, field };
        const next = yield { name, task: tasksOf(child).walk(shape) };
        [field, shape] = [throughField(field, next.field), next.shape];
      }
      return { inputs, shape, field };
    },
    *forward(x, p) {
      let y = first(x);
      for (const [name, child] of list) y = yield { name, task: tasksOf(child).forward(y, own(p, name)) };
      return y;
    },
    *emit(program, x, p) {
      let y = x;
      for (const [name, child] of list) y = yield { name, task: tasksOf(child).emit(program, y, own(p, name)) };
      return y;
    },
    *vjp(x, p) {
      const pulls: [string, PullTask][] = [];
      let y = first(x);
      for (const [name, child] of list) {
        const [next, pull] = yield { name, task: tasksOf(child).vjp(y, own(p, name)) };
        pulls.push([name, pull]);
        y = next;
      }
      return [
        y,
        function* (dy, needsX) {
          const params: Record<string, Params<Tensor>> = {};
          let dx = first(dy);
          for (const [name, pull] of [...pulls].reverse()) {
            const gradient = yield { name, task: pull(dx, needsX || name !== list[0][0]) };
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
  return run(mapped(layer, change, path));
}

function* mapped(layer: Layer, change: (path: string, layer: Layer) => Layer, path: string): Task<Layer> {
  const children: [string, Layer][] = [];
  for (const [name, child] of Object.entries(layer.children))
    children.push([name, yield { task: mapped(child, change, path === '' ? name : `${path}.${name}`) }]);
  const isChanged = children.some(([name, child]) => child !== layer.children[name]);
  return change(path, isChanged ? layer.with({ children: Object.fromEntries(children) }) : layer);
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
    *walk(x) {
      const walks: Pick<Walk, 'shape' | 'field'>[] = [];
      for (const [each, child] of list) walks.push(yield { name: each, task: tasksOf(child).walk(x) });
      const shape = rules.shape(walks.map((walk) => walk.shape));
      return {
        inputs: Object.fromEntries(list.map(([each]) => [each, { shape: x, field: pointField(x) }])),
        shape,
        field: hull(
          walks.map((walk) => walk.field),
          spaceOf(shape),
        ),
      };
    },
    *forward(x, p) {
      const ys: Tensor[] = [];
      for (const [each, child] of list) ys.push(yield { name: each, task: tasksOf(child).forward(x, own(p, each)) });
      return rules.merge(ys);
    },
    *emit(program, x, p) {
      const ys: Value[] = [];
      for (const [each, child] of list)
        ys.push(yield { name: each, task: tasksOf(child).emit(program, x, own(p, each)) });
      return rules.emit(program, ys, rules.shape(ys.map(({ shape }) => shape)));
    },
    *vjp(x, p) {
      const results: (readonly [Tensor, PullTask])[] = [];
      for (const [each, child] of list) results.push(yield { name: each, task: tasksOf(child).vjp(x, own(p, each)) });
      return [
        rules.merge(results.map(([y]) => y)),
        function* (dy, needsX) {
          const parts = rules.split(
            dy,
            results.map(([y]) => y.shape),
          );
          const gradients: Gradient[] = [];
          for (const [i, [, pull]] of results.entries())
            gradients.push(yield { name: list[i][0], task: pull(parts[i], needsX) });
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
