// The products that one part of the results is computed from.

import { placeOf } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Case, Part } from '../case.ts';
import { layerOf, operandsOf, shapeOf } from '../cases/tensors.ts';
import { familyOf } from '../families/index.ts';
import { biasElements } from './evaluate.ts';
import { type Term, type Terms, termsOf } from './terms.ts';

/** The products of a case; of the gradient of a maximum those at its x. */
export function productsOf(c: Case): Terms | undefined {
  const terms = termsOf(c);
  return terms && isChoice(c) ? chosenAt(c, operandsOf(c, layerOf(c)).x.data, terms) : terms;
}

/** The gradient of a maximum is linear in dy: that of each output goes to the cell that is the largest there. */
function chosenAt(c: Case, data: ArrayLike<number>, terms: Terms): Terms {
  const layer = layerOf(c);
  const shape = shapeOf(c);
  const pull = layer.vjp({ shape, data: Float64Array.from(data) }, {})[1];
  const { y } = terms.shapes;
  const list: Term[] = [];
  const taps = new Map(terms.list.map((term) => [`${term.x} ${term.y}`, term.w]));
  for (let q = 0; q < sizeOf(y); q++) {
    const dx = pull({ shape: y, data: new Float64Array(sizeOf(y)).fill(1, q, q + 1) }).x.data;
    for (let i = 0; i < dx.length; i++) {
      if (dx[i] === 0) continue;
      const [from, to] = [placeOf(shape, i), placeOf(y, q)];
      list.push({ x: from, w: taps.get(`${from} ${to}`) ?? [], y: to, factor: dx[i] });
    }
  }
  return { ...terms, structure: { kind: 'sum' }, list };
}

/** Whether a case asks for the gradient of a maximum, which is linear in dy alone, at one x. */
export const isChoice = (c: Case): boolean => c.gradient && familyOf(c.op).structure(c.op)?.kind === 'maximum';

export const shapeOfPart = ({ shapes, structure, biases }: Terms, part: Part): Shape =>
  part === 'y' ? shapes.y : part === 'x' ? shapes.x : part === structure.bias ? [biases] : shapes.w;

/** The bias as products with a single input of 1. */
export const biasTerms = (terms: Terms): Terms => {
  const { shapes, biases } = terms;
  const [x, places] = [[], Array.from({ length: biases }, (_, i) => [i])];
  const list = biasElements(terms).map(({ w, y }) => ({ x, w: places[w], y: placeOf(shapes.y, y), factor: 1 }));
  const { windows: _, groups, ...rest } = terms;
  const own = groups && { groups: { w: groups.y, y: groups.y } };
  return {
    ...rest,
    ...own,
    structure: { kind: 'sum', weight: 'bias' },
    shapes: { x: [], w: [biases], y: shapes.y },
    list,
    beside: terms,
  };
};
