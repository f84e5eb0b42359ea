// Every layer refuses every kind of bad input: the class, the clause and the value, before anything runs; and the next
// valid call gives the same bits as before.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Layer, SpecError, type Tensor, tensor, toFloat64 } from '../src/index.ts';
import * as ops from '../src/ops/index.ts';
import { type Case, casesOf, sameBits } from '../src/testing/index.ts';
import { examples } from './layers.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Anything = any;

interface Refusal {
  readonly what: string;
  readonly kind: typeof SpecError | typeof TypeError;
  /** The clauses, one of which must be named. */
  readonly clauses: string;
  /** How the value is written in the message. */
  readonly value: string;
}

const refusal = (what: string, kind: Refusal['kind'], clauses: string, value: string): Refusal => ({
  what,
  kind,
  clauses,
  value,
});

function expectRefusal({ kind, clauses, value }: Refusal, who: string, call: () => unknown): void {
  let thrown: Anything;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, who).toBeInstanceOf(kind);
  expect(clauses.split(' '), who).toContain(thrown.clause);
  expect(thrown.message).toMatch(/^[^:\s][^:]*: /);
  expect(thrown.message.slice(thrown.message.indexOf(', got ')), who).toContain(value);
  expect(thrown.message.endsWith(` [${thrown.clause}]`), who).toBe(true);
}

const huge = 2 ** 31;

// biome-ignore format: a table
const attributes: readonly (Refusal & { readonly name: string; readonly bad: Anything })[] = [
  ...['size', 'stride', 'dilation'].flatMap((name) => [
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, huge].map((bad) => ({ name, bad, ...refusal(`${bad}`, SpecError, `window-${name} lrn-size pool-channels`, `${bad}`) })),
    { name, bad: '2', ...refusal('a string', TypeError, `window-${name} lrn-size pool-channels`, "'2'") },
  ]),
  ...['stride', 'dilation'].map((name) => ({ name, bad: [1, 1, 1, 1], ...refusal('an axis too many', SpecError, `window-${name}`, '[1, 1, 1, 1]') })),
  { name: 'padding', bad: -1, ...refusal('negative', SpecError, 'window-padding', '-1') },
  { name: 'padding', bad: 0.5, ...refusal('fractional', SpecError, 'window-padding', '0.5') },
  { name: 'padding', bad: Number.NaN, ...refusal('NaN', SpecError, 'window-padding', 'NaN') },
  { name: 'padding', bad: 'SAME', ...refusal('a word it does not know', SpecError, 'window-padding', "'SAME'") },
  { name: 'padding', bad: [0, 0, 0, 0], ...refusal('an axis too many', SpecError, 'window-padding', '[0, 0, 0, 0]') },
  { name: 'padding', bad: true, ...refusal('a boolean', TypeError, 'window-padding', 'true') },
  { name: 'ceil', bad: 1, ...refusal('a number', TypeError, 'window-ceil', '1') },
  { name: 'countPadding', bad: 'yes', ...refusal('a string', TypeError, 'pool-divisor', "'yes'") },
  ...[0, -4, 2.5, Number.NaN, huge].map((bad) => ({ name: 'filters', bad, ...refusal(`${bad}`, SpecError, 'conv-filters local-filters', `${bad}`) })),
  { name: 'filters', bad: '4', ...refusal('a string', TypeError, 'conv-filters local-filters', "'4'") },
  ...[0, 5, 1.5, Number.NaN].map((bad) => ({ name: 'groups', bad, ...refusal(`${bad}`, SpecError, 'conv-groups', `${bad}`) })),
  ...[0, -2, 0.5, Number.NaN].map((bad) => ({ name: 'multiplier', bad, ...refusal(`${bad}`, SpecError, 'conv-multiplier', `${bad}`) })),
  ...[0, -2, 0.5, Number.NaN, huge].map((bad) => ({ name: 'units', bad, ...refusal(`${bad}`, SpecError, 'dense-units', `${bad}`) })),
  { name: 'bias', bad: 0, ...refusal('a number', TypeError, 'conv-bias dense-bias', '0') },
  { name: 'algorithm', bad: 'fft', ...refusal('a word it does not know', SpecError, 'conv-algorithm', "'fft'") },
  { name: 'outputPadding', bad: 9, ...refusal('not below the stride', SpecError, 'conv-output-padding', '9') },
  ...[0, -1, Number.NaN].map((bad) => ({ name: 'epsilon', bad, ...refusal(`${bad}`, SpecError, 'norm-epsilon', `${bad}`) })),
  ...[-0.1, 1, Number.NaN].map((bad) => ({ name: 'rate', bad, ...refusal(`${bad}`, SpecError, 'dropout-rate', `${bad}`) })),
];

