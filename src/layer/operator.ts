// The operator: a layer that is not made of layers. What all operators have in common is here; their checks are in operands.ts.

import { checkNames, frozenCopy, known } from '../attributes.ts';
import { channelsFirst, filtersFirst, leftOutBy } from '../did-you-mean.ts';
import { SpecError } from '../errors.ts';
import { checkShape, checkTensor, type Data, type Shape, sameShape, type Tensor } from '../tensor.ts';
import type { ConvGeometry, PoolGeometry } from '../window.ts';
import { noteMade } from './check-layer.ts';
import { pointField } from './field.ts';
import type { Attributes, Changes, Field, Layer, Parameter, Params, Program, Roles } from './layer.ts';
import { checkHeld, checkInput, checkLike, checkOwnParams, hinted } from './operands.ts';
import type { Value } from './step.ts';

/** The arguments of the rule for the gradient. */
export interface Pulled<G> {
  readonly x: Tensor;
  readonly p: Readonly<Record<string, Tensor>>;
  readonly y: Tensor;
  readonly dy: Tensor;
  readonly g: G;
  /** If false, the gradient at x is not needed and may be zeros. */
  readonly needsX: boolean;
}

/** What an operator adds to the common rules. Its arguments have been checked; `g` is its geometry. */
export interface Operator<G = undefined> {
  readonly name: string;
  readonly attributes: Attributes;
  /** The constructor, for `with`. */
  make(attributes: never): Layer;
  /** All numbers that the other rules need, computed once for each shape of x. Refuses an x that does not fit. */
  geometry?(x: Shape): G;
  shape(x: Shape, g: G): Shape;
  parameters?(x: Shape, g: G): Readonly<Record<string, Parameter>>;
  /** Without it, every unit depends on the one cell at its own place. */
  field?(x: Shape, g: G): Field;
  cost?(x: Shape, g: G): number;
  readonly roles?: Roles;
  forward(x: Tensor, p: Readonly<Record<string, Tensor>>, g: G): Tensor;
  /** Adds its steps to a compiled net; `undefined` where only `forward` gives the bits. */
  emit?(program: Program, x: Value, p: Readonly<Record<string, Tensor>>, g: G): Value | undefined;
  gradient(given: Pulled<G>): { readonly x: Tensor; readonly params?: Readonly<Record<string, Tensor>> };
}

/**
 * Makes a layer from an operator: freezes its attributes, and checks x, parameters and dy before the operator is called.
 * Spec layer-input, layer-params, layer-gradient.
 */
export function operator<G = undefined>(op: Operator<G>): Layer {
  const who = op.name;
  const facts = remembering(who, (x) => {
    checkInput(who, x);
    const [g, shape] = hinted(x, () => {
      const own = frozenCopy(op.geometry?.(x)) as G;
      return [own, Object.freeze([...op.shape(x, own)])] as const;
    });
    const parameters = Object.freeze(mapped(op.parameters?.(x, g) ?? {}, (each) => Object.freeze(each)));
    const shapes = Object.freeze(mapped(parameters, (each) => Object.freeze(each.shape)));
    return { g, shape, parameters, shapes };
  });
  /** The geometry, if the parameters are those of an x of this shape and type. */
  const checkParams = (x: Shape, p: Params<Tensor>, like: Data): G => {
    const { g, shapes } = facts(x);
    checkOwnParams(who, shapes, p, like, (name, got) => shapeHint(x, shapes[name], name, got));
    return g;
  };
  const check = (x: Tensor, p: Params<Tensor>): G => {
    checkTensor(who, 'x', x);
    return checkParams(x.shape, p, x.data);
  };
  /** Why a parameter probably has another shape than it must. */
  const shapeHint = (x: Shape, must: Shape, name: string, got: Shape | undefined): string => {
    const { attribute } = facts(x).parameters[name];
    if (got === undefined) return attribute ? leftOutBy(attribute) : '';
    if (x.length > 3 && fits([x[0], ...x.slice(2), x[1]], name, got)) return channelsFirst(x);
    const [channels, filters] = must.slice(-2);
    return must.length > 1 && sameShape(got, [filters, channels, ...must.slice(0, -2)]) ? filtersFirst : '';
  };
  /** Whether a parameter of this shape belongs to x. */
  const fits = (x: Shape, name: string, shape: Shape): boolean => {
    try {
      return sameShape(facts(x).shapes[name], shape);
    } catch (error) {
      if (error instanceof SpecError) return false;
      throw error;
    }
  };
  const layer: Layer = Object.freeze<Layer>({
    name: who,
    attributes: frozenCopy(op.attributes),
    children: Object.freeze({}),
    roles: Object.freeze(mapped({ ...op.roles }, (role) => Object.freeze(role))),
    with(changes) {
      const { attributes, children } = readChanges(who, changes);
      checkNames(who, children, [], 'children', 'layer-children');
      return op.make({ ...op.attributes, ...known(who, attributes, Object.keys(op.attributes)) } as never);
    },
    shape: (x) => facts(x).shape,
    params: (x) => facts(x).shapes,
    parameters: (x) => facts(x).parameters,
    ...(op.geometry && { geometry: (x) => facts(x).g as ConvGeometry | PoolGeometry }),
    field(x) {
      const { g } = facts(x);
      return op.field?.(x, g) ?? pointField(x);
    },
    cost(x) {
      const { g } = facts(x);
      return op.cost?.(x, g) ?? 0;
    },
    forward(x, p) {
      return op.forward(x, p as Record<string, Tensor>, check(x, p));
    },
    vjp(x, p) {
      const g = check(x, p);
      const y = op.forward(x, p as Record<string, Tensor>, g);
      // The arrays of now, whatever the records that hold them get later.
      const held = { x: hold(x), y: hold(y), p: mapped(p as Record<string, Tensor>, hold) };
      return [
        y,
        (dy, needsX = true) => {
          checkLike(who, 'dy', dy, held.y.shape, held.x.data);
          checkHeld(who, 'x', held.x);
          checkHeld(who, 'y', held.y);
          mapped(held.p, (value, name) => checkHeld(who, name, value));
          return { params: {}, ...op.gradient({ ...held, dy, g, needsX }) };
        },
      ];
    },
    emit(program, x, p) {
      if (this !== layer) return program.call(this, x, p);
      const g = checkParams(x.shape, p, anyFloat32);
      return op.emit?.(program, x, p as Record<string, Tensor>, g) ?? program.call(layer, x, p);
    },
  });
  return noteMade(layer);
}

/**
 * A rule that keeps its last result. A net asks every level for the same shape again, and each level asks all levels
 * below, so that otherwise the work would grow with the square of the depth.
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

/** The argument of `with`; a part that is omitted does not change. */
export function readChanges(who: string, changes: Changes): Required<Changes> {
  const { attributes = {}, children = {} } = known(who, changes, ['attributes', 'children'], 'changes');
  return { attributes, children };
}

const mapped = <T, U>(record: Readonly<Record<string, T>>, change: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));

const hold = ({ shape, data }: Tensor): Tensor => Object.freeze({ shape: Object.freeze([...shape]), data });

/** The element type of compiled nets. */
const anyFloat32 = new Float32Array();
