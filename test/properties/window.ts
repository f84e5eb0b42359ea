// Q4: equivalents of stride, dilation and padding; the symmetry of the axes.

import fc from 'fast-check';
import type { Layer, Params, Tensor } from '../../src/index.ts';
import { awkwardFloats, type Case, convCases, poolCases, sameBits } from '../../src/testing/index.ts';
import { calls, isExplicit, type Properties, remake, windowed, windowOf } from './engine.ts';
import { at, build, channels, inSpace, padded } from './places.ts';

const awkward = { numbers: awkwardFloats() };

const weightOf = (params: Params<Tensor>): Tensor => params.weight as Tensor;

/** Only whole windows, where a layer can round their number up. */
const wholeWindows = ({ attributes }: Layer): object => ('ceil' in attributes ? { ceil: false } : {});

export const window: Properties = {
  '[window-stride] a strided layer is the dense one, then subsampled, in bits': (e) =>
    fc.property(calls(e, windowed, awkward).filter(isExplicit), ({ layer, x, params }) => {
      const { stride } = windowOf(layer);
      const floor = wholeWindows(layer);
      const y = remake(e, layer, floor).forward(x, params);
      const all = remake(e, layer, { ...floor, stride: 1 }).forward(x, params);
      return sameBits(
        y,
        build(y.shape, y, (place) =>
          at(
            all,
            inSpace(place, (p, i) => p * stride[i]),
          ),
        ),
      );
    }),

  '[window-dilation] a dilated filter is a filter with zeros put in': (e) =>
    fc.property(calls(e, ['conv', 'depthwise']), ({ layer, x, params }) => {
      const { reach, dilation } = windowOf(layer);
      const w = weightOf(params);
      const stuffed = build([...reach, ...w.shape.slice(-2)], w, (place) =>
        dilation.every((d, i) => place[i] % d === 0)
          ? at(
              w,
              place.map((k, i) => (i < dilation.length ? k / dilation[i] : k)),
            )
          : 0,
      );
      const y = remake(e, layer, { size: reach, dilation: 1 }).forward(x, { ...params, weight: stuffed });
      return sameBits(layer.forward(x, params), y);
    }),

  '[window-padding] padding a convolution is putting zeros around x': (e) =>
    fc.property(calls(e, ['conv', 'depthwise']).filter(isExplicit), ({ layer, x, params }) => {
      const wide = padded(x, windowOf(layer).pads!, 0);
      return sameBits(layer.forward(x, params), remake(e, layer, { padding: 'valid' }).forward(wide, params));
    }),

  '[numerics-padding] padding takes no part: zeros put around x meet ∞ weights, padding does not': (e) =>
    fc.property(calls(e, ['conv']).filter(isExplicit), ({ layer, x, params }) => {
      const w = weightOf(params);
      const infinite = { ...params, weight: build(w.shape, w, () => Number.POSITIVE_INFINITY) };
      const ones = build(x.shape, x, () => 1);
      return layer.forward(ones, infinite).data.every((value) => !Number.isNaN(value));
    }),

  '[pool-max] padding a maximum is putting −∞ around x': (e) =>
    fc.property(calls(e, ['max']).filter(isExplicit), ({ layer, x, params }) => {
      const floor = remake(e, layer, { ceil: false });
      const wide = padded(x, windowOf(layer).pads!, Number.NEGATIVE_INFINITY);
      return sameBits(floor.forward(x, params), remake(e, floor, { padding: 'valid' }).forward(wide, params));
    }),

  '[pool-divisor] padding an average that counts it is putting zeros around x': (e) =>
    fc.property(calls(e, ['average']).filter(isExplicit), ({ layer, x, params }) => {
      const counted = remake(e, layer, { ceil: false, countPadding: true });
      const wide = padded(x, windowOf(layer).pads!, 0);
      return sameBits(counted.forward(x, params), remake(e, counted, { padding: 'valid' }).forward(wide, params));
    }),

  '[window-same] `same` is ⌈n/s⌉ windows, the odd cell of padding after, or before for `same-lower`, in bits': (e) =>
    fc.property(calls(e, windowed, awkward), fc.boolean(), ({ layer, x, params }, upper) => {
      const { stride, reach } = windowOf(layer);
      const pads = stride.map((s, i) => {
        const n = x.shape[i + 1];
        const total = Math.max(0, (Math.ceil(n / s) - 1) * s + reach[i] - n);
        const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
        return upper ? [less, more] : [more, less];
      });
      const same = remake(e, layer, { padding: upper ? 'same' : 'same-lower' }).forward(x, params);
      const y = remake(e, layer, { padding: pads, ...wholeWindows(layer) }).forward(x, params);
      return sameBits(same, y) && same.shape.slice(1, -1).every((n, i) => n === Math.ceil(x.shape[i + 1] / stride[i]));
    }),

  '[window-ceil] `ceil` adds the one window that starts inside and hangs over, and changes no other, in bits': (e) =>
    fc.property(calls(e, ['max', 'average'], awkward).filter(isExplicit), ({ layer, x, params }) => {
      const { stride, reach, pads } = windowOf(layer);
      const more = remake(e, layer, { ceil: true }).forward(x, params);
      const less = remake(e, layer, { ceil: false }).forward(x, params);
      const sizes = stride.map((s, i) => {
        const [n, [before, after]] = [x.shape[i + 1], pads![i]];
        fc.pre((less.shape[i + 1] - 1) * s < n + before);
        const starts = Array.from({ length: n + before }, (_, start) => start).filter((start) => start % s === 0);
        return starts.filter((start) => start === 0 || start - s + reach[i] < n + before + after).length;
      });
      const shape = [x.shape[0], ...sizes, channels(x)];
      return (
        more.shape.join() === shape.join() &&
        sameBits(
          less,
          build(less.shape, less, (place) => at(more, place)),
        )
      );
    }),

  '[conv-rank] [pool-max] [pool-average] exchanging the two axes everywhere exchanges them in y': (e) =>
    fc.property(
      fc
        .oneof(convCases(), poolCases('max'), poolCases('average'))
        .map((call) => ({ ...call, layer: remake(e, call.layer) })),
      ({ layer, x, params }: Case) => {
        const turned = Object.fromEntries(
          Object.entries(layer.attributes).map(([name, value]) => [
            name,
            Array.isArray(value) ? [...value].reverse() : value,
          ]),
        );
        const exchange = (t: Tensor, axis: number): Tensor => {
          const swap = (place: readonly number[]) =>
            place.map((_, i) => (i === axis ? place[axis + 1] : i === axis + 1 ? place[axis] : place[i]));
          return build(swap(t.shape), t, (place) => at(t, swap(place)));
        };
        const turnedParams = 'weight' in params ? { ...params, weight: exchange(weightOf(params), 0) } : params;
        const y = remake(e, layer, turned).forward(exchange(x, 1), turnedParams);
        return sameBits(layer.forward(x, params), exchange(y, 1));
      },
    ),
};
