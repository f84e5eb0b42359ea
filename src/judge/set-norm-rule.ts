// The rule of norms within an image: mean and variance are the engine's own, of numbers that have radii. Spec enclosure-norm.

import { Value } from '../onnx/value.ts';
import { gamma } from '../oracle/bounds/bound.ts';
import { type Enclosure, sound } from './enclosure.ts';
import type { Node, Rule } from './rule.ts';

/** How the numbers lie in the order of the file: sets of `size` side by side, and the weight of number i. */
interface Layout {
  readonly size: number;
  weightOf(i: number): number;
}

function layoutOf(node: Node): Layout | undefined {
  const { shape } = node.at(0).value;
  const weights = node.at(1).value.first.length;
  const count = shape.reduce((all, axis) => all * axis, 1);
  if (node.planned.node.op === 'LayerNormalization') return { size: weights, weightOf: (i) => i % weights };
  const [N, C] = shape;
  const cells = count / (N * C);
  const groups = node.attribute('num_groups')?.i ?? C;
  return { size: count / (N * groups), weightOf: (i) => Math.floor(((Math.floor(i / cells) % C) * weights) / C) };
}

/**
 * (x − mean)·s + bias in any of its forms. The mean of numbers within r is off by the mean of r, their deviation by the root of
 * the mean of r², and what an engine computes of both by the roundings of their sums, at worst those of Σx²/M − mean².
 */
export const setNorm: Rule = (node) => {
  const layout = layoutOf(node);
  if (layout === undefined || node.inputs.slice(1).some((each) => each?.radius)) return undefined;
  const x = node.at(0).value.first;
  const r = node.at(0).radius?.first;
  const weight = node.at(1).value.first;
  const bias = node.has(2) ? node.at(2).value.first : undefined;
  const epsilon = node.float('epsilon', Math.fround(1e-5));
  const { u, f, tiny, constant } = node.rounding;
  const { size: M, weightOf } = layout;
  const sums = gamma(M + 8 + node.terms, u) + M * Number.EPSILON;
  const share = gamma(12 + node.terms, u) + 2 * f + 16 * Number.EPSILON + 8 * constant;
  const error = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += M) {
    let [sum, magnitude, squares, apart, apartSquares] = [0, 0, 0, 0, 0];
    for (let i = start; i < start + M; i++) {
      const own = r?.[i] ?? 0;
      sum += x[i];
      magnitude += Math.abs(x[i]) + own;
      squares += (Math.abs(x[i]) + own) * (Math.abs(x[i]) + own);
      apart += own;
      apartSquares += own * own;
    }
    const mean = sum / M;
    let spread = 0;
    for (let i = start; i < start + M; i++) spread += (x[i] - mean) * (x[i] - mean);
    const deviation = Math.sqrt(spread / M);
    const shift = apart / M + sums * (magnitude / M) + tiny;
    const wide = Math.sqrt(apartSquares / M);
    const lost = 4 * sums * (squares / M) + tiny;
    const [narrow, widest] = [Math.max(0, deviation - wide), deviation + wide];
    const least = Math.max(0, narrow * narrow - lost) + epsilon;
    const most = widest * widest + lost + epsilon;
    const inverse = 1 / Math.sqrt(spread / M + epsilon);
    const highest = (1 + 2 * f) / Math.sqrt(least);
    const off = Math.max(highest - inverse, inverse - (1 - 2 * f) / Math.sqrt(most));
    for (let i = start; i < start + M; i++) {
      const own = (r?.[i] ?? 0) + shift;
      const w = Math.abs(weight[weightOf(i)]);
      const b = Math.abs(bias?.[weightOf(i)] ?? 0);
      const distance = Math.abs(x[i] - mean) + own;
      const reach = Math.abs(x[i]) + Math.abs(mean) + own;
      error[i] = w * (distance * off + own * inverse) + share * (w * highest * reach + b) + tiny * (4 + w * highest);
    }
  }
  const [value] = node.center;
  const enclosure: Enclosure = { value, radius: new Value(value.type, value.shape, error.map(sound), 'first') };
  return [{ ...enclosure, ...(node.terms > 0 && { terms: node.terms }) }];
};