/** Invalid values for x, for a parameter and for dy. */
// biome-ignore format: a table
const inputs: readonly (Refusal & { bad(x: Tensor): Anything })[] = [
  { ...refusal('nothing', TypeError, 'tensor-type', 'undefined'), bad: () => undefined },
  { ...refusal('a plain array', TypeError, 'tensor-type', '[1, 2]'), bad: () => [1, 2] },
  { ...refusal('plain data', TypeError, 'tensor-type', '['), bad: (x) => ({ shape: x.shape, data: [...x.data] }) },
  { ...refusal('whole-number data', TypeError, 'tensor-type', 'Int32Array'), bad: (x) => ({ shape: x.shape, data: Int32Array.from(x.data) }) },
  { ...refusal('one value too few', SpecError, 'tensor-length', 'VALUES'), bad: (x) => ({ shape: x.shape, data: x.data.slice(1) }) },
  { ...refusal('a fractional axis', SpecError, 'tensor-shape', '0.5'), bad: (x) => ({ shape: [0.5, ...x.shape.slice(1)], data: x.data }) },
  { ...refusal('a negative axis', SpecError, 'tensor-shape', '-1'), bad: (x) => ({ shape: [-1, ...x.shape.slice(1)], data: x.data }) },
  { ...refusal('an axis NaN', SpecError, 'tensor-shape', 'NaN'), bad: (x) => ({ shape: [Number.NaN, ...x.shape.slice(1)], data: x.data }) },
  { ...refusal('an empty batch', SpecError, 'layer-input', '0,'), bad: (x) => ({ shape: [0, ...x.shape.slice(1)], data: x.data.slice(0, 0) }) },
];

const isOperator = ({ layer }: { layer: Layer }): boolean =>
  Object.keys(layer.children).length === 0 && layer.name !== 'chain';
const operators = examples.filter(isOperator);
/** Those of `toeplitz/ops` have clauses of their own for the same names; test/ops checks them. */
const ofCore = operators.filter(({ layer }) => !Object.hasOwn(ops, layer.name));

/** Calls `refused` for each layer with a good call of it, and makes that call again afterwards. */
function eachOf(layers: typeof examples, refused: (call: Case, name: string) => void): void {
  expect(layers).not.toEqual([]);
  for (const { name, layer, shape } of layers) {
    const call = fc.sample(casesOf(layer, shape), { numRuns: 1, seed: 1 })[0];
    const y = layer.forward(call.x, call.params);
    refused(call, name);
    expect(sameBits(layer.forward(call.x, call.params), y), `${name} afterwards`).toBe(true);
  }
}

describe('attributes', () => {
  for (const { name, bad, ...rest } of attributes)
    it(`[layer-attributes] ${name}, ${rest.what}: refused by every layer that has it`, () => {
      const having = ofCore.filter(({ layer }) => name in layer.attributes);
      // Some values are refused only together with the channels of x.
      eachOf(having, ({ layer, x }, who) =>
        expectRefusal(rest, who, () => layer.with({ attributes: { [name]: bad } }).shape(x.shape)),
      );
    });

  it('[layer-attributes] a misspelt attribute: refused by every layer', () => {
    const misspelt = refusal('', SpecError, 'layer-attributes', "'strides'");
    eachOf(operators, ({ layer }, who) =>
      expectRefusal(misspelt, who, () => layer.with({ attributes: { strides: 2 } })),
    );
  });
});

