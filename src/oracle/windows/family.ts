// A family of operators with windows: what all of them have in common, so that a family says only what is its own.

import type { Layer } from '../../layer/layer.ts';
import type { Drawn } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import { ownAttributes, said, sameInEveryDialect } from '../families/common.ts';
import type { absent, Family, LargeAxis, Operator, Ranges, Words } from '../family.ts';
import { commonValues } from '../values.ts';
import { inputOf, type WindowedCase, windowCaseOf, windowTraits, workOf } from './case.ts';
import { everydayWindows } from './everyday.ts';
import { readWindow, type Written, writeWindow } from './id.ts';
import { refusalsOf, repairedWindow } from './refused.ts';
import { type Loops, type WindowSetting, windowAnswering, windowSetting } from './setting.ts';
import { smallerWindows, variantsOf } from './smaller.ts';
import { meetsNoOtherZeros, nanBesideZeros } from './traps.ts';

type Whole = Family<WindowedCase, WindowSetting>;
type Said = Words<WindowedCase> | typeof absent;
/** The words for an operator; where they depend on the number of spatial axes, those for 1, 2 and 3. */
type SaidByRank = Said | readonly [Said, Said, Said];

/** An operator over so many spatial axes. */
interface WindowOperator extends Operator {
  readonly rank: number;
}

/** What every family must say itself, what it says by number of axes, and what it may say otherwise than here. */
type Own = 'place' | 'tensors' | 'attributes' | 'bounds' | 'layouts' | 'nearest' | 'mistakes';
type ByRank = 'operators' | 'everyday' | 'traps' | 'ranges' | 'small' | 'large' | 'dialects';

/** What a family of windowed operators says of itself. */
export interface WindowParts extends Pick<Whole, Own>, Partial<Omit<Whole, Own | ByRank>> {
  readonly operators: Readonly<Record<string, WindowOperator>>;
  readonly written: Written;
  readonly loops: Loops;
  /** By default the everyday layers of a convolution. */
  everyday?(rank: number, gradient: boolean): readonly Drawn<WindowedCase>[];
  /** By default NaN beside zeros, where there is a weight. */
  traps?(rank: number, gradient: boolean): readonly Drawn<WindowedCase>[];
  ranges(rank: number, gradient: boolean): readonly Ranges<WindowedCase>[];
  small(rank: number, gradient: boolean): Ranges<WindowedCase>;
  large(rank: number): readonly LargeAxis<WindowedCase>[];
  /** Those of toeplitz are the attributes of the layer. */
  readonly words: Readonly<Record<Exclude<DialectName, 'toeplitz'>, SaidByRank>>;
}

export function windowFamily(parts: WindowParts): Whole {
  const { written, loops, everyday, traps, ranges, small, large, words, isSettled, ...rest } = parts;
  const { operators, attributes, tensors } = parts;
  const nanTraps = tensors.weight === undefined ? () => [] : nanBesideZeros;
  const rankOf = (op: string): number => operators[op].rank;
  const layerOf = (c: WindowedCase): Layer => operators[c.op].make(attributes(c) as never);
  const own = said((c: WindowedCase) => ownAttributes(layerOf(c)));
  const inDialect = (each: SaidByRank | undefined) =>
    each === undefined
      ? {}
      : Object.fromEntries(
          Object.entries(operators).map(([op, { rank }]) => [op, Array.isArray(each) ? each[rank - 1] : each]),
        );
  return {
    values: commonValues,
    input: inputOf,
    traits: windowTraits,
    smaller: smallerWindows,
    work: workOf,
    variants: (c) => variantsOf(written, c),
    refusals: (c) => refusalsOf(written, c),
    repaired: repairedWindow,
    ...sameInEveryDialect,
    isSettled: (c) => meetsNoOtherZeros(c) && (isSettled?.(c) ?? true),
    attached: {},
    geometry: loops.geometry,
    caseOf: (layer, operands) => windowCaseOf(layer, operands, loops.geometry(layer, operands.x.shape)),
    write: (c) => writeWindow(written, c),
    read: (op, text) => readWindow(written, rankOf(op), text),
    everyday: (op, gradient) => everyday?.(rankOf(op), gradient) ?? everydayWindows(rankOf(op)),
    traps: (op, gradient) => (traps ?? nanTraps)(rankOf(op), gradient),
    ranges: (op, gradient) => ranges(rankOf(op), gradient),
    small: (op, gradient) => small(rankOf(op), gradient),
    large: (op) => large(rankOf(op)),
    dialects: {
      toeplitz: inDialect(own),
      onnx: inDialect(words.onnx),
      torch: inDialect(words.torch),
      tensorflow: inDialect(words.tensorflow),
      webnn: inDialect(words.webnn),
      caffe: inDialect(words.caffe),
    },
    setting: (dialect, c, layer, operands) => windowSetting(loops, dialect, c, layer, operands),
    answering: (s, instead, layer) => windowAnswering(loops, s, instead, layer),
    ...rest,
  };
}
