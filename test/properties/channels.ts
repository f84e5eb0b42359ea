// Q4 and M1: equalities between groups, depthwise, 1×1 and dense; the roles of channels and filters.

import fc from 'fast-check';
import type { Params, Tensor } from '../../src/index.ts';
import { plus } from '../../src/testing/compare.ts';
import { awkwardFloats, type Case, denseCases, sameBits } from '../../src/testing/index.ts';
import { calls, type Engine, isExplicit, type Properties, remake, windowOf } from './engine.ts';
import { at, build, channels, inSpace, onChannelAxis, onLastAxis } from './places.ts';

const awkward = { numbers: awkwardFloats() };

const weightOf = (params: Params<Tensor>): Tensor => params.weight as Tensor;
const biasOf = (params: Params<Tensor>): Tensor | undefined => params.bias as Tensor | undefined;

const groupsOf = ({ layer }: Case): number => layer.attributes.groups as number;
const oneGroup = (call: Case): boolean => groupsOf(call) === 1;

/** Some of the filters of a convolution, with their bias. */
function filtersFrom(params: Params<Tensor>, first: number, count: number): Params<Tensor> {
  const pick = (t: Tensor): Tensor => onLastAxis(t, count, (o) => first + o);
  const bias = biasOf(params);
  return { weight: pick(weightOf(params)), ...(bias && { bias: pick(bias) }) } as Params<Tensor>;
}

const dense = (e: Engine, units: number): ReturnType<Engine['dense']> => e.dense({ units, bias: false } as never);

