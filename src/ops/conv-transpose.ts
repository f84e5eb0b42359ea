// Transposed convolution: the three contractions of a convolution with input and output exchanged.
//
//   y[n,i,f] = Σ_p Σ_c  x[n,p,c] · w[k,f,c]  + b[f]      over the taps k with  i = p·stride + k·dilation − before
//
// It is the input gradient of the convolution from y to x, so the geometry is that of y.

import { flag, known, perAxis, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import * as kernels from '../kernels/choose.ts';
import { drawnWeight, filled } from '../layer/declared-params.ts';
import { mirroredField, spaceOf } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';
import { type Axis, axisNames, type ConvGeometry, threeAxes, type Window } from '../window.ts';
import { biasGradient, type ConvAttributes, checkRank, multiplyAdds, readConvWindow } from './convolution-layer.ts';

export interface ConvTransposeAttributes extends Omit<ConvAttributes, 'algorithm'> {
  /** Cells added at the end of each axis of y, fewer than the stride or the dilation. */
  readonly outputPadding?: number | readonly number[];
}

/**
 * 1-D transposed convolution; see {@link convTranspose2d}. Spec conv-transpose.
 *
 * @example
 * const layer = convTranspose1d({ filters: 1, size: 3, stride: 2, bias: false });
 * layer.forward(tensor([1, 2, 1], [1, 10]), { weight: tensor([3, 1, 1], [1, 2, 3]) }).data // [1, 2, 13, 20, 30]
 */
export const convTranspose1d = (attributes: ConvTransposeAttributes): Layer =>
  transposed('convTranspose1d', 1, attributes, convTranspose1d);

/**
 * 2-D transposed convolution: `y[n,i,f] = Σ_p Σ_c x[n,p,c] · w[k,f,c] + b[f]` over the taps k with
 * `i = p·stride + k·dilation − before`. x `[batch, height, width, channels]`, weight `[...size, filters / groups, channels]`,
 * bias `[filters]`, y `(n − 1)·stride + (size − 1)·dilation + 1 − before − after + outputPadding` cells on each axis;
 * with `'same'` n·stride. Spec conv-transpose.
 *
 * @throws {SpecError} conv-transpose-output, conv-output-padding, conv-filters, conv-groups, conv-rank, window-size, window-stride, window-dilation, window-padding.
 * @example
 * convTranspose2d({ filters: 3, size: 4, stride: 2, padding: 1 }).shape([1, 8, 8, 16]) // [1, 16, 16, 3]
 */
export const convTranspose2d = (attributes: ConvTransposeAttributes): Layer =>
  transposed('convTranspose2d', 2, attributes, convTranspose2d);

/**
 * 3-D transposed convolution; see {@link convTranspose2d}. Spec conv-transpose.
 *
 * @example
 * convTranspose3d({ filters: 2, size: 2, stride: 2 }).shape([1, 2, 3, 4, 5]) // [1, 4, 6, 8, 2]
 */
export const convTranspose3d = (attributes: ConvTransposeAttributes): Layer =>
  transposed('convTranspose3d', 3, attributes, convTranspose3d);

export type TransposeWindow = Omit<Window, 'ceil'> & { readonly outputPadding: readonly number[] };

function transposed(
  name: string,
  rank: number,
  attributes: ConvTransposeAttributes,
  make: (attributes: ConvTransposeAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, [
    'filters',
    'size',
    'stride',
    'padding',
    'dilation',
    'outputPadding',
    'groups',
    'bias',
  ]);
  const filters = wholeNumber('conv-filters', name, 'filters', attributes.filters, 1);
  const groups = wholeNumber('conv-groups', name, 'groups', attributes.groups ?? 1, 1);
  if (filters % groups !== 0)
    throw new SpecError('conv-groups', `${name}: groups must divide the ${filters} filters, got ${groups}`);
  const window = readTransposeWindow(name, rank, attributes);
  const bias = flag('conv-bias', name, 'bias', attributes.bias ?? true);
  return operator<ConvGeometry>({
    name,
    attributes: { filters, ...window, groups, bias },
    make,
    /** Of the convolution from y to x. */
    geometry(x) {
      const C = checkRank(name, rank, x);
      if (C % groups !== 0)
        throw new SpecError('conv-groups', `${name}: groups must divide the ${C} channels of x, got ${groups}`);
      const axes = threeAxes(mirroredAxes(name, window, spaceOf(x)));
      return { batch: x[0], groups, channels: filters / groups, filters: C / groups, axes };
    },
    shape: (x, g) => [x[0], ...g.axes.slice(-rank).map((axis) => axis.input), filters],
    parameters(x) {
      const shape = [...window.size, filters / groups, x[x.length - 1]];
      const weight = { shape, first: drawnWeight(shape) };
      return { weight, ...(bias && { bias: { shape: [filters], first: filled(0), attribute: 'bias' } }) };
    },
    field: (_x, g) => mirroredField(g.axes.slice(-rank)),
    cost: (_x, g) => multiplyAdds(g),
    roles: { linear: { outputChannel } },
    forward(x, p, g) {
      const y = allocate(name, this.shape(x.shape, g), typeOf(x.data));
      kernels.convInputGrad(g, x.data, p.weight.data, y.data, 'auto');
      if (bias) addBias(y, p.bias);
      return y;
    },
    emit(program, x, { weight, bias }, geometry) {
      return program.convTranspose(x, this.shape(x.shape, geometry), { geometry, weight, bias, algorithm: 'auto' });
    },
    /** Spec conv-transpose-gradient. */
    gradient({ x, p, dy, g, needsX }) {
      const [dx, dw] = [x, p.weight].map((like) => allocate(name, like.shape, typeOf(x.data)));
      if (needsX) kernels.conv(g, dy.data, p.weight.data, undefined, dx.data, 'auto');
      kernels.convWeightGrad(g, dy.data, x.data, dw.data, 'auto');
      return { x: dx, params: { weight: dw, ...(bias && { bias: biasGradient(name, g.batch, dy) }) } };
    },
  });

  /** Filters are on the second to last axis, those of one group next to each other; the group is that of the channel. */
  function outputChannel(weight: Shape, i: number): number {
    const [F, C] = weight.slice(-2);
    return Math.floor((i % C) / (C / groups)) * F + (Math.floor(i / C) % F);
  }
}

/** Spec conv-output-padding: less than the stride or the dilation; 0 with `same`. */
function readTransposeWindow(name: string, rank: number, attributes: ConvTransposeAttributes): TransposeWindow {
  const { ceil: _, ...window } = readConvWindow(name, rank, attributes);
  const clause = 'conv-output-padding';
  const outputPadding = perAxis(clause, name, 'outputPadding', attributes.outputPadding ?? 0, rank, 0);
  outputPadding.forEach((cells, i) => {
    const [stride, dilation] = [window.stride[i], window.dilation[i]];
    if (cells >= Math.max(stride, dilation))
      throw new SpecError(
        clause,
        `${name}: outputPadding must be below the stride ${stride}${dilation > stride ? ` or the dilation ${dilation}` : ''}, got ${cells} along the ${axisNames(rank)[i]}`,
      );
    if (cells > 0 && typeof window.padding === 'string' && window.padding !== 'valid')
      throw new SpecError(
        clause,
        `${name}: outputPadding must be 0 with padding 'same', got ${cells} along the ${axisNames(rank)[i]}`,
      );
  });
  return { ...window, outputPadding };
}

/**
 * The axes of the convolution from y to x: `output` is x's size, `input` is y's. Spec conv-transpose-output,
 * conv-transpose-same.
 */
export function mirroredAxes(who: string, window: TransposeWindow, space: Shape): Axis[] {
  return space.map((output, i) => {
    const [size, stride, dilation] = [window.size[i], window.stride[i], window.dilation[i]];
    const full = (output - 1) * stride + (size - 1) * dilation + 1;
    const axis = { output, size, stride, dilation };
    if (window.padding === 'same-upper' || window.padding === 'same-lower') {
      const crop = Math.max(0, full - output * stride);
      const half = Math.floor(crop / 2);
      const before = window.padding === 'same-upper' ? half : crop - half;
      return { ...axis, before, after: crop - before, input: output * stride };
    }
    const [before, after] = window.padding === 'valid' ? [0, 0] : window.padding[i];
    const input = full - before - after + window.outputPadding[i];
    if (input < 1)
      throw new SpecError(
        'conv-transpose-output',
        `${who}: padding must leave at least 1 of the ${full + window.outputPadding[i]} cells of y, got ${before} + ${after} along the ${axisNames(space.length)[i]}`,
      );
    return { ...axis, before, after, input };
  });
}

function addBias(y: Tensor, bias: Tensor): void {
  const round = roundingOf(y.data);
  const F = bias.data.length;
  for (let i = 0; i < y.data.length; i += F) {
    for (let f = 0; f < F; f++) y.data[i + f] = round(y.data[i + f] + bias.data[f]);
  }
}
