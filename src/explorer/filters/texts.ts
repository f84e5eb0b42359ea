// What the controls of the filters' tab hold, and what they mean.

import { type Filter, filters } from '../../inspect/filters.ts';
import { type Tensor, tensor } from '../../tensor.ts';
import { readTyped } from '../lab/values.ts';
import { isNumber } from '../numbers.ts';

export const defaults = {
  image: 'shapes',
  size: '96',
  first: 'gaussianBlur',
  second: 'edgeCross',
  third: 'none',
  own: '0 0 0; -1 0 1; 0 0 0',
  kind: 'correlation',
  padding: 'same',
  panel: 'chain',
  levels: '4',
  at: '2 45 30',
} as const;

export type FilterTexts = { readonly [name in keyof typeof defaults]: string };

export const steps = ['first', 'second', 'third'] as const;
export type Step = (typeof steps)[number];

export const filterTitles: Readonly<Record<string, string>> = {
  edgeDiagonal: 'edges, diagonal',
  edgeCross: 'edges, 4 neighbours',
  edgeAll: 'edges, 8 neighbours',
  sharpen: 'sharpen',
  boxBlur: 'blur, box',
  gaussianBlur: 'blur, Gaussian',
  sobelX: 'Sobel, from left to right',
  sobelY: 'Sobel, downwards',
  shift: 'shift by a pixel',
  emboss: 'emboss',
  own: 'your own',
};

/** Beside those of the lectures, which the library has. */
const more: Readonly<Record<string, string>> = {
  sobelX: '-1 0 1; -2 0 2; -1 0 1',
  sobelY: '-1 -2 -1; 0 0 0; 1 2 1',
  shift: '0 0 0; 1 0 0; 0 0 0',
  emboss: '-2 -1 0; -1 1 1; 0 1 2',
};

/** A filter of odd sides as a weight `[rows, columns, 1, 1]`. */
export interface Chosen {
  readonly name: string;
  readonly weight: Tensor;
}

const MOST_SIDE = 11;

/** The filter that was typed, or what is wrong. */
export function readFilter(text: string): Tensor | string {
  const planes = readTyped(text);
  const rows = planes[0].filter((row) => row.length > 0);
  const columns = rows[0]?.length ?? 0;
  if (planes.length > 1 || rows.length === 0) return 'Rows of numbers, divided by semicolons.';
  if (rows.some((row) => row.length !== columns)) return `Each row needs as many numbers as the first: ${columns}.`;
  if (rows.flat().some((value) => !isNumber(value))) return 'Numbers, divided by blanks.';
  if (rows.length % 2 === 0 || columns % 2 === 0 || Math.max(rows.length, columns) > MOST_SIDE)
    return `Odd numbers of rows and columns up to ${MOST_SIDE}, not ${rows.length}×${columns}.`;
  return tensor([rows.length, columns, 1, 1], rows.flat());
}

/** The chain of filters, in their order. */
export function readChain(t: FilterTexts): {
  readonly chain: readonly Chosen[];
  readonly problems: Readonly<Partial<Record<keyof FilterTexts, string>>>;
} {
  const own = readFilter(t.own);
  const names = steps.map((step) => t[step]).filter((name) => Object.hasOwn(filterTitles, name));
  const chain = names.flatMap((name): Chosen[] => {
    const known = (filters as Readonly<Record<string, Filter>>)[name];
    if (known && Object.hasOwn(filters, name)) return [{ name, weight: known.weight }];
    const weight = name === 'own' ? own : readFilter(more[name]);
    return typeof weight === 'string' ? [] : [{ name, weight }];
  });
  return { chain, problems: names.includes('own') && typeof own === 'string' ? { own } : {} };
}
