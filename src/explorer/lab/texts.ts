// What the controls of the convolution lab hold, as it was typed.

export const defaults = {
  op: 'conv',
  rank: '2',
  input: '9',
  channels: '1',
  filters: '1',
  kernel: '3',
  stride: '1',
  dilation: '1',
  padding: 'valid',
  top: '1',
  bottom: '1',
  left: '1',
  right: '1',
  groups: '1',
  multiplier: '1',
  flip: 'no',
  outputPadding: '0',
  ceil: 'no',
  counted: 'no',
  power: '2',
  image: 'digit',
  digit: '4',
  x: '',
  weights: 'edgeCross',
  w: '',
  bias: '0',
  seed: '1',
  shift: '0 0',
  /** The cell that is looked at: of the output, of the input (`x12`) or of the kernel (`w3`). */
  at: 'y0',
  panel: 'matrix',
  dialect: 'torch',
  code: 'toeplitz',
} as const;

export type LabTexts = { readonly [name in keyof typeof defaults]: string };
export type Control = keyof LabTexts;

/** Operators of the lab, and what a layer of each does. */
export const operators = {
  conv: 'Convolution',
  depthwise: 'Depthwise convolution',
  transposed: 'Transposed convolution',
  max: 'Max pooling',
  average: 'Average pooling',
  lp: 'Lp pooling',
} as const;
export type Op = keyof typeof operators;

export const isPool = (op: Op): boolean => op === 'max' || op === 'average' || op === 'lp';

export const paddings = {
  valid: 'none (valid)',
  same: 'same',
  'same-lower': 'same, odd cell first',
  numbers: 'numbers',
};

export const images = ['digit', 'edge', 'ramp', 'random', 'ones', 'one cell', 'typed'] as const;
export const handMade = ['edgeDiagonal', 'edgeCross', 'edgeAll', 'sharpen', 'boxBlur', 'gaussianBlur'] as const;
export const weightSources = ['random', ...handMade, 'ones', 'one cell', 'typed'] as const;
