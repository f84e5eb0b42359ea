// Later writing does not change a layer, and a gradient whose data are gone is refused.

import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  chain,
  conv2d,
  convTranspose2d,
  crossEntropy,
  dense,
  initialize,
  type Layer,
  maxPool2d,
  relu,
  selectChannels,
  squaredError,
  sum,
  tensor,
} from '../src/index.ts';
import { examples } from './layers.ts';

/** Every array and record inside, with its path. */
function inside(value: unknown, path = 'attributes'): [string, object][] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  const deeper = Object.entries(value).flatMap(([name, each]) => inside(each, `${path}.${name}`));
  return [[path, value], ...deeper];
}

describe('attributes', () => {
  it.each(examples.map((example) => [example.name, example] as const))(
    '[layer-attributes] of %s are deeply frozen, and so are its shape and its field',
    (_, { layer, shape }) => {
      for (const [path, value] of inside([layer.attributes, layer.children, layer.shape(shape), layer.inputs?.(shape)]))
        if (path !== 'attributes') expect(Object.isFrozen(value), path).toBe(true);
      const before = JSON.stringify(layer.field(shape));
      for (const axis of layer.field(shape)) Reflect.set(axis, 'size', 99);
      expect(JSON.stringify(layer.field(shape))).toBe(before);
    },
  );

  it('[layer-attributes] writing into them is a TypeError', () => {
    const { attributes } = conv2d({ filters: 2, size: 3, padding: 1 }) as unknown as {
      attributes: { size: number[]; padding: number[][] };
    };
    expect(() => {
      attributes.size[0] = 1;
    }).toThrow(TypeError);
    expect(() => {
      attributes.padding[0][0] = 7;
    }).toThrow(TypeError);
  });

  it('[layer-attributes] the arrays of the caller are neither frozen nor shared', () => {
    const [size, pair, channels, labels] = [[3, 3], [1, 1], [1, 0], [1]];
    const padding = [pair, pair];
    const layers: Layer[] = [
      conv2d({ filters: 2, size, padding: padding as never }),
      convTranspose2d({ filters: 2, size, stride: size, outputPadding: pair }),
      maxPool2d({ size, padding: padding as never }),
      selectChannels({ channels }),
      crossEntropy({ labels }),
    ];
    const before = layers.map(({ attributes }) => JSON.stringify(attributes));
    for (const array of [size, pair, channels, labels]) array[0] = 9;
    (padding as unknown[])[0] = 5;
    expect(layers.map(({ attributes }) => JSON.stringify(attributes))).toEqual(before);
  });

  it('[layer-attributes] writing into a target, that of the caller or of the layer, changes no loss', () => {
    for (const make of [
      (t: ReturnType<typeof tensor>) => squaredError({ target: t }),
      (t: ReturnType<typeof tensor>) => binaryCrossEntropy({ targets: t }),
    ]) {
      const target = tensor([1, 2], [1, 0]);
      const loss = make(target);
      const x = tensor([1, 2], [3, 4]);
      const y = loss.forward(x, {}).data[0];
      target.data[0] = 0.5;
      (Object.values(loss.attributes)[0] as typeof target).data[1] = 0.25;
      expect(loss.forward(x, {}).data[0]).toBe(y);
      expect(loss.with({}).forward(x, {}).data[0]).toBe(y);
    }
  });
});

describe('between vjp and its gradient', () => {
  const net = chain({ a: dense({ units: 2 }), b: sum([relu(), dense({ units: 2 })]) });
  const detach = (data: ArrayBufferView): void => {
    structuredClone(data.buffer, { transfer: [data.buffer as ArrayBuffer] });
  };

  it('[layer-gradient] x, y or a parameter that was transferred is an error', () => {
    const dy = tensor([1, 2], [1, 1]);
    const run = (
      which: (call: { x: Float32Array; y: Float32Array; w: Float32Array }) => Float32Array,
    ): (() => unknown) => {
      const x = tensor([1, 3], [1, 2, 3]);
      const params = initialize(net, [1, 3]) as never as { a: { weight: { data: Float32Array } } };
      const [y, pull] = net.vjp(x, params as never);
      detach(which({ x: x.data as Float32Array, y: y.data as Float32Array, w: params.a.weight.data }));
      return () => pull(dy);
    };
    expect(run(({ x }) => x)).toThrow('dense: x must stay as it was for vjp until the gradient is taken, got 0 of 3');
    expect(run(({ w }) => w)).toThrow('dense: weight must stay as it was for vjp');
    expect(run(({ w }) => w)).toThrow('[layer-gradient]');
  });

  it('[layer-gradient] an array over memory that was shrunk is an error', () => {
    const buffer = new (
      ArrayBuffer as never as new (
        n: number,
        options: object,
      ) => ArrayBuffer & { resize(n: number): void }
    )(12, {
      maxByteLength: 12,
    });
    const x = { shape: [1, 3], data: new Float32Array(buffer) };
    const [, pull] = relu().vjp(x, {});
    buffer.resize(4);
    expect(() => pull(tensor([1, 3], [1, 1, 1]))).toThrow(
      'relu: x must stay as it was for vjp until the gradient is taken, got 1 of 3 values (transferred or shrunk) [layer-gradient]',
    );
  });

  it('[layer-gradient] another array put into the record of x or of a parameter changes nothing', () => {
    const x = { shape: [1, 3], data: new Float32Array([1, 2, 3]) };
    const params = { weight: { shape: [3, 1], data: new Float32Array([1, 2, 3]) } };
    const [, pull] = dense({ units: 1, bias: false }).vjp(x, params);
    x.data = new Float32Array(1);
    x.shape[1] = 1;
    params.weight = { shape: [1, 1], data: new Float32Array(1) };
    const gradient = pull(tensor([1, 1], [1]));
    expect([...gradient.x.data]).toEqual([1, 2, 3]);
    expect(gradient.params.weight).toMatchObject({ shape: [3, 1], data: new Float32Array([1, 2, 3]) });
  });
});
