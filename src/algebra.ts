// Layers made of layers: chain (one after the other), sum (residual), concat (inception), identity; and mapLayer.

import { known } from './attributes.ts';
import { SpecError, show, wrongType } from './errors.ts';
import {
  type AxisField,
  type Children,
  checkInput,
  checkLike,
  type Field,
  type Input,
  type Layer,
  operator,
  type Params,
  pointField,
  remembering,
} from './layer.ts';
import { concatChannels, splitChannels, sumOf } from './merge.ts';
import type { Program, Value } from './program.ts';
import { checkTensor, type Shape, sameShape, type Tensor } from './tensor.ts';

/** Children by name; an array gives the names 0, 1, … */
export type Parts = Readonly<Record<string, Layer>> | readonly Layer[];

/** Everything a combinator says about an input shape, in one pass over its children. */
interface Walk {
  readonly inputs: Readonly<Record<string, Input>>;
  readonly shape: Shape;
  readonly field: Field;
}

interface Rules extends Required<Pick<Layer, 'forward' | 'vjp' | 'emit'>> {
  walk(x: Shape): Walk;
}

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
        field = throughField(field, child.field(shape));
        shape = child.shape(shape);
      }
      return { inputs, shape, field };
    },
    forward: (x, p) => list.reduce((y, [name, child]) => child.forward(y, own(p, name)), first(x)),
    emit: (program, x, p) => list.reduce((y, [name, child]) => program.layer(child, y, own(p, name)), x),
    vjp(x, p) {
      const pulls: [string, ReturnType<Layer['vjp']>[1]][] = [];
      let y = first(x);
      for (const [name, child] of list) {
        const [next, pull] = child.vjp(y, own(p, name));
        pulls.push([name, pull]);
        y = next;
      }
      return [
        y,
        (dy) => {
          const params: Record<string, Params<Tensor>> = {};
          let dx = first(dy);
          for (const [name, pull] of [...pulls].reverse()) {
            const gradient = pull(dx);
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
export function identity(): Layer {
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
  const entries = Object.entries(layer.children);
  const rebuilt = entries.map(
    ([name, child]) => [name, mapLayer(child, change, path === '' ? name : `${path}.${name}`)] as const,
  );
  const changed = rebuilt.some(([, child], i) => child !== entries[i][1]);
  return change(path, changed ? layer.with({ children: Object.fromEntries(rebuilt) }) : layer);
}

/** The field of `inner` seen through `outer`, whose input is the output of `inner`. Spec layer-field. */
export function throughField(inner: Field, outer: Field): Field {
  return inner.map((axis, i) => {
    const next: AxisField = outer[i] ?? { size: 1, step: 1, start: 0 };
    return {
      size: axis.size + (next.size - 1) * axis.step,
      step: axis.step * next.step,
      start: axis.start + next.start * axis.step,
    };
  });
}

/** The smallest field that holds those of all branches: what the first unit sees, at the widest step. */
function hull(fields: readonly Field[]): Field {
  return fields[0].map((_, i) => {
    const axes = fields.map((field) => field[i]);
    const start = Math.min(...axes.map((axis) => axis.start));
    return {
      size: Math.max(...axes.map((axis) => axis.start + axis.size)) - start,
      step: Math.max(...axes.map((axis) => axis.step)),
      start,
    };
  });
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
      shape: rules.shape(list.map(([, child]) => child.shape(x))),
      field: hull(list.map(([, child]) => child.field(x))),
    }),
    forward: (x, p) => rules.merge(list.map(([each, child]) => child.forward(x, own(p, each)))),
    emit(program, x, p) {
      const ys = list.map(([each, child]) => program.layer(child, x, own(p, each)));
      return rules.emit(program, ys, rules.shape(ys.map(({ shape }) => shape)));
    },
    vjp(x, p) {
      const results = list.map(([each, child]) => child.vjp(x, own(p, each)));
      return [
        rules.merge(results.map(([y]) => y)),
        (dy) => {
          const parts = rules.split(
            dy,
            results.map(([y]) => y.shape),
          );
          const gradients = results.map(([, pull], i) => pull(parts[i]));
          return {
            x: gradients.map((gradient) => gradient.x).reduce(sumOf),
            params: Object.fromEntries(list.map(([each], i) => [each, gradients[i].params])),
          };
        },
      ];
    },
  });
}

