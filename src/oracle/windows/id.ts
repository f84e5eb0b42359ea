// How a windowed case is written in its id, between the operator and the values:
//
//   n2h7w5c6_o4k3x2s2x1p1.0.2.1d1x2g2b1
//
// before the underscore the shape of x, after it the attributes that the family has: o filters (m multiplier, u units), k size,
// s stride, p padding (v valid, u same-upper, l same-lower, or before.after of each axis), d dilation, q outputPadding,
// g groups, b bias, e ceil, a countPadding, r power. Spec oracle-caseid.

import type { Padding } from '../../window.ts';
import type { Drawn } from '../case.ts';
import { inputOf, type WindowedCase } from './case.ts';

/** Which attributes an id of the family has. */
export interface Written {
  /** The letter of `filters`; without one a family has no filters and no bias. */
  readonly filters?: 'o' | 'm' | 'u';
  /** What x's channels are parted into: groups that the id names, one for all, or a group per channel. */
  readonly groups: 'named' | 'one' | 'per channel';
  readonly outputPadding?: boolean;
  readonly ceil?: boolean;
  readonly countPadding?: boolean;
  readonly power?: boolean;
}

const spaceLetters = ['d', 'h', 'w'];
const words = { valid: 'v', 'same-upper': 'u', 'same-lower': 'l' } as const;

/** The text of a case. */
export function writeWindow(has: Written, c: WindowedCase): string {
  const rank = c.space.length;
  const space = c.space.map((size, i) => `${spaceLetters[3 - rank + i]}${size}`).join('');
  const padding = typeof c.padding === 'string' ? words[c.padding] : c.padding.flat().join('.');
  const filters = has.groups === 'named' ? c.groups * c.filters : c.filters;
  const attributes = [
    has.filters && `${has.filters}${filters}`,
    rank > 0 && `k${c.size.join('x')}s${c.stride.join('x')}p${padding}d${c.dilation.join('x')}`,
    has.outputPadding && `q${c.outputPadding.join('x')}`,
    has.groups === 'named' && `g${c.groups}`,
    has.filters && `b${c.bias ? 1 : 0}`,
    has.ceil && `e${c.ceil ? 1 : 0}`,
    has.countPadding && `a${c.countPadding ? 1 : 0}`,
    has.power && `r${c.power}`,
  ];
  return `n${inputOf(c)[0]}${space}c${inputOf(c).at(-1)}_${attributes.filter(Boolean).join('')}`;
}

/** What a text says; undefined where it is no such text. */
export function readWindow(has: Written, rank: number, text: string): Omit<Drawn<WindowedCase>, 'values'> | undefined {
  const match = /^n(\d+)((?:[dhw]\d+)*)c(\d+)_([a-z0-9.-]*)$/.exec(text);
  if (!match) return undefined;
  const [, batch, space, C, attributes] = match;
  const part = (letter: string): string =>
    new RegExp(`${letter}([0-9.x-]+|[vul](?![0-9]))`).exec(attributes)?.[1] ?? '';
  const numbers = (letter: string): number[] => (part(letter) === '' ? [] : part(letter).split('x').map(Number));
  const groups = { named: Number(part('g')), one: 1, 'per channel': Number(C) }[has.groups];
  const filters = has.filters ? Number(part(has.filters)) : 1;
  return {
    batch: Number(batch),
    space: [...space.matchAll(/\d+/g)].map(Number),
    groups,
    channels: Number(C) / groups,
    filters: has.groups === 'named' ? filters / groups : filters,
    size: numbers('k'),
    stride: numbers('s'),
    padding: rank > 0 ? readPadding(part('p'), rank) : 'valid',
    dilation: numbers('d'),
    bias: part('b') === '1',
    ceil: part('e') === '1',
    countPadding: part('a') === '1',
    outputPadding: numbers('q'),
    ...(has.power && { power: Number(part('r')) }),
  };
}

function readPadding(text: string, rank: number): Padding {
  const word = (Object.keys(words) as (keyof typeof words)[]).find((each) => words[each] === text);
  if (word) return word;
  const flat = text.split('.').map(Number);
  return Array.from({ length: rank }, (_, i) => [flat[2 * i], flat[2 * i + 1]] as const);
}
