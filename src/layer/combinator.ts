// What all layers made of layers share: names of children, checks, and rules found in one walk over them.

import { known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { plain, run, type Task } from '../task.ts';
import { checkShape, checkTensor, type Shape, sameShape, type Tensor } from '../tensor.ts';
import { type Children, checkLayer, type Field, type Gradient, type Input, type Layer, type Params } from './layer.ts';
import { checkInput, checkLike, readChanges } from './operator.ts';
import type { Program, Value } from './program.ts';

/** Children by name; an array gives the names 0, 1, … */
export type Parts = Readonly<Record<string, Layer>> | readonly Layer[];

/** Everything a combinator says about an input shape, in one pass over its children. */
export interface Walk {
  readonly inputs: Readonly<Record<string, Input>>;
  readonly shape: Shape;
  readonly field: Field;
}

export interface Rules {
  walk(x: Shape): Task<Walk>;
  forward(x: Tensor, p: Params<Tensor>): Task<Tensor>;
  vjp(x: Tensor, p: Params<Tensor>): Task<readonly [Tensor, PullTask]>;
  emit(program: Program, x: Value, p: Params<Tensor>): Task<Value>;
}

export type PullTask = (dy: Tensor, needsX: boolean) => Task<Gradient>;

/** The rules of a layer as tasks. */
interface Tasks {
  walk(x: Shape): Task<Pick<Walk, 'shape' | 'field'>>;
  params(x: Shape): Task<Params<Shape>>;
  cost(x: Shape): Task<number>;
  forward(x: Tensor, p: Params<Tensor>): Task<Tensor>;
  vjp(x: Tensor, p: Params<Tensor>): Task<readonly [Tensor, PullTask]>;
  emit(program: Program, x: Value, p: Params<Tensor>): Task<Value>;
}

const tasks = new WeakMap<Layer, Tasks>();

/** The rules of any layer: those of a combinator as tasks of its own, those of another as one call. */
export function tasksOf(layer: Layer): Tasks {
  return (
    tasks.get(layer) ?? {
      walk: (x) => plain(() => ({ field: layer.field(x), shape: layer.shape(x) })),
      params: (x) => plain(() => layer.params(x)),
      cost: (x) => plain(() => layer.cost(x)),
      forward: (x, p) => plain(() => layer.forward(x, p)),
      emit: (program, x, p) => plain(() => program.layer(layer, x, p)),
      vjp: (x, p) =>
        plain(() => {
          const [y, pull] = layer.vjp(x, p);
          return [y, (dy, needsX) => plain(() => pull(dy, needsX))];
        }),
    }
  );
}

/** Checks and rules that every combinator shares. Spec layer-children, layer-params. */
export function combinator(name: string, children: Children, make: (parts: Parts) => Layer, rules: Rules): Layer {
  const names = Object.keys(children);
  const checkNames = (p: Params<Tensor>): void => known(name, p, names, 'parameters', 'layer-params');
  let last: { readonly x: Shape; readonly walk: Walk } | undefined;
  const own = {
    *walk(x: Shape): Task<Walk> {
      checkShape(name, x);
      if (last && sameShape(last.x, x)) return last.walk;
      checkInput(name, x);
      const held = Object.freeze([...x]);
      const walk = frozen(yield* rules.walk(held));
      last = { x: held, walk };
      return walk;
    },
    *params(x: Shape): Task<Params<Shape>> {
      const { inputs } = yield* own.walk(x);
      const found: [string, Params<Shape>][] = [];
      for (const each of names)
        found.push([each, yield { name: each, task: tasksOf(children[each]).params(inputs[each].shape) }]);
      return Object.fromEntries(found);
    },
    *cost(x: Shape): Task<number> {
      const { inputs } = yield* own.walk(x);
      let total = 0;
      for (const each of names) total += yield { name: each, task: tasksOf(children[each]).cost(inputs[each].shape) };
      return total;
    },
    *forward(x: Tensor, p: Params<Tensor>): Task<Tensor> {
      yield* own.check(x, p);
      return yield* rules.forward(x, p);
    },
    *vjp(x: Tensor, p: Params<Tensor>): Task<readonly [Tensor, PullTask]> {
      yield* own.check(x, p);
      const [y, pull] = yield* rules.vjp(x, p);
      return [
        y,
        function* (dy, needsX) {
          checkLike(name, 'dy', dy, y.shape, x.data);
          return yield* pull(dy, needsX);
        },
      ];
    },
    *emit(program: Program, x: Value, p: Params<Tensor>): Task<Value> {
      checkNames(p);
      return yield* rules.emit(program, x, p);
    },
    *check(x: Tensor, p: Params<Tensor>): Task<void> {
      checkTensor(name, 'x', x);
      yield* own.walk(x.shape);
      checkNames(p);
    },
  };
  const layer: Layer = Object.freeze<Layer>({
    name,
    attributes: Object.freeze({}),
    children,
    with(changes) {
      const { attributes, children: changed } = readChanges(name, changes);
      known(name, attributes, []);
      known(name, changed, names, 'children', 'layer-children');
      return make({ ...children, ...changed });
    },
    shape: (x) => run(own.walk(x)).shape,
    inputs: (x) => run(own.walk(x)).inputs,
    params: (x) => run(own.params(x)),
    field: (x) => run(own.walk(x)).field,
    cost: (x) => run(own.cost(x)),
    forward: (x, p) => run(own.forward(x, p)),
    vjp(x, p) {
      const [y, pull] = run(own.vjp(x, p));
      return [y, (dy, needsX = true) => run(pull(dy, needsX))];
    },
    emit(program, x, p) {
      return this === layer ? run(own.emit(program, x, p)) : program.call(this, x, p);
    },
  });
  tasks.set(layer, own);
  return layer;
}

/** What is kept for the next call, so that nobody writes into it. */
function frozen({ inputs, shape, field }: Walk): Walk {
  const each = Object.entries(inputs).map(
    ([name, input]) =>
      [
        name,
        Object.freeze({ shape: Object.freeze([...input.shape]), field: Object.freeze([...input.field]) }),
      ] as const,
  );
  return {
    inputs: Object.freeze(Object.fromEntries(each)),
    shape: Object.freeze([...shape]),
    field: Object.freeze([...field]),
  };
}

/** Names of children hold no '.' and are not like integers, whose order JavaScript changes. Spec layer-children. */
export function readParts(who: string, parts: Parts): Children {
  if (typeof parts !== 'object' || parts === null || ('forward' in parts && typeof parts.forward === 'function'))
    throw wrongType('layer-children', `${who}: the parts must be one record or array of layers, got ${show(parts)}`);
  const children = Array.isArray(parts)
    ? Object.fromEntries(Array.from(parts, (layer, i) => [String(i), layer]))
    : { ...(parts as Children) };
  for (const [name, layer] of Object.entries(children)) {
    checkLayer(who, layer, `'${name}'`);
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
