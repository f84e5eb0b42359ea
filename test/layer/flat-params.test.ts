// Nested parameters and their flat names.

import { expect, test } from 'vitest';
import { loadWeights, readSafetensors, writeSafetensors } from '../../src/formats/index.ts';
import { chain, conv2d, describe, initialize, parameter, relu, sum, tensor } from '../../src/index.ts';
import { flatParams, mapParams } from '../../src/layer/flat-params.ts';
import { nestParams } from '../../src/layer/nest-params.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.ts';
import { momentum } from '../../src/train/index.ts';

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

test('[layer-names] a change is called with every tensor and its name', () => {
  const shapes = mapParams(params, ({ shape }, name) => tensor([1], [shape.length + name.length]));
  expect(flatParams(shapes)['block.skip.weight'].data[0]).toBe(4 + 'block.skip.weight'.length);
});

test('[layer-names] a name that is no string is refused', () => {
  for (const name of [5, null, undefined, ['block']] as never[])
    expect(() => parameter(params, name)).toThrow(/^parameter: the name must be a string, got .* \[layer-names\]$/);
});

test('[layer-names] a parameter is found by its flat name; for an unknown name the error lists similar ones', () => {
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

test('[layer-names] two tensors with the same flat name are an error wherever flat names are used', () => {
  const [one, two] = [tensor([1], [1]), tensor([1], [2])];
  const both = { a: { b: one }, 'a.b': two };
  const message = "every tensor must have a flat name of its own, got two 'a.b' [layer-names]";
  expect(() => writeSafetensors(both)).toThrow(message);
  expect(() => parameter(both, 'a.b')).toThrow(message);
  expect(() => loadWeights(net, [1, 3, 3, 2], both)).toThrow(message);
  expect(Object.keys(readSafetensors(writeSafetensors({ a: { b: one }, 'a.c': two })).tensors)).toEqual(['a.b', 'a.c']);
});

test('[train-checkpoint] names with a slash are read back; a name that a state would have is refused', () => {
  const [params, sgd] = [{ 'a/b': { weight: tensor([2], [1, 2]) } }, momentum({ rate: 0.1, momentum: 0.9 })];
  const carried = { 'a/b.weight': { velocity: new Float32Array([3, 4]) } };
  const back = readCheckpoint(writeCheckpoint({ step: 1, params, carried }, sgd), params, sgd, () => true);
  expect([back.params, back.carried]).toEqual([params, carried]);
  const taken = { w: tensor([1]), 'w/velocity': tensor([1]) };
  expect(() => writeCheckpoint({ step: 1, params: taken, carried: { w: carried['a/b.weight'] } }, sgd)).toThrow(
    "checkpoint: no parameter may have the name of a state, got 'w/velocity' [train-checkpoint]",
  );
});
