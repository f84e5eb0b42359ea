// What was probably meant: names of torch, Keras and ONNX, misspelt names, and images whose channels come first.
//
// The one table of foreign words; errors end with what it says: `got 'kernel_size' (did you mean 'size'?)`.

/** By our names, tried in this order: the names elsewhere, in small letters without `_` and `-`. */
const NAMES: Readonly<Record<string, string>> = {
  size: 'kernelsize kernelshape kernel ksize poolsize windowsize localsize depthradius batchsize',
  weight: 'kernel gamma w kernels',
  filters: 'outchannels numfilters numoutput channels features',
  units: 'numoutput features outfeatures hiddensize',
  clip: 'clipnorm clipvalue globalclipnorm',
  norm: 'clipnorm maxnorm',
  value: 'clipvalue',
  onProgress: 'callbacks',
  patience: 'callbacks',
  labels: 'ytrue y targets',
  target: 'ytrue y targets',
  targets: 'ytrue y',
  padding: 'pad pads autopad',
  dilation: 'dilations dilationrate',
  groups: 'group',
  outputPadding: 'outputpad',
  multiplier: 'depthmultiplier',
  bias: 'usebias biasterm beta b',
  ceil: 'ceilmode',
  countPadding: 'countincludepad',
  p: 'normtype',
  epsilon: 'eps',
  axis: 'dim',
  rate: 'p ratio lr learningrate',
  slope: 'negativeslope alpha',
  mean: 'runningmean movingmean',
  variance: 'runningvar movingvariance var',
  ignore: 'ignoreindex ignoreclass',
  classWeights: 'weight classweight',
  smoothing: 'labelsmoothing',
  decay: 'weightdecay',
  dropLast: 'droplast dropremainder',
  epochs: 'nepoch',
  validation: 'validationdata valdata val',
  classes: 'numclasses',
  type: 'dtype',
  trainable: 'requiresgrad',
};

/** What is not an attribute here, and where it is. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  inchannels: 'the channels are those of x',
  infeatures: 'the inputs are those of x',
  inputdim: 'the inputs are those of x',
  inputshape: 'the shape is that of x',
  numfeatures: 'the channels are those of x',
  activation: 'a layer of its own: chain([conv2d({ … }), relu()])',
  paddingmode: 'padding takes no part; there is no other mode',
  dataformat: 'channels come last: toChannelsLast(x)',
  momentum: 'statistics are taken by calibrate(), not while training',
  returnindices: 'there are none',
};

const PADDINGS: Readonly<Record<string, string>> = {
  same: 'same',
  sameupper: 'same-upper',
  samelower: 'same-lower',
  valid: 'valid',
  notset: 'valid',
};

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_\- ]/g, '');

/** ` (did you mean 'size'?)` for a name that is not among those known, or nothing. Spec layer-attributes. */
export function nameHint(name: string, known: readonly string[]): string {
  const own = plain(name);
  const foreign = Object.keys(NAMES).find((ours) => known.includes(ours) && NAMES[ours].split(' ').includes(own));
  const meant = foreign ?? known.find((each) => plain(each) === own) ?? nearest(own, known);
  if (meant !== undefined) return ` (did you mean '${meant}'?)`;
  return known.length > 0 && Object.hasOwn(ELSEWHERE, own) ? ` (${ELSEWHERE[own]})` : '';
}

/** ` (did you mean 'same-upper'?)` for a padding that is not one. Spec window-padding. */
export function paddingHint(value: unknown): string {
  if (typeof value === 'string') {
    const own = plain(value);
    return Object.hasOwn(PADDINGS, own) ? ` (did you mean '${PADDINGS[own]}'?)` : '';
  }
  return '';
}

/** ` (did you mean [[1, 3], [2, 4]]?)` for pads as ONNX has them: all before, then all after. Spec window-padding. */
export const padsHint = (value: readonly unknown[], rank: number): string =>
  value.length === 2 * rank && value.every((each) => typeof each === 'number')
    ? ` (did you mean [${value
        .slice(0, rank)
        .map((before, i) => `[${before}, ${value[rank + i]}]`)
        .join(', ')}]?)`
    : '';

/** One to four channels before larger axes: images as torch and ONNX have them. Spec layer-input. */
export function channelsHint(x: readonly number[]): string {
  const [, channels, ...space] = x;
  return x.length > 3 && [1, 2, 3, 4].includes(channels) && space.every((axis) => axis > 4) ? channelsFirst(x) : '';
}

/** Spec layer-input. */
export const channelsFirst = (x: readonly number[]): string =>
  ` (x of shape [${x}] looks as if its channels came first: toChannelsLast(x))`;

/** For a weight whose axes are those of torch and ONNX, filters first. Spec tensor-layout. */
export const filtersFirst = ' (its filters come first: weightToChannelsLast(weight))';

/** For a parameter that is not there, which an attribute would leave out. Spec layer-params. */
export const leftOutBy = (attribute: string): string => ` (a layer without one has ${attribute}: false)`;

/** A name one letter away, or two in a long one. */
function nearest(own: string, known: readonly string[]): string | undefined {
  const most = own.length > 5 ? 2 : own.length > 3 ? 1 : 0;
  return known.find((each) => distance(own, plain(each)) <= most);
}

/** Letters to put in, take out or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
