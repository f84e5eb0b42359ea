// The operator: a layer that is not made of layers. Checks that all of them share stand here, once.

import { known } from '../attributes.ts';
import { SpecError, wrongType } from '../errors.ts';
import { checkShape, checkTensor, type Data, type Shape, sameShape, type Tensor, typeOf } from '../tensor.ts';
import { pointField } from './field.ts';
import type { Attributes, Changes, Field, Layer, Params } from './layer.ts';
import type { Program, Value } from './program.ts';

/** What an operator adds to the common rules. Arguments reach it checked. */
export interface Operator {
  readonly name: string;
  readonly attributes: Attributes;
  /** The constructor, for `with`. */
  make(attributes: never): Layer;
  shape(x: Shape): Shape;
  params?(x: Shape): Readonly<Record<string, Shape>>;
  /** Without it, every unit sees the one cell at its own place. */
  field?(x: Shape): Field;
  cost?(x: Shape): number;
  forward(x: Tensor, p: Readonly<Record<string, Tensor>>): Tensor;
  /** What it appends to a compiled net; `undefined` where only `forward` gives the bits. */
  emit?(program: Program, x: Value, p: Readonly<Record<string, Tensor>>): Value | undefined;
  gradient(
    x: Tensor,
    p: Readonly<Record<string, Tensor>>,
    dy: Tensor,
    y: Tensor,
    needsX: boolean,
  ): { readonly x: Tensor; readonly params?: Readonly<Record<string, Tensor>> };
}

/**
 * Makes a layer of an operator: freezes its attributes, and checks x, parameters and dy before the operator sees them.
 * Spec layer-input, layer-params, layer-gradient.
 */
export function operator(op: Operator): Layer {
  const who = op.name;
  const shape = remembering(who, (x) => {
    checkInput(who, x);
    return Object.freeze([...op.shape(x)]);
  });
  const params = (x: Shape): Readonly<Record<string, Shape>> => {
    shape(x);
    return op.params?.(x) ?? {};
  };
  const check = (x: Tensor, p: Params<Tensor>): void => {
    checkTensor(who, 'x', x);
    checkOwnParams(who, params(x.shape), p, x.data);
  };
  const layer: Layer = Object.freeze<Layer>({
    name: who,
    attributes: Object.freeze({ ...op.attributes }),
    children: Object.freeze({}),
    with(changes) {
      const { attributes, children } = readChanges(who, changes);
      known(who, children, [], 'children', 'layer-children');
      known(who, attributes, Object.keys(op.attributes));
      return op.make({ ...op.attributes, ...attributes } as never);
    },
    shape,
    params,
    field(x) {
      shape(x);
      return (op.field ?? pointField)(x);
    },
    cost(x) {
      shape(x);
      return op.cost?.(x) ?? 0;
    },
    forward(x, p) {
      check(x, p);
      return op.forward(x, p as Record<string, Tensor>);
    },
    vjp(x, p) {
      check(x, p);
      const y = op.forward(x, p as Record<string, Tensor>);
      return [
        y,
        (dy, needsX = true) => {
          checkLike(who, 'dy', dy, y.shape, x.data);
          return { params: {}, ...op.gradient(x, p as Record<string, Tensor>, dy, y, needsX) };
        },
      ];
    },
    emit(program, x, p) {
      if (this !== layer) return program.call(this, x, p);
      checkOwnParams(who, params(x.shape), p, anyFloat32);
      return op.emit?.(program, x, p as Record<string, Tensor>) ?? program.call(layer, x, p);
    },
  });
  return layer;
}

/**
 * A rule that keeps its last answer. A net asks every level for the same shape again, and each level all levels below, so
 * that without it the work would grow with the square of the depth.
 */
export function remembering<T>(who: string, rule: (x: Shape) => T): (x: Shape) => T {
  let last: { readonly x: Shape; readonly answer: T } | undefined;
  return (x) => {
    checkShape(who, x);
    if (last && sameShape(last.x, x)) return last.answer;
    const own = Object.freeze([...x]);
    last = { x: own, answer: rule(own) };
    return last.answer;
  };
}

/** What `with` is given; without a part of it, no change there. */
export function readChanges(who: string, changes: Changes): Required<Changes> {
  known(who, changes, ['attributes', 'children'], 'changes');
  const { attributes = {}, children = {} } = changes;
  return { attributes, children };
}

/** The type that compiled nets have. */
const anyFloat32 = new Float32Array();

/** Spec layer-input: every axis holds at least one element; there is a batch axis. */
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

function checkOwnParams(who: string, shapes: Readonly<Record<string, Shape>>, p: Params<Tensor>, x: Data): void {
  const names = Object.keys(shapes);
  known(who, p, names, 'parameters', 'layer-params');
  for (const name of names) {
    if (!(name in p))
      throw new SpecError('layer-params', `${who}: the parameters are ${names.join(', ')}, got no '${name}'`);
    checkLike(who, name, p[name] as Tensor, shapes[name], x, 'layer-params');
  }
}
