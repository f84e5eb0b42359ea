// One layer used in several places of a net, with one set of parameters.

import { checkFunction } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { sumOf } from './channels.ts';
import { checkLayer, noteMade } from './check-layer.ts';
import { combinator, ownParams, type Parts } from './combinator.ts';
import { pointField } from './field.ts';
import { mapParams } from './flat-params.ts';
import type { Children, Input, Layer, Params, Pull } from './layer.ts';
import { mapLayer } from './map-layer.ts';

/**
 * A net in which one layer stands in several places with the same parameters: `build` is given what stands for the layer, and
 * puts it wherever it is to be used. The parameters are those of the layer, once, under `shared`, and those of the rest under
 * `net`; the gradients of the uses are added in the order of the uses. Spec shared-rules.
 *
 * @throws {SpecError} shared-rules when `build` uses it nowhere; shared-params when the uses need other parameters.
 * @example
 * const net = shared(dense({ units: 3 }), (same) => chain({ first: same, relu: relu(), second: same }));
 * parameterCount(net, [1, 3]) // 12
 * parameter(initialize(net, [1, 3]), 'shared.weight').shape // [3, 3]
 */
export function shared(layer: Layer, build: (same: Layer) => Layer): Layer {
  checkLayer('shared', layer);
  checkFunction('shared-rules', 'shared', 'build', build);
  const net = build(placeFor(layer));
  checkLayer('shared', net, 'what build returns');
  return sharedIn({ shared: layer, net });
}

/** The layers that stand for a shared one. */
const places = new WeakMap<Layer, Layer>();

/** The shared layer that such a layer stands for, if it is one. */
export const standsFor = (layer: Layer): Layer | undefined => places.get(layer);

/** What comes out in a place is passed through this. */
interface Place extends Layer {
  readonly see: (y: Tensor) => Tensor;
}

/** It has the shapes of the layer, no parameters, and is replaced before it runs. */
export function placeFor(layer: Layer, see: Place['see'] = (y) => y): Layer {
  const outside = (): never => {
    throw new SpecError('shared-rules', 'shared: what stands for a layer must stay in its net');
  };
  const place: Layer = Object.freeze<Place>({
    name: 'same',
    see,
    attributes: Object.freeze({}),
    children: Object.freeze({}),
    with: () => place,
    shape: (x) => layer.shape(x),
    params: () => ({}),
    field: (x) => layer.field(x),
    cost: (x) => layer.cost(x),
    forward: outside,
    vjp: outside,
  });
  places.set(place, layer);
  return noteMade(place);
}

/** The net with another layer in every place of one. */
const filled = (net: Layer, layer: Layer, use: (place: Place) => Layer): Layer =>
  mapLayer(net, (_, each) => (places.get(each) === layer ? use(each as Place) : each));

/** Spec shared-rules. */
function sharedIn(parts: Parts, of = (parts as Children).shared): Layer {
  const { shared: layer, net: given } = parts as Children;
  // A changed layer needs places of its own.
  const net = layer === of ? given : filled(given, of, ({ see }) => placeFor(layer, see));
  /** The net whose places run the layer with these parameters. */
  const bound = (p: Params<Tensor>, run: Partial<Layer>): Layer =>
    filled(net, layer, (place) => ({
      ...place,
      forward: (x) => place.see(layer.forward(x, p)),
      ...run,
    }));
  return combinator('shared', Object.freeze({ shared: layer, net }), (changed) => sharedIn(changed, layer), {
    arrangement: 'shared',
    cost: (x) => net.cost(x),
    walk(x) {
      const seen: Input[] = [];
      const shape = filled(net, layer, (place) => ({
        ...place,
        shape(at) {
          seen.push({ shape: at, field: pointField(at) });
          return layer.shape(at);
        },
      })).shape(x);
      if (seen.length === 0)
        throw new SpecError('shared-rules', 'shared: the net must use the shared layer, got it nowhere');
      const needed = seen.map((input) => JSON.stringify(layer.params(input.shape)));
      const odd = needed.findIndex((each) => each !== needed[0]);
      if (odd >= 0)
        throw new SpecError(
          'shared-params',
          `shared: every use must need the same parameters, got x of shape [${seen[0].shape}] and [${seen[odd].shape}]`,
        );
      return { inputs: { shared: seen[0], net: { shape: x, field: pointField(x) } }, shape, field: net.field(x) };
    },
    forward: (x, p) => bound(ownParams(p, 'shared'), {}).forward(x, ownParams(p, 'net')),
    emit: (program, x, p) =>
      program.layer(
        bound(ownParams(p, 'shared'), { emit: (inner, at) => inner.layer(layer, at, ownParams(p, 'shared')) }),
        x,
        ownParams(p, 'net'),
      ),
    vjp(x, p) {
      const own = ownParams(p, 'shared');
      const uses: (Params<Tensor> | undefined)[] = [];
      const net = bound(own, {
        vjp(at) {
          const use = uses.push(undefined) - 1;
          const [y, pull] = layer.vjp(at, own);
          const noting: Pull = (dy, needsX) => {
            const gradient = pull(dy, needsX);
            uses[use] = gradient.params;
            return { x: gradient.x, params: {} };
          };
          return [y, noting];
        },
      });
      const [y, pull] = net.vjp(x, ownParams(p, 'net'));
      return [
        y,
        (dy, needsX) => {
          const gradient = pull(dy, needsX);
          const all = uses as Params<Tensor>[];
          return { x: gradient.x, params: { shared: all.reduce(added), net: gradient.params } };
        },
      ];
    },
  });
}

/** Gradients of two uses, added. */
const added = (a: Params<Tensor>, b: Params<Tensor>): Params<Tensor> => {
  const second: Tensor[] = [];
  mapParams(b, (t) => {
    second.push(t);
    return t;
  });
  return mapParams(a, (t) => sumOf(t, second.shift()!));
};
