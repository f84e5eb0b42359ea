// The controls read: the layer and the shape of its input, or what is wrong with which control.

import { SpecError } from '../../errors.ts';
import type { Layer } from '../../layer/layer.ts';
import { convTranspose1d, convTranspose2d } from '../../ops/conv-transpose.ts';
import { conv1d, conv2d, depthwiseConv1d, depthwiseConv2d, trueConv1d, trueConv2d } from '../../ops/convolution.ts';
import { lpPool2d } from '../../ops/lp-pool.ts';
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from '../../ops/pool.ts';
import type { Shape } from '../../tensor.ts';
import { isNumber, numberIn } from '../numbers.ts';
import { type Control, isPool, type LabTexts, type Op, operators, paddings } from './texts.ts';

export interface Setup {
  readonly op: Op;
  readonly rank: 1 | 2;
  readonly layer: Layer;
  /** The same layer for libraries that do not turn the kernel around. */
  readonly unflipped: Layer;
  /** Whether it is a convolution that turns its kernel around. */
  readonly flips: boolean;
  readonly shape: Shape;
}

export type Problems = Readonly<Partial<Record<Control, string>>>;

/** The greatest sizes that the lab draws. */
export const MOST = { input: 32, kernel: 11, stride: 8, padding: 16, channels: 8, output: 64 } as const;

/** What is wrong with one control. */
class Problem extends Error {
  readonly control: Control;
  constructor(control: Control, message: string) {
    super(message);
    this.control = control;
  }
}

