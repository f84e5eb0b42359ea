// One layer in several places with one set of parameters.

import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.ts';
import {
  batchNorm,
  chain,
  compile,
  concat,
  conv2d,
  dense,
  describe as described,
  dropout,
  flatten,
  initialize,
  type Layer,
  parameter,
  parameterCount,
  relu,
  scale,
  shared,
  sum,
  tensor,
  toFloat64,
} from '../../src/index.ts';
import { calibrate, digits, fit, minibatches, sgd } from '../../src/train/index.ts';
import { whole } from '../ops/whole.ts';

const conv = conv2d({ filters: 4, size: 3, padding: 'same' });
const plain = chain({ one: conv, relu: relu(), side: sum({ a: conv, b: scale({ factor: 2 }) }), three: conv });
const net = shared(conv, (same) =>
  chain({ one: same, relu: relu(), side: sum({ a: same, b: scale({ factor: 2 }) }), three: same }),
);
const x = whole([2, 5, 6, 4], 3, 'float32');
const params = initialize(net, x.shape, { seed: 1 });
const spread = { one: params.shared, side: { a: params.shared }, three: params.shared } as never;

describe('shared', () => {
  it('[shared-rules] has the parameters once, drawn once, written once', () => {
    expect(Object.keys(readSafetensors(writeSafetensors(params)).tensors)).toEqual(['shared.weight', 'shared.bias']);
    expect(parameterCount(net, x.shape)).toBe(4 * 4 * 9 + 4);
    expect(net.cost(x.shape)).toBe(3 * conv.cost(x.shape));
    const rows = described(net, x.shape);
    expect([rows.parameters, rows.cost]).toEqual([4 * 4 * 9 + 4, net.cost(x.shape)]);
    expect(net.field(x.shape)).toEqual(plain.field(x.shape));
    expect(net.shape(x.shape)).toEqual(plain.shape(x.shape));
  });

  it('[shared-rules] computes what the layers would by themselves, compiled too; gradients are added in order', () => {
    const [y, pull] = net.vjp(x, params);
    const [own, pullOwn] = plain.vjp(x, spread);
    expect(y).toEqual(own);
    expect(net.forward(x, params)).toEqual(own);
    expect(compile(net, x.shape, params)(x).data).toEqual(own.data);
    const dy = whole(y.shape, 7, 'float32');
    const [gradient, of] = [pull(dy), pullOwn(dy)];
    expect(gradient.x).toEqual(of.x);
    for (const name of ['weight', 'bias']) {
      const [a, b, c] = ['one', 'side.a', 'three'].map((path) => parameter(of.params, `${path}.${name}`).data);
      const expected = a.map((value, i) => Math.fround(Math.fround(value + b[i]) + c[i]));
      expect(parameter(gradient.params, `shared.${name}`).data).toEqual(expected);
    }
    expect(pull(dy)).toEqual(gradient);
    expect(net.forward(toFloat64(x), toFloat64(params)).data).toEqual(
      plain.forward(toFloat64(x), toFloat64(spread)).data,
    );
  });

  it('[shared-rules] may stand inside of another, at other sizes, and be changed', () => {
    const nested = shared(conv, (a) =>
      shared(dense({ units: 4 }), (b) => chain([a, a, flatten(), dense({ units: 4 }), b, relu(), b])),
    );
    const p = initialize(nested, [1, 2, 3, 4]);
    expect(nested.forward(whole([1, 2, 3, 4], 1, 'float32'), p).shape).toEqual([1, 4]);
    expect(Object.keys(p)).toEqual(['shared', 'net']);
    const wide = net.with({ children: { shared: conv2d({ filters: 4, size: 1 }) } });
    expect(wide.params(x.shape)).toMatchObject({ shared: { weight: [1, 1, 4, 4], bias: [4] } });
    expect(wide.cost(x.shape)).toBe(net.cost(x.shape) / 9);
    expect(net.cost(x.shape)).toBe(3 * conv.cost(x.shape));
  });

  it('[shared-rules] [train-fit] trains, with dropout and batch norm in it, and can be calibrated', async () => {
    const block = chain({
      conv: conv2d({ filters: 1, size: 3, padding: 'same' }),
      norm: batchNorm(),
      drop: dropout({ rate: 0.5 }),
    });
    const digit = shared(block, (same) =>
      chain({ a: same, relu: relu(), b: same, flatten: flatten(), out: dense({ units: 10 }) }),
    );
    const data = digits({ count: 40, seed: 1 });
    const start = initialize(digit, [1, 28, 28, 1], { seed: 1 });
    const options = { optimizer: sgd({ rate: 0.05 }), epochs: 3 };
    const { params: trained, history } = await fit(digit, start, minibatches(data, { size: 10 }), options);
    expect(history[2].loss).toBeLessThan(history[0].loss);
    expect(parameter(trained, 'shared.conv.weight').data).not.toEqual(parameter(start, 'shared.conv.weight').data);
    const { layer, params: frozen } = calibrate(digit, trained, [data.x]);
    expect(layer.forward(data.x, frozen).shape).toEqual([40, 10]);
    expect(parameter(frozen, 'shared.norm.mean').shape).toEqual([1]);
  });

  it('[shared-params] refuses uses that need other parameters, and a net that does not use it', () => {
    const odd = shared(conv, (same) => concat({ a: same, b: chain([same, conv2d({ filters: 3, size: 1 }), same]) }));
    expect(() => odd.shape([1, 4, 4, 4])).toThrow('got x of shape [1,4,4,4] and [1,4,4,3] [shared-params]');
    expect(() => shared(conv, () => relu()).shape([1, 4, 4, 4])).toThrow('got it nowhere [shared-rules]');
    let escaped: Layer | undefined;
    shared(conv, (same) => {
      escaped = same;
      return same;
    });
    expect(() => escaped!.forward(x, {})).toThrow('[shared-rules]');
    expect(() => shared(conv, 5 as never)).toThrow('[shared-rules]');
    expect(() => shared(conv, (() => 5) as never)).toThrow('[layer-rules]');
    expect(() => net.forward(x, { net: {} })).toThrow("got no 'weight'");
    expect(() => net.forward(tensor([1, 2, 2, 3]), params)).toThrow('[shared-params]');
  });
});
