// The id of a case, from which it is made again:
//
//   conv2d/n2h7w5c6_o4k3x2s2x1p1.0.2.1d1x2g2b1/f32/exact/42
//
// before the underscore the shape of x, after it the attributes: o filters (m multiplier, u units), k size, s stride,
// p padding (v valid, u same-upper, l same-lower, or before.after of each axis), d dilation, g groups, b bias, e ceil,
// a countPadding, q outputPadding. `+gradient` after the name asks for the gradients; instead of kind and seed, `given/x=1,2;weight=1`
// writes the tensors out. Spec oracle-caseid.

import { SpecError, show, wrongType } from '../errors.ts';
import type { Padding } from '../window.ts';
import { type Case, isPossible } from './cases.ts';
import { operatorOf } from './operators.ts';
import { type Values, valueKinds } from './values.ts';

const letters = ['d', 'h', 'w'];

const filtersLetter = { conv: 'o', transpose: 'o', depthwise: 'm', dense: 'u', max: '', avg: '' };

export function caseId(c: Case): string {
  const { family, rank } = operatorOf(c.op);
  const space = c.space.map((size, i) => `${letters[3 - rank + i]}${size}`).join('');
  const shape = `n${c.batch}${space}c${c.groups * c.channels}`;
  const isGrouped = family === 'conv' || family === 'transpose';
  const filters = isGrouped ? c.groups * c.filters : c.filters;
  const padding =
    typeof c.padding === 'string'
      ? { valid: 'v', 'same-upper': 'u', 'same-lower': 'l' }[c.padding]
      : c.padding.flat().join('.');
  const attributes = [
    filtersLetter[family] && `${filtersLetter[family]}${filters}`,
    rank > 0 && `k${c.size.join('x')}s${c.stride.join('x')}p${padding}d${c.dilation.join('x')}`,
    family === 'transpose' && `q${c.outputPadding.join('x')}`,
    isGrouped && `g${c.groups}`,
    filtersLetter[family] && `b${c.bias ? 1 : 0}`,
    (family === 'max' || family === 'avg') && `e${c.ceil ? 1 : 0}`,
    family === 'avg' && `a${c.countPadding ? 1 : 0}`,
  ];
  const tensors = Object.entries(c.given ?? {}).map(
    ([name, values]) => `${name}=${values.map((v) => (Object.is(v, -0) ? '-0' : v)).join(',')}`,
  );
  const values = c.given ? `given/${tensors.join(';')}` : `${c.values}/${c.seed}`;
  return `${c.op}${c.gradient ? '+gradient' : ''}/${shape}_${attributes.filter(Boolean).join('')}/f32/${values}`;
}

/** The case of an id. @throws {SpecError} oracle-caseid, oracle-operators. */
export function parseCaseId(id: string): Case {
  if (typeof id !== 'string') throw wrongType('oracle-caseid', `explain: a case id must be a string, got ${show(id)}`);
  const refuse = (why: string): never => {
    throw new SpecError('oracle-caseid', `explain: ${why}, got ${show(id)}`);
  };
  const match = /^(\w+)(\+gradient)?\/n(\d+)((?:[dhw]\d+)*)c(\d+)_([a-z0-9.]*)\/f32\/(\w+)\/(.*)$/.exec(id);
  if (!match) return refuse('a case id reads operator/shape_attributes/f32/values/seed');
  const [, op, gradient, batch, space, C, attributes, values, rest] = match;
  const { family, rank } = operatorOf(op);
  if (!valueKinds.includes(values as Values)) refuse(`values must be ${valueKinds.join(', ')}`);
  const part = (letter: string): string => new RegExp(`${letter}([0-9.x]+|[vul](?![0-9]))`).exec(attributes)?.[1] ?? '';
  const numbers = (letter: string): number[] => (part(letter) === '' ? [] : part(letter).split('x').map(Number));
  const isGrouped = family === 'conv' || family === 'transpose';
  const groups = isGrouped ? Number(part('g')) : family === 'dense' ? 1 : Number(C);
  const filters = filtersLetter[family] ? Number(part(filtersLetter[family])) : 1;
  const c: Case = {
    op,
    gradient: gradient !== undefined,
    batch: Number(batch),
    space: [...space.matchAll(/\d+/g)].map(Number),
    groups,
    channels: Number(C) / groups,
    filters: isGrouped ? filters / groups : filters,
    size: numbers('k'),
    stride: numbers('s'),
    padding: rank > 0 ? parsePadding(part('p'), rank) : 'valid',
    dilation: numbers('d'),
    bias: part('b') === '1',
    ceil: part('e') === '1',
    countPadding: part('a') === '1',
    outputPadding: numbers('q'),
    values: values as Values,
    seed: values === 'given' ? 0 : Number(rest),
    ...(values === 'given' && { given: parseGiven(rest) }),
  };
  return isPossible(c) ? c : refuse('a case id must name a case that the spec allows');
}

function parsePadding(text: string, rank: number): Padding {
  if (text === 'v') return 'valid';
  if (text === 'u') return 'same-upper';
  if (text === 'l') return 'same-lower';
  const flat = text.split('.').map(Number);
  return Array.from({ length: rank }, (_, i) => [flat[2 * i], flat[2 * i + 1]] as const);
}

const parseGiven = (text: string): Record<string, number[]> =>
  Object.fromEntries(
    text.split(';').map((each) => {
      const [name, values] = each.split('=');
      return [name, values.split(',').map(Number)];
    }),
  );
