// Nested parameters and their flat names.

import { expect, test } from 'vitest';
import { chain, conv2d, describe, initialize, parameter, relu, sum, tensor } from '../../src/index.ts';
import { flatParams, mapParams, nestParams } from '../../src/layer/params.ts';

const net = chain({
  stem: relu(),
  block: sum({ body: conv2d({ filters: 2, size: 1 }), skip: conv2d({ filters: 2, size: 1, bias: false }) }),
});
interface Nested {
  readonly block: { readonly skip: { readonly weight: object } };
}
const params = initialize(net, [1, 3, 3, 2]);

test('[layer-names] flat names are the paths of the net, in its order', () => {
  const names = ['block.body.weight', 'block.body.bias', 'block.skip.weight'];
  expect(Object.keys(flatParams(params))).toEqual(names);
  expect(describe(net, [1, 3, 3, 2]).variables.map(({ name }) => name)).toEqual(names);
});

test('[layer-names] nesting flat parameters gives them back; a missing one is named', () => {
  expect(nestParams(params, flatParams(params))).toEqual(params);
  expect(() => nestParams(params, { 'block.body.weight': tensor([1]) })).toThrow(
    /'block.body.bias', got none \[layer-names\]/,
  );
  expect(() => flatParams({ weight: null as never })).toThrow(TypeError);
});

test('[layer-names] a change is given every leaf and its name', () => {
  const shapes = mapParams(params, ({ shape }, name) => tensor([1], [shape.length + name.length]));
  expect(flatParams(shapes)['block.skip.weight'].data[0]).toBe(4 + 'block.skip.weight'.length);
});

test('[layer-names] one parameter is had by its flat name; another name is answered with those beside it', () => {
  expect(parameter(params, 'block.skip.weight')).toBe((params as never as Nested).block.skip.weight);
  expect(() => parameter(params, 'block.skip.wieght')).toThrow(
    "parameter: the names are block.body.weight, block.body.bias, block.skip.weight, got 'block.skip.wieght' [layer-names]",
  );
  const two = { conv1: { weight: tensor([1]) }, out: { bias: tensor([1]) } };
  expect(() => parameter(two, 'conv1.bias')).toThrow("parameter: the names are conv1.weight, got 'conv1.bias' [");
  expect(() => parameter(two, 'conv2.weight')).toThrow("the names are conv1.weight, out.bias, got 'conv2.weight' [");
  expect(() => parameter(3 as never, 'a')).toThrow(
    'parameter: parameters must be an object of tensors, got 3 [layer-params]',
  );
  expect(() => parameter({ a: { weight: 3 } } as never, 'a.weight')).toThrow(
    'parameter: a.weight must be a tensor or an object of tensors, got 3 [',
  );
});
