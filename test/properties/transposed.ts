// Q5: a transposed convolution is the input gradient of a convolution, with its own bias and its own `same`.

import fc from 'fast-check';
import type { Tensor } from '../../src/index.ts';
import { inner, plus } from '../../src/testing/compare.ts';
import { type Case, casesOf, convCases, sameBits } from '../../src/testing/index.ts';
import { type Engine, isExplicit, type Properties, remake, windowOf } from './engine.ts';
import { at, build, channels } from './places.ts';

/** The transposed convolution that takes y of a 2-D convolution back to the space of x. */
function transposedOf(e: Engine, { layer, x, dy }: Case, bias = false) {
  const { size, stride, dilation, reach, pads } = windowOf(layer);
  const cells = stride.map((s, i) => (dy.shape[i + 1] - 1) * s + reach[i] - pads![i][0] - pads![i][1]);
  const outputPadding = cells.map((n, i) => x.shape[i + 1] - n);
  const attributes = { filters: channels(x), size, stride, dilation, padding: pads, outputPadding, bias };
  return e.convTranspose2d({ ...attributes, groups: layer.attributes.groups } as never);
}

const explicit = convCases().filter(isExplicit);

export const transposed: Properties = {
  '[conv-transpose] [conv-transpose-output] [conv-output-padding] it is the input gradient of the convolution, in bits':
    (e) =>
      fc.property(explicit, (call) => {
        const weight = call.params.weight as Tensor;
        const dx = remake(e, call.layer, { bias: false }).vjp(call.x, { weight })[1](call.dy).x;
        return sameBits(transposedOf(e, call).forward(call.dy, { weight }), dx);
      }),

  '[conv-transpose] its bias is added once to every cell': (e) =>
    fc.property(explicit, (call) => {
      const weight = call.params.weight as Tensor;
      const bias = build([channels(call.x)], call.x, ([c]) => c + 1);
      const y = transposedOf(e, call).forward(call.dy, { weight });
      const biased = transposedOf(e, call, true).forward(call.dy, { weight, bias });
      return sameBits(
        biased,
        plus(
          y,
          build(y.shape, y, (place) => at(bias, place.slice(-1))),
        ),
      );
    }),

  '[conv-transpose] its gradients are adjoint: without bias, ⟨dy, f(x)⟩ = ⟨dx, x⟩ = ⟨dw, w⟩': (e) =>
    fc.property(
      explicit.chain((call) => casesOf(transposedOf(e, call), call.dy.shape)),
      ({ layer, x, params, dy }) => {
        const [y, pull] = layer.vjp(x, params);
        const gradient = pull(dy);
        const sums = [
          inner(y, dy),
          inner(gradient.x, x),
          inner(gradient.params.weight as Tensor, params.weight as Tensor),
        ];
        return sums[0] === sums[1] && sums[1] === sums[2];
      },
    ),

  '[conv-transpose-same] `same` gives n·stride cells, the odd one cropped at the end, or at the start for `same-lower`':
    (e) =>
      fc.property(convCases(), fc.boolean(), ({ layer, dy, params }, upper) => {
        const { size, stride, dilation, reach } = windowOf(layer);
        const weight = params.weight as Tensor;
        const filters = weight.shape[2] * (layer.attributes.groups as number);
        const common = { filters, size, stride, dilation, bias: false, groups: layer.attributes.groups };
        const total = stride.map((s, i) => reach[i] - s);
        const padding = total.map((n) => {
          const [less, more] = [Math.floor(Math.max(0, n) / 2), Math.ceil(Math.max(0, n) / 2)];
          return upper ? [less, more] : [more, less];
        });
        const outputPadding = total.map((n) => Math.max(0, -n));
        const same = e.convTranspose2d({ ...common, padding: upper ? 'same' : 'same-lower' } as never);
        const written = e.convTranspose2d({ ...common, padding, outputPadding } as never);
        return sameBits(same.forward(dy, { weight }), written.forward(dy, { weight }));
      }),
};