function whole(control: Control, text: string, least: number, most: number, typed = text): number {
  const value = numberIn(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Problem(control, `A whole number from ${least} to ${most}, not “${typed}”.`);
  return value;
}

/** `3`, or one number per axis: `3×5`, `3x5`, `3 5`. */
function perAxis(control: Control, text: string, rank: number, least: number, most: number): number[] {
  const parts = text.trim().split(/\s*[×x,\s]\s*/);
  if (parts.length > rank)
    throw new Problem(control, `One number${rank > 1 ? ' or two, such as 3×5' : ' in 1-D'}, not “${text}”.`);
  const values = parts.map((part) => whole(control, part, least, most, text));
  return values.length === rank ? values : Array<number>(rank).fill(values[0]);
}

/** The padding as the layers take it. */
function paddingOf(t: LabTexts, rank: number): unknown {
  if (!Object.hasOwn(paddings, t.padding))
    throw new Problem('padding', `“${t.padding}” is not known here: choose another one.`);
  if (t.padding !== 'numbers') return t.padding;
  const side = (control: 'top' | 'bottom' | 'left' | 'right') => whole(control, t[control], 0, MOST.padding);
  const across = [side('left'), side('right')];
  return rank === 1 ? [across] : [[side('top'), side('bottom')], across];
}

const isFlipped = (op: Op, t: LabTexts): boolean => op === 'conv' && t.flip === 'yes';

function layerOf(op: Op, t: LabTexts, rank: 1 | 2): Layer {
  const pick = <T>(makers: readonly [T, T]): T => makers[rank - 1];
  const window = {
    size: perAxis('kernel', t.kernel, rank, 1, MOST.kernel),
    stride: perAxis('stride', t.stride, rank, 1, MOST.stride),
    dilation: perAxis('dilation', t.dilation, rank, 1, MOST.stride),
    padding: paddingOf(t, rank) as never,
  };
  const bias = biasOf(t) !== 0;
  const pool = { ...window, ceil: t.ceil === 'yes' };
  const filters = (): { filters: number; groups: number } => ({
    filters: whole('filters', t.filters, 1, MOST.channels),
    groups: whole('groups', t.groups, 1, MOST.channels),
  });
  switch (op) {
    case 'conv':
      return pick(isFlipped(op, t) ? [trueConv1d, trueConv2d] : [conv1d, conv2d])({ ...filters(), ...window, bias });
    case 'depthwise': {
      const multiplier = whole('multiplier', t.multiplier, 1, 4);
      return pick([depthwiseConv1d, depthwiseConv2d])({ ...window, multiplier, bias });
    }
    case 'transposed': {
      const outputPadding = perAxis('outputPadding', t.outputPadding, rank, 0, MOST.stride - 1);
      return pick([convTranspose1d, convTranspose2d])({ ...filters(), ...window, outputPadding, bias });
    }
    case 'max':
      return pick([maxPool1d, maxPool2d])(pool);
    case 'average':
      return pick([avgPool1d, avgPool2d])({ ...pool, countPadding: t.counted === 'yes' });
    case 'lp': {
      if (rank === 1) throw new Problem('op', 'Lp pooling has two dimensions: choose 2-D, or another operator.');
      const power = numberIn(t.power);
      if (!(power >= 1 && power <= 16)) throw new Problem('power', `A number from 1 to 16, not “${t.power}”.`);
      return lpPool2d({ ...pool, p: power });
    }
  }
}

/** The bias of every filter. */
export function biasOf(t: LabTexts): number {
  const bias = numberIn(t.bias);
  if (!isNumber(bias)) throw new Problem('bias', `A number of float32, not “${t.bias}”.`);
  return isPool(t.op as Op) ? 0 : bias;
}

/** The control to which a clause belongs. */
const controls: Readonly<Record<string, Control>> = {
  'window-fit': 'kernel',
  'conv-groups': 'groups',
  'conv-output-padding': 'outputPadding',
  'conv-transpose-output': 'padding',
};

/** Another operator than those that are known is a convolution. */
const opOf = ({ op }: LabTexts): Op => (Object.hasOwn(operators, op) ? op : 'conv') as Op;

/** The setup that the controls ask for, if there is one. */
export function readSetup(t: LabTexts): { readonly setup?: Setup; readonly problems: Problems } {
  try {
    const op = opOf(t);
    const rank = t.rank === '1' ? 1 : 2;
    const space = perAxis('input', t.input, rank, 1, MOST.input);
    const channels = whole('channels', t.channels, 1, MOST.channels);
    const [layer, flips] = [layerOf(op, t, rank), isFlipped(op, t)];
    const unflipped = flips ? layerOf(op, { ...t, flip: 'no' }, rank) : layer;
    const shape = [1, ...space, channels];
    const large = layer
      .shape(shape)
      .slice(1, -1)
      .find((cells) => cells > MOST.output);
    if (large !== undefined)
      throw new Problem(
        'stride',
        `The output would have ${large} cells on an axis; the lab draws up to ${MOST.output}.`,
      );
    return { setup: { op, rank, layer, unflipped, flips, shape }, problems: {} };
  } catch (error) {
    if (error instanceof Problem) return { problems: { [error.control]: error.message } };
    if (!(error instanceof SpecError)) throw error;
    const control = controls[error.clause] ?? 'op';
    return { problems: { [control]: `${sentenceOf(error)}${whatFits(control, t)}` } };
  }
}

/** `conv2d: groups must divide the 4 filters, got 3 [conv-groups]` as a sentence. */
const sentenceOf = ({ message }: SpecError): string => {
  const text = message.replace(/^\w+: /, '').replace(/ \[[\w-]+\]$/, '');
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
};

function whatFits(control: Control, t: LabTexts): string {
  if (control === 'groups') {
    const [C, O] = [Number(t.channels), Number(t.filters)];
    const fitting = Array.from({ length: C }, (_, i) => i + 1).filter((g) => C % g === 0 && O % g === 0);
    return ` What fits: ${fitting.join(', ')}.`;
  }
  if (control !== 'kernel') return '';
  const rank = t.rank === '1' ? 1 : 2;
  for (let size = MOST.kernel; size >= 1; size--) {
    const { setup } = fits({ ...t, kernel: String(size) });
    if (setup) return ` What fits: a kernel of up to ${Array(rank).fill(size).join('×')}, or more padding.`;
  }
  return ' More padding, a smaller dilation or a larger input would fit.';
}

/** The layer of the controls, if they make one; without advice, which is what calls this. */
function fits(t: LabTexts): { readonly setup?: Layer } {
  try {
    const rank = t.rank === '1' ? 1 : 2;
    const layer = layerOf(opOf(t), t, rank);
    layer.shape([1, ...perAxis('input', t.input, rank, 1, MOST.input), Number(t.channels)]);
    return { setup: layer };
  } catch (error) {
    if (error instanceof SpecError || error instanceof Problem) return {};
    throw error;
  }
}