export const channelProperties: Properties = {
  '[conv-groups] groups are convolutions side by side, in bits': (e) =>
    fc.property(calls(e, ['conv'], awkward), ({ layer, x, params }) => {
      const groups = layer.attributes.groups as number;
      const y = layer.forward(x, params);
      const [C, O] = [channels(x) / groups, channels(y) / groups];
      const one = remake(e, layer, { groups: 1, filters: O });
      return Array.from({ length: groups }, (_, g) => g).every((g) =>
        sameBits(
          onLastAxis(y, O, (o) => g * O + o),
          one.forward(
            onLastAxis(x, C, (c) => g * C + c),
            filtersFrom(params, g * O, O),
          ),
        ),
      );
    }),

  '[conv-groups] groups are one bank whose blocks beside the diagonal are zero': (e) =>
    fc.property(calls(e, ['conv']), ({ layer, x, params }) => {
      const w = weightOf(params);
      const groups = layer.attributes.groups as number;
      const [C, O] = [channels(x) / groups, channels(w) / groups];
      const block = build([...w.shape.slice(0, -2), channels(x), channels(w)], w, (place) => {
        const [c, o] = place.slice(-2);
        return Math.floor(c / C) === Math.floor(o / O) ? at(w, [...place.slice(0, -2), c % C, o]) : 0;
      });
      return sameBits(
        layer.forward(x, params),
        remake(e, layer, { groups: 1 }).forward(x, { ...params, weight: block }),
      );
    }),

  '[conv-depthwise] a depthwise convolution is a convolution with a group for each channel, in bits': (e) =>
    fc.property(calls(e, ['depthwise'], awkward), ({ layer, x, params }) => {
      const { multiplier, ...rest } = layer.attributes as { multiplier: number };
      const conv = e[layer.name.replace('depthwiseConv', 'conv')];
      const grouped = conv({ ...rest, groups: channels(x), filters: channels(x) * multiplier } as never);
      return sameBits(layer.forward(x, params), grouped.forward(x, params));
    }),

  '[conv-forward] [dense-forward] a 1×1 convolution is one matrix for all pixels, in bits': (e) =>
    fc.property(calls(e, ['conv'], awkward).filter(oneGroup), ({ layer, x, params }) => {
      const { stride } = windowOf(layer);
      const point = remake(e, layer, { size: 1, dilation: 1, padding: 'valid', bias: false });
      const matrix = build(weightOf(params).shape.slice(-2), x, (place) =>
        at(weightOf(params), [...stride.map(() => 0), ...place]),
      );
      const y = point.forward(x, { weight: { ...matrix, shape: [...stride.map(() => 1), ...matrix.shape] } });
      const pixels = build([...y.shape.slice(0, -1), channels(x)], x, (place) =>
        at(
          x,
          inSpace(place, (p, i) => p * stride[i]),
        ),
      );
      const rows = { shape: [pixels.data.length / channels(x), channels(x)], data: pixels.data };
      return sameBits(y, { shape: y.shape, data: dense(e, channels(y)).forward(rows, { weight: matrix }).data });
    }),

  '[conv-forward] the channels of x are added up, whatever their number': (e) =>
    fc.property(calls(e, ['conv']).filter(oneGroup), ({ layer, x, params }) => {
      const [w, bare] = [weightOf(params), remake(e, layer, { bias: false })];
      const each = Array.from({ length: channels(x) }, (_, c) =>
        bare.forward(
          onLastAxis(x, 1, () => c),
          { weight: onChannelAxis(w, 1, () => c) },
        ),
      );
      return sameBits(
        bare.forward(x, { weight: w }),
        each.reduce((sum, y) => plus(sum, y)),
      );
    }),

  '[conv-forward] [conv-filters] each filter gives its own channel of y, in bits': (e) =>
    fc.property(calls(e, ['conv'], awkward).filter(oneGroup), ({ layer, x, params }) => {
      const y = layer.forward(x, params);
      const one = remake(e, layer, { filters: 1 });
      return Array.from({ length: channels(y) }, (_, o) => o).every((o) =>
        sameBits(
          onLastAxis(y, 1, () => o),
          one.forward(x, filtersFrom(params, o, 1)),
        ),
      );
    }),

  '[conv-bias] a bias is added once to every place of its channel, in padding too': (e) =>
    fc.property(calls(e, ['conv', 'depthwise']), ({ layer, x, params }) => {
      const bias = build([channels(layer.forward(x, params))], x, ([o]) => o + 1);
      const bare = remake(e, layer, { bias: false }).forward(x, { weight: weightOf(params) });
      const y = remake(e, layer, { bias: true }).forward(x, { weight: weightOf(params), bias });
      return sameBits(
        y,
        build(y.shape, y, (place) => at(bare, place) + at(bias, place.slice(-1))),
      );
    }),

  '[dense-forward] each row of x gives its own row of y, in bits': (e) =>
    fc.property(denseCases(awkward), ({ layer, x, params }) => {
      const ours = remake(e, layer);
      const y = ours.forward(x, params);
      return Array.from({ length: x.shape[0] }, (_, n) => n).every((n) => {
        const row = (t: Tensor): Tensor => build([1, channels(t)], t, ([, c]) => at(t, [n, c]));
        return sameBits(row(y), ours.forward(row(x), params));
      });
    }),

  '[dense-forward] dense does not know the order of its inputs: rows of w and channels of x may be permuted': (e) =>
    fc.property(denseCases(), fc.nat(), ({ layer, x, params }, turn) => {
      const C = channels(x);
      const from = (c: number): number => (c + turn) % C;
      const [ours, w] = [remake(e, layer), weightOf(params)];
      const turned = build(w.shape, w, ([c, o]) => at(w, [from(c), o]));
      return sameBits(ours.forward(x, params), ours.forward(onLastAxis(x, C, from), { ...params, weight: turned }));
    }),

  '[window-fit] [dense-forward] a filter as large as its image is a dense layer, in bits': (e) =>
    fc.property(calls(e, ['conv'], awkward).filter(isExplicit).filter(oneGroup), ({ layer, x, params }) => {
      const w = weightOf(params);
      const whole = x.shape.slice(1, -1);
      const bank = build([...whole, ...w.shape.slice(-2)], w, (place) =>
        at(
          w,
          place.map((k, i) => (i < whole.length ? k % w.shape[i] : k)),
        ),
      );
      const y = remake(e, layer, { size: whole, dilation: 1, padding: 'valid', bias: false }).forward(x, {
        weight: bank,
      });
      const rows = { shape: [x.shape[0], x.data.length / x.shape[0]], data: x.data };
      const matrix = { shape: [rows.shape[1], channels(w)], data: bank.data };
      return sameBits(
        { shape: [x.shape[0], channels(w)], data: y.data },
        dense(e, channels(w)).forward(rows, { weight: matrix }),
      );
    }),
};
