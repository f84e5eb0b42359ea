// What all operators have in common: the guess why a parameter does not fit, and the steps of a compiled net.

import { describe, expect, it } from 'vitest';
import { chain, dense, identity, type Layer, relu, type Shape, SpecError, tensor } from '../../src/index.ts';
import type { Program } from '../../src/layer/layer.ts';
import { operator } from '../../src/layer/operator.ts';
import type { Value } from '../../src/layer/step.ts';

/** An operator with a weight for each channel that refuses images three cells high. */
const operatorThat = (refuses: () => void): Layer =>
  operator({
    name: 'mine',
    attributes: {},
    make: () => operatorThat(refuses),
    geometry: ([, height]) => (height === 3 ? refuses() : undefined),
    shape: (x) => x,
    parameters: (x) => ({ weight: { shape: [x[3]], first: () => {} } }),
    forward: (x) => x,
    gradient: ({ dy }) => ({ x: dy }),
  });

describe('the guess that the channels came first', () => {
  const given = (shape: Shape, error: Error) => () =>
    operatorThat(() => {
      throw error;
    }).forward(tensor(shape), { weight: tensor([2]) });
  const refusal = new SpecError('window-fit', 'mine: no');

  it('[layer-params] is made where the weight belongs to the turned shape', () => {
    expect(given([1, 2, 5, 4], refusal)).toThrow(
      'mine: weight must have shape [4], got [2] (x of shape [1,2,5,4] looks as if its channels came first: toChannelsLast(x)) [layer-params]',
    );
  });

  it('[layer-params] is not made where that shape is refused, and a defect is not hidden', () => {
    expect(given([1, 2, 3, 4], refusal)).toThrow(/^mine: weight must have shape \[4\], got \[2\] \[layer-params\]$/);
    expect(given([1, 2, 3, 4], new Error('a defect'))).toThrow('a defect');
  });
});

describe('the steps of a compiled net', () => {
  /** A program that notes what is asked of it. */
  const noted = () => {
    const asked: string[] = [];
    const note = (what: string, x: Value): Value => {
      asked.push(what);
      return x;
    };
    const program = {
      call: ({ name }: Layer, x: Value) => note(`call ${name}`, x),
      layer: ({ name }: Layer, x: Value) => note(`layer ${name}`, x),
      relu: (x: Value) => note('relu', x),
    } as unknown as Program;
    return { asked, program };
  };
  const value = { shape: [1, 2] } as unknown as Value;

  it.each([
    ['relu', relu(), 'relu'],
    ['chain', chain([relu()]), 'layer relu'],
  ])('[compile-bits] a changed copy of %s is called, for its forward may be another one', (name, layer, own) => {
    const { asked, program } = noted();
    layer.emit!(program, value, {});
    const copy = { ...layer };
    copy.emit!(program, value, {});
    expect(asked).toEqual([own, `call ${name}`]);
  });

  it('[identity-rules] identity adds none', () => {
    const { asked, program } = noted();
    expect(identity().emit!(program, value, {})).toBe(value);
    expect(asked).toEqual([]);
  });

  it('[layer-params] parameters that do not fit are refused by name', () => {
    const { program } = noted();
    expect(() => chain([relu()]).emit!(program, value, { a: {} })).toThrow("chain: the parameters are 0, got 'a' [");
    expect(() => dense({ units: 1 }).emit!(program, value, {})).toThrow(
      "dense: the parameters are weight, bias, got no 'weight' [",
    );
  });
});
