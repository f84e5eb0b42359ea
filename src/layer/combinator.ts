// What all layers made of layers have in common: the names of the children, the checks, and rules found in one pass
// over them.

import { checkNames, known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { isList, isRecord, listOf, reading } from '../reading.ts';
import { checkShape, checkTensor, type Shape, type Tensor } from '../tensor.ts';
import { checkLayer, noteMade } from './check-layer.ts';
import {
  type Arrangement,
  type Children,
  type Field,
  type Input,
  type Layer,
  MOST_NESTED,
  type Params,
  type Program,
} from './layer.ts';
import { checkInput, checkLike } from './operands.ts';
import { readChanges, remembering } from './operator.ts';
import type { Value } from './step.ts';

/** Children by name; an array gives the names 0, 1, … */
export type Parts = Readonly<Record<string, Layer>> | readonly Layer[];

/** Everything that a combinator derives from an input shape, in one pass over its children. */
export interface Walk {
  readonly inputs: Readonly<Record<string, Input>>;
  readonly shape: Shape;
  readonly field: Field;
}

export interface Rules extends Required<Pick<Layer, 'forward' | 'vjp'>> {
  readonly arrangement: Arrangement;
  /** `undefined` where only `forward` gives the bits. */
  emit(program: Program, x: Value, p: Params<Tensor>): Value | undefined;
  walk(x: Shape): Walk;
  /** Without it, the costs of the children are added. */
  cost?(x: Shape): number;
}

/** Checks and rules that every combinator shares. Spec layer-children, layer-params. */
export function combinator(name: string, children: Children, make: (parts: Parts) => Layer, rules: Rules): Layer {
  const names = Object.keys(children);
  const depth = 1 + Math.max(0, ...names.map((each) => depths.get(children[each]) ?? 0));
  if (depth > MOST_NESTED)
    throw new SpecError('layer-children', `${name}: layers may be nested ${MOST_NESTED} deep, got ${depth}`);
  const walk = remembering(name, (x) => {
    checkInput(name, x);
    const walked = rules.walk(x);
    checkShape(name, walked.shape); // of the last child, which may be made by hand
    return frozen(walked);
  });
  const checkParts = (p: Params<Tensor>): void => checkNames(name, p, names, 'parameters', 'layer-params');
  const check = (x: Tensor, p: Params<Tensor>): void => {
    checkTensor(name, 'x', x);
    walk(x.shape);
    checkParts(p);
  };
  const layer: Layer = Object.freeze<Layer>({
    name,
    attributes: Object.freeze({}),
    children,
    arrangement: rules.arrangement,
    with(changes) {
      const { attributes, children: changed } = readChanges(name, changes);
      checkNames(name, attributes, []);
      return make({ ...children, ...known(name, changed, names, 'children', 'layer-children') });
    },
    shape: (x) => walk(x).shape,
    inputs: (x) => walk(x).inputs,
    params(x) {
      const { inputs } = walk(x);
      const params: Record<string, Params<Shape>> = {};
      for (const each of names) params[each] = children[each].params(inputs[each].shape);
      return params;
    },
    field: (x) => walk(x).field,
    cost(x) {
      const { inputs } = walk(x);
      if (rules.cost) return rules.cost(x);
      let total = 0;
      for (const each of names) total += children[each].cost(inputs[each].shape);
      return total;
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
        (dy, needsX = true) => {
          checkLike(name, 'dy', dy, y.shape, x.data);
          return pull(dy, needsX);
        },
      ];
    },
    emit(program, x, p) {
      if (this !== layer) return program.call(this, x, p);
      checkParts(p);
      return rules.emit(program, x, p) ?? program.call(layer, x, p);
    },
  });
  depths.set(layer, depth);
  return noteMade(layer);
}

/** How deep the children of a combinator are nested. */
const depths = new WeakMap<Layer, number>();

/** What is kept for the next call, so that nobody writes into it. */
const frozen = (walk: Walk): Walk =>
  Object.freeze({
    ...frozenInput(walk),
    inputs: Object.freeze(
      Object.fromEntries(Object.entries(walk.inputs).map(([name, input]) => [name, frozenInput(input)])),
    ),
  });

const frozenInput = ({ shape, field }: Input): Input =>
  Object.freeze({ shape: Object.freeze([...shape]), field: Object.freeze([...field]) });

/**
 * Names of children contain no '.' and do not look like integers, whose order JavaScript changes. Spec layer-children.
 */
export function readParts(who: string, parts: Parts): Children {
  const isLayer = (): boolean => 'forward' in parts && typeof parts.forward === 'function';
  const read = <T>(from: () => T): T => reading('layer-children', who, 'the parts', from);
  if (!(isList(parts) || isRecord(parts)) || read(isLayer))
    throw wrongType('layer-children', `${who}: the parts must be one record or array of layers, got ${show(parts)}`);
  const children: Children = isList(parts)
    ? Object.fromEntries(listOf('layer-children', who, 'the parts', parts).map((layer, i) => [i, layer as Layer]))
    : read(() => ({ ...(parts as Children) }));
  for (const [name, layer] of Object.entries(children)) {
    checkLayer(who, layer, `'${name}'`);
    if (name === '' || name.includes('.'))
      throw new SpecError(
        'layer-children',
        `${who}: a child's name must not be empty or contain '.', got ${show(name)}`,
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

/** The parameters of one child; a child that has none may be omitted. */
export const ownParams = (p: Params<Tensor>, name: string): Params<Tensor> =>
  reading('layer-params', 'parameters', show(name), () => (p[name] ?? {}) as Params<Tensor>);
