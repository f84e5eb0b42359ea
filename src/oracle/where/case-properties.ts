// What can be said of a case in numbers and in yes or no, whatever its operator: attributes, shapes, values. Spec oracle-where.
//
//   stride [1, 3]     "stride" of the first axis 1, of the last 3
//   x [2, 7, 5, 6]    "batch" 2, "space of x" 7 and 5, "channels of x" 6

import type { Layer } from '../../layer/layer.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { axisNames } from '../../window.ts';
import type { Case } from '../case.ts';
import { layerOf, shapeOf } from '../cases/tensors.ts';
import { familyOf } from '../families/index.ts';
import { ofPresentOperator } from '../recent.ts';
import { isAmidZeros, isNonFinite } from '../values.ts';
import type { Fact, Properties, Quantity } from './property.ts';
import { windowFacts, windowNumbers } from './window-properties.ts';

/** Everything that is said of a case. */
export const propertiesOf = ofPresentOperator(madeOf);

/** The same of a case that is only looked at, not kept. */
export function madeOf(c: Case): Properties {
  const layer = layerOf(c);
  const x = shapeOf(c);
  const family = familyOf(c.op);
  const geometry = family.geometry(layer, x);
  const own = family.properties(layer, x);
  const numbers = [...attributeNumbers(layer, x), ...shapeNumbers(layer, x), ...own.numbers];
  const window = geometry ? windowNumbers(layer, geometry, x) : [];
  const facts = [
    ...attributeFacts(layer),
    ...valueFacts(c),
    ...own.facts,
    ...(geometry ? windowFacts(layer, geometry, x) : []),
  ];
  return {
    numbers: new Map([...numbers, ...window].map((each) => [each.name, each])),
    facts: new Map(facts.map((each) => [each.yes, each])),
  };
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'number');

/** The attributes that are numbers, one or one for each axis. */
function attributeNumbers(layer: Layer, x: Shape): Quantity[] {
  return Object.entries(layer.attributes).flatMap(([name, value]): Quantity[] => {
    if (typeof value === 'number') return [{ name, values: [value], cost: 3 }];
    return isNumbers(value) && value.length <= x.length - 2 ? [{ name, values: value, cost: 3 }] : [];
  });
}

/** The axes of x, of y and of the weight. */
function shapeNumbers(layer: Layer, x: Shape): Quantity[] {
  const y = layer.shape(x);
  const weights = Object.values(layer.params(x)) as Shape[];
  const spatial = (name: string, shape: Shape, cost: number): Quantity[] => {
    const space = shape.slice(1, -1);
    if (shape.length < 3 || shape.length !== x.length) return [];
    return [
      {
        name: `space of ${name}`,
        values: space,
        cost,
        each: axisNames(space.length).map((axis) => `${axis} of ${name}`),
      },
    ];
  };
  const one = (name: string, value: number, cost: number): Quantity => ({ name, values: [value], cost });
  return [
    one('batch', x[0], 3),
    one('axes of x', x.length, 3.5),
    ...spatial('x', x, 4),
    ...spatial('y', y, 4.5),
    one('channels of x', x[x.length - 1], 3.5),
    one('channels of y', y[y.length - 1], 4),
    one('cells of x', sizeOf(x), 7),
    one('cells of y', sizeOf(y), 7),
    ...(y.length > 2 ? [one('positions of y', sizeOf(y.slice(1, -1)), 6)] : []),
    ...(y.length > 2 ? [one('positions of y in all images', sizeOf(y.slice(0, -1)), 7.5)] : []),
    ...(x.length > 2 ? [one('positions of x', sizeOf(x.slice(1, -1)), 6.5)] : []),
    ...(weights.length > 0 ? [one('elements of the weight', sizeOf(weights[0]), 7)] : []),
  ];
}

const articles: Readonly<Record<string, string>> = { bias: 'a bias' };

/** The attributes that are words, or true or false. */
function attributeFacts(layer: Layer): Fact[] {
  return Object.entries(layer.attributes).flatMap(([name, value]): Fact[] => {
    if (typeof value === 'boolean') return [{ yes: articles[name] ?? name, no: `no ${name}`, holds: value, cost: 3 }];
    if (typeof value !== 'string' || name === 'algorithm' || name === 'padding') return [];
    return [{ yes: `${name} = ${value}`, no: `${name} ≠ ${value}`, holds: true, cost: 4 }];
  });
}

/** The ways to fill tensors whose names say too little. */
const fillings: Readonly<Record<string, readonly [yes: string, no: string]>> = {
  nan: ['NaN in x', 'no NaN in x'],
  minus: ['−∞ in x', 'no −∞ in x'],
  infinite: ['an infinity in the weight', 'no infinity in the weight'],
  xNaN: ['a NaN in x beside zeros', 'no NaN in x beside zeros'],
  weightNaN: ['a NaN in the weight', 'no NaN in the weight'],
  dyNaN: ['a NaN in dy', 'no NaN in dy'],
  ties: ['equal cells in x', 'no equal cells in x'],
  low: ['x below −10⁵', 'x not below −10⁵'],
  large: ['x beyond ±10⁵', 'x not beyond ±10⁵'],
};

/** Of every way to fill tensors that the family has. */
const valueFacts = ({ op, values }: Case): Fact[] => [
  ...Object.keys(familyOf(op).values).map((kind) => {
    const [yes, no] = fillings[kind] ?? [`values = ${kind}`, `values ≠ ${kind}`];
    return { yes, no, holds: values === kind, cost: 4 };
  }),
  { yes: 'a NaN beside zeros', no: 'no NaN beside zeros', holds: isAmidZeros(values), cost: 4 },
  {
    yes: 'a NaN or an infinity',
    no: 'finite values',
    holds: isNonFinite(values),
    cost: 4,
  },
];