describe('tensors', () => {
  for (const { bad, ...rest } of inputs)
    it(`[layer-input] x, ${rest.what}: refused by every layer`, () => {
      const layers = rest.clauses === 'layer-input' ? examples.filter(({ name }) => name !== 'chain, empty') : examples;
      eachOf(layers, ({ layer, x, params }, who) => {
        const expected = { ...rest, value: rest.value.replace('VALUES', String(x.data.length - 1)) };
        expectRefusal(expected, who, () => layer.forward(bad(x), params));
        expectRefusal(expected, who, () => layer.vjp(bad(x), params));
      });
    });

  it('[layer-input] x of another rank: refused by every layer with windows, and by dense', () => {
    const ranked = ofCore.filter(({ layer }) => 'padding' in layer.attributes || layer.name === 'dense');
    for (const shape of [[4], [2, 2, 2, 2, 2, 2]])
      eachOf(ranked, ({ layer, params }, who) => {
        const expected = refusal('', SpecError, 'conv-rank dense-rank local-rank', `[${shape}]`);
        expectRefusal(expected, who, () => layer.forward(tensor(shape), params));
      });
  });

  it('[layer-params] missing, unknown, mixed, plain or misshapen parameters: refused by every layer that has parameters', () => {
    const having = ofCore.filter(({ layer, shape }) => Object.keys(layer.params(shape)).length > 0);
    eachOf(having, ({ layer, x, params }, who) => {
      const [name] = Object.keys(params);
      const first = params[name] as Tensor;
      const { [name]: _, ...without } = params;
      const wider = [...first.shape.slice(0, -1), first.shape[first.shape.length - 1] + 1];
      const refused = (kind: Refusal['kind'], clause: string, value: string, p: Anything): void =>
        expectRefusal(refusal('', kind, clause, value), who, () => layer.forward(x, p));
      refused(TypeError, 'layer-params', 'null', null);
      refused(SpecError, 'layer-params', `no '${name}'`, without);
      refused(SpecError, 'layer-params', "'kernel'", { ...params, kernel: first });
      refused(TypeError, 'tensor-type', 'float64', { ...params, [name]: toFloat64(first) });
      refused(TypeError, 'tensor-type', '[1]', { ...params, [name]: { shape: first.shape, data: [1] } });
      refused(SpecError, 'layer-params', `[${wider}]`, { ...params, [name]: tensor(wider) });
    });
  });

  it('[layer-params] one channel of x too many for the weights: refused by every layer that counts channels', () => {
    const counting = operators.filter(({ layer }) => /^(conv|trueConv|depthwise|local|dense)/i.test(layer.name));
    eachOf(counting, ({ layer, x, params }, who) => {
      const wider = [...x.shape.slice(0, -1), x.shape[x.shape.length - 1] + 1];
      const expected = refusal('', SpecError, 'layer-params conv-groups', '');
      expectRefusal(expected, who, () => layer.forward(tensor(wider), params));
    });
  });

  it('[layer-gradient] a misshapen, mixed or plain dy: refused by every layer', () => {
    eachOf(operators, ({ layer, x, params, dy }, who) => {
      const [, pull] = layer.vjp(x, params);
      const right = pull(dy).x;
      const longer = [dy.shape[0] + 1, ...dy.shape.slice(1)];
      const refused = (kind: Refusal['kind'], clause: string, value: string, bad: Anything): void =>
        expectRefusal(refusal('', kind, clause, value), who, () => pull(bad));
      refused(SpecError, 'layer-gradient', `[${longer}]`, tensor(longer));
      refused(TypeError, 'tensor-type', 'float64', toFloat64(dy));
      refused(TypeError, 'tensor-type', '[', { shape: dy.shape, data: [...dy.data] });
      expect(sameBits(pull(dy).x, right), `${who} afterwards`).toBe(true);
    });
  });
});

describe('sizes', () => {
  const padded = ofCore.filter(({ layer }) => 'padding' in layer.attributes && !/^convT/.test(layer.name));

  it('[window-fit] a window larger than the padded input: refused by every layer with windows', () => {
    eachOf(padded, ({ layer, x }, who) => {
      const expected = refusal('', SpecError, 'window-fit', `${x.shape[1]} + 1 + 1`);
      expectRefusal(expected, who, () => layer.with({ attributes: { padding: 1, size: 40 } }).shape(x.shape));
    });
  });

  it('[tensor-size] more than 2³¹ − 1 elements of y: refused before they are allocated', () => {
    const square = padded.filter(({ layer, shape }) => shape.length > 3 && !layer.name.startsWith('local'));
    eachOf(square, ({ layer, x, params }, who) => {
      const vast = layer.with({ attributes: { padding: 2 ** 20, stride: 1 } });
      const expected = refusal('', SpecError, 'tensor-size', `[${vast.shape(x.shape)}]`);
      expectRefusal(expected, who, () => vast.forward(x, params));
    });
  });
});