/** Checks and rules that every combinator shares. Spec layer-children, layer-params. */
function combinator(name: string, children: Children, make: (parts: Parts) => Layer, rules: Rules): Layer {
  const names = Object.keys(children);
  const walk = remembering(name, (x) => {
    checkInput(name, x);
    const found = rules.walk(x);
    return { ...found, shape: Object.freeze([...found.shape]) };
  });
  const checkNames = (p: Params<Tensor>): void => {
    if (typeof p !== 'object' || p === null)
      throw wrongType('layer-params', `${name}: parameters must be an object {${names.join(', ')}}, got ${show(p)}`);
    const odd = Object.keys(p).find((each) => !names.includes(each));
    if (odd !== undefined)
      throw new SpecError('layer-params', `${name}: the children are ${names.join(', ')}, got parameters for '${odd}'`);
  };
  const check = (x: Tensor, p: Params<Tensor>): void => {
    checkTensor(name, 'x', x);
    walk(x.shape);
    checkNames(p);
  };
  const layer: Layer = Object.freeze<Layer>({
    name,
    attributes: Object.freeze({}),
    children,
    with({ attributes = {}, children: changed = {} }) {
      known(name, attributes, []);
      return make({ ...children, ...changed });
    },
    shape: (x) => walk(x).shape,
    inputs: (x) => walk(x).inputs,
    params(x) {
      const reaching = walk(x).inputs;
      return Object.fromEntries(names.map((each) => [each, children[each].params(reaching[each].shape)]));
    },
    field: (x) => walk(x).field,
    cost(x) {
      const reaching = walk(x).inputs;
      return names.reduce((total, each) => total + children[each].cost(reaching[each].shape), 0);
    },
    forward(x, p) {
      check(x, p);
      return rules.forward(x, p);
    },
    vjp(x, p) {
      check(x, p);
      const [y, pull] = rules.vjp(x, p);
      return [
        y,
        (dy) => {
          checkLike(name, 'dy', dy, y.shape, x.data);
          return pull(dy);
        },
      ];
    },
    emit(program, x, p) {
      if (this !== layer) return program.call(this, x, p);
      checkNames(p);
      return rules.emit(program, x, p);
    },
  });
  return layer;
}

/** No result shares its memory with an argument, not even that of a layer that does nothing. */
const copyOf = (x: Tensor): Tensor => ({ shape: x.shape, data: x.data.slice() });

/** The parameters of one child; a child that has none may be left out. */
const own = (p: Params<Tensor>, name: string): Params<Tensor> => (p[name] ?? {}) as Params<Tensor>;

const inOrder = <T>(list: readonly (readonly [string, Layer])[], record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(list.map(([name]) => [name, record[name]]));

/** Names of children hold no '.' and are not like integers, whose order JavaScript changes. Spec layer-children. */
function readParts(who: string, parts: Parts): Children {
  if (typeof parts !== 'object' || parts === null)
    throw wrongType('layer-children', `${who}: the parts must be a record or an array of layers, got ${show(parts)}`);
  const children = Array.isArray(parts)
    ? Object.fromEntries(parts.map((layer, i) => [String(i), layer]))
    : { ...(parts as Children) };
  for (const [name, layer] of Object.entries(children)) {
    if (typeof layer !== 'object' || layer === null || typeof layer.forward !== 'function')
      throw wrongType('layer-children', `${who}: '${name}' must be a layer, got ${show(layer)}`);
    if (name === '' || name.includes('.'))
      throw new SpecError(
        'layer-children',
        `${who}: a child's name must not be empty and hold no '.', got ${show(name)}`,
      );
  }
  const numbered = Object.keys(children).filter((name) => /^\d+$/.test(name));
  const inSequence =
    numbered.every((name, i) => name === String(i)) && numbered.length === Object.keys(children).length;
  if (numbered.length > 0 && !inSequence)
    throw new SpecError(
      'layer-children',
      `${who}: a child's name must not be a number (records reorder those; use an array), got ${show(numbered[0])}`,
    );
  return Object.freeze(children);
}
