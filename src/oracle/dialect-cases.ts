// The case nearest to a drawn one that a dialect can say: nothing is converted that would mean something else.

import type { Padding } from '../window.ts';
import { type Case, isPossible, layerOf, shapeOf } from './cases.ts';
import { outputIn } from './dialect-results.ts';
import { type DialectName, dialects } from './dialects.ts';
import { geometryOf } from './forms.ts';
import { operatorOf } from './operators.ts';

const some = (numbers: readonly number[], above: number): boolean => numbers.some((n) => n > above);
const ones = (numbers: readonly number[]): number[] => numbers.map(() => 1);

/** Padding as numbers, whatever word stands for it: one pair per axis, of a transposed convolution those cut off. */
export function numbersOf(c: Case): readonly (readonly [number, number])[] {
  if (c.padding === 'valid') return c.size.map(() => [0, 0] as const);
  if (typeof c.padding !== 'string') return c.padding;
  const axes = geometryOf(layerOf(c), shapeOf(c)).axes.slice(3 - operatorOf(c.op).rank);
  return axes.map(({ before, after }) => [before, after] as const);
}

/** A possible case as the dialect can say it; the same object if it already can. Spec dialect-cases. */
export function saidIn(name: DialectName, c: Case): Case {
  const { limits, conventions } = dialects[name];
  const { family } = operatorOf(c.op);
  const isPool = family === 'max' || family === 'avg';
  const stiff =
    (isPool && !limits.dilatedPools.includes(family)) ||
    (!limits.strideWithDilation && some(c.stride, 1) && some(c.dilation, 1));
  const said: Case = {
    ...c,
    ...(!limits.groups && (family === 'conv' || family === 'transpose') && { groups: 1 }),
    ...(stiff && { dilation: ones(c.dilation) }),
    ...(family === 'transpose' && !limits.outputPadding && { outputPadding: c.outputPadding.map(() => 0) }),
    ...(family === 'avg' && limits.countPadding !== 'either' && { countPadding: limits.countPadding === 'always' }),
    ...(conventions.ceil === 'none' && { ceil: false }),
  };
  const padded = { ...said, ...paddingIn(name, said) };
  // Windows that only some dialects have cover no cell; nothing is promised about their gradients.
  const widened = padded.gradient && isPool && isPossible(padded) && outputIn(name, padded) !== undefined;
  const changed = widened ? { ...padded, ceil: false } : padded;
  return JSON.stringify(changed) === JSON.stringify(c) ? c : changed;
}

/** The padding that can be said. `same` as numbers has no need of ceil, which the word overrules. */
function paddingIn(name: DialectName, c: Case): { padding: Padding; ceil?: false } {
  const { limits } = dialects[name];
  const { family } = operatorOf(c.op);
  const { padding } = c;
  if (padding === 'valid' || hasWord(name, c)) return { padding };
  if (!limits.numbers.includes(c.op)) {
    const none = typeof padding !== 'string' && padding.flat().every((cells) => cells === 0);
    return { padding: none ? 'valid' : 'same-upper' };
  }
  const isPool = family === 'max' || family === 'avg';
  const most = (size: number): number =>
    !isPool || limits.poolPadding === 'any' ? Infinity : limits.poolPadding === 'half' ? size >> 1 : size - 1;
  const numbers = numbersOf(c).map(([before, after], i) => {
    const [a, b] = [before, limits.sides === 'equal' ? before : after].map((cells) => Math.min(cells, most(c.size[i])));
    return [a, b] as const;
  });
  return { padding: numbers, ...(typeof padding === 'string' && { ceil: false }) };
}

function hasWord(name: DialectName, { op, padding, stride }: Case): boolean {
  if (padding !== 'same-upper' && padding !== 'same-lower') return false;
  const { same } = dialects[name].limits;
  if (padding === 'same-lower') return same === 'upper, lower';
  if (same !== 'upper at stride 1') return same !== 'none';
  const { family } = operatorOf(op);
  return (family === 'conv' || family === 'depthwise') && !some(stride, 1);
}
