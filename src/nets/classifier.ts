// The fully connected layers at the end of AlexNet and VGG: flatten, fc6, fc7, fc8.

import { finiteNumber, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { dense } from '../ops/dense.ts';
import { dropout } from '../ops/dropout.ts';
import { flatten } from '../ops/reshape.ts';
import { isList } from '../reading.ts';

export interface ClassifierOptions {
  /** Units of the last layer; the default is 1000. */
  readonly classes?: number;
  /** Units of layers 6 and 7; the default is [4096, 4096]. `[4096]` omits layer 7, `[]` layers 6 and 7. */
  readonly hidden?: readonly number[];
  /** Rate of the dropout after layers 6 and 7: 0 (the default) has no such layer, 0.5 is that of the papers. */
  readonly dropout?: number;
}

export const classifierNames = ['classes', 'hidden', 'dropout'];

/** These layers, to be spread into a chain. */
export function classifier(clause: string, who: string, options: ClassifierOptions): Record<string, Layer> {
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1);
  const rate = dropoutRate(clause, who, options.dropout);
  const parts: Record<string, Layer> = { flatten: flatten() };
  for (const [i, units] of readHidden(clause, who, options.hidden ?? [4096, 4096]).entries()) {
    parts[`fc${6 + i}`] = dense({ units });
    parts[`relu${6 + i}`] = relu();
    if (rate > 0) parts[`drop${6 + i}`] = dropout({ rate });
  }
  return { ...parts, fc8: dense({ units: classes }) };
}

export const dropoutRate = (clause: string, who: string, rate: unknown = 0): number =>
  finiteNumber(clause, who, 'dropout', rate, 'a rate from 0 to below 1', (value) => value >= 0 && value < 1);

function readHidden(clause: string, who: string, hidden: unknown): number[] {
  if (!isList(hidden))
    throw wrongType(clause, `${who}: hidden must be an array of at most two numbers of units, got ${show(hidden)}`);
  if (hidden.length > 2)
    throw new SpecError(clause, `${who}: hidden must hold at most two numbers of units, got ${show(hidden)}`);
  return hidden.map((units) => wholeNumber(clause, who, 'units of a hidden layer', units, 1));
}
