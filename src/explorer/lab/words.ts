// The lab in words: the products of an output, what a cell feeds, the formula of the size filled in.

import { placeOf } from '../../places.ts';
import type { Axis } from '../../window.ts';
import { axisNames } from '../../window.ts';
import { exact, factor } from '../numbers.ts';
import type { Lab } from './lab.ts';
import { divisorOf, termsOf } from './terms.ts';

/** `row 2, column 3, channel 1`, counted from 0 as the formulas do; axes of one cell are left out. */
export function placeName(shape: readonly number[], index: number, last = 'channel'): string {
  const names = shape.length === 4 ? ['', 'row', 'column', last] : ['', 'cell', last];
  const place = placeOf(shape, index);
  const parts = place.flatMap((at, axis) =>
    axis > 0 && (shape[axis] > 1 || axis < place.length - 1) ? [`${names[axis]} ${at}`] : [],
  );
  return parts.join(', ');
}

/** An output by its row, column and filter, or of a pool its channel. */
export const outputName = ({ y, op }: Lab, index: number): string =>
  placeName(y.shape, index, op === 'conv' || op === 'transposed' ? 'filter' : 'channel');

/** A product or a term of an output, and whether it is padding. */
export interface Product {
  readonly text: string;
  readonly value: number;
  readonly isPadding: boolean;
}

export function productsOf(lab: Lab, y: number): Product[] {
  const power = Number(lab.layer.attributes.p ?? 2);
  return termsOf(lab, y).map(({ x, w }) => {
    if (x < 0) return { text: 'padding', value: 0, isPadding: true };
    const value = lab.x.data[x];
    if (lab.weight) {
      const weight = lab.weight.data[w];
      return { text: `${exact(value)}·${factor(weight)}`, value: Math.fround(value * weight), isPadding: false };
    }
    const powered = `|${exact(value)}|${power === 1 ? '' : superscript(power)}`;
    const text = lab.op === 'lp' ? powered : lab.op === 'average' ? factor(value) : exact(value);
    return { text, value, isPadding: false };
  });
}

const superscript = (value: number): string =>
  [...String(value)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '·').join('');

/** The whole calculation of an output in one line: `1·2 + 0·(−1) + 1 = 3`. */
export function calculationOf(lab: Lab, y: number, most = Infinity): string {
  const products = productsOf(lab, y).filter(({ isPadding }) => !isPadding);
  const shown = products.slice(0, most).map(({ text }) => text);
  if (shown.length < products.length) shown.push(`… (${products.length - shown.length} more)`);
  const result = exact(lab.y.data[y]);
  switch (lab.op) {
    case 'max':
      return products.length === 0 ? `no cell: ${result}` : `max(${shown.join(', ')}) = ${result}`;
    case 'average':
      return products.length === 0 ? `no cell: ${result}` : `(${shown.join(' + ')}) / ${divisorOf(lab, y)} = ${result}`;
    case 'lp': {
      const power = Number(lab.layer.attributes.p);
      const [open, close] = power === 2 ? ['√(', ')'] : power === 1 ? ['', ''] : ['(', `)^(1/${power})`];
      return `${open}${shown.join(' + ') || '0'}${close} = ${result}`;
    }
    default: {
      const bias = lab.bias ? ` + ${factor(lab.bias.data[y % lab.bias.data.length])}` : '';
      return `${shown.join(' + ') || '0'}${bias} = ${result}`;
    }
  }
}

/** The size of the output on each axis as a formula with the numbers filled in. */
export const formulasOf = (lab: Lab): readonly { readonly axis: string; readonly text: string }[] =>
  lab.axes.map((axis, i) => ({
    axis: axisNames(lab.rank)[i],
    text: lab.op === 'transposed' ? transposedFormula(lab, axis, i) : windowFormula(lab, axis),
  }));

const isSame = ({ layer }: Lab): boolean => String(layer.attributes.padding).startsWith('same');

const reachText = ({ size, dilation }: Axis): string =>
  dilation === 1 ? `${size}` : `((${size} − 1)·${dilation} + 1)`;

function windowFormula(lab: Lab, axis: Axis): string {
  const { input, stride, before, after, output } = axis;
  if (isSame(lab)) return `⌈${input} / ${stride}⌉ = ${output}, padded by ${before} before and ${after} after`;
  const [open, close] = lab.layer.attributes.ceil === true ? ['⌈', '⌉'] : ['⌊', '⌋'];
  const padding = before + after > 0 ? ` + ${before} + ${after}` : '';
  const room = input + before + after - ((axis.size - 1) * axis.dilation + 1);
  const written = `${open}(${input}${padding} − ${reachText(axis)}) / ${stride}${close} + 1`;
  const rounded = lab.layer.attributes.ceil === true ? Math.ceil(room / stride) : Math.floor(room / stride);
  if (rounded + 1 === output) return `${written} = ${output}`;
  return `${written} = ${rounded + 1}, and without the window that would begin beyond the input ${output}`;
}

function transposedFormula(lab: Lab, axis: Axis, i: number): string {
  const { output: n, input, stride, before, after } = axis;
  if (isSame(lab)) return `${n}·${stride} = ${input}, with ${before} cut off before and ${after} after`;
  const extra = (lab.layer.attributes.outputPadding as readonly number[])[i];
  const cut = before + after > 0 ? ` − ${before} − ${after}` : '';
  return `(${n} − 1)·${stride} + ${reachText(axis)}${cut}${extra > 0 ? ` + ${extra}` : ''} = ${input}`;
}

/** The formula with letters. */
export function formulaName(lab: Lab): string {
  if (lab.op === 'transposed')
    return isSame(lab) ? 'n·s' : '(n − 1)·s + (f − 1)·d + 1 − before − after + output padding';
  if (isSame(lab)) return '⌈n / s⌉';
  const [open, close] = lab.layer.attributes.ceil === true ? ['⌈', '⌉'] : ['⌊', '⌋'];
  return `${open}(n + before + after − ((f − 1)·d + 1)) / s${close} + 1`;
}
