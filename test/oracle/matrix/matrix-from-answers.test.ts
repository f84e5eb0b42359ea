// Reads the matrix of engines with one mistake, and of right ones.

import { describe, expect, it } from 'vitest';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { unhurried } from '../../../src/oracle/ask/patience.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, operandsOf } from '../../../src/oracle/cases/tensors.ts';
import type { Call, Engine, GradientCall } from '../../../src/oracle/index.ts';
import { readMatrix } from '../../../src/oracle/matrix/describe-case.ts';
import { matrixOf } from '../../../src/oracle/matrix/matrices.ts';
import { readPart } from '../../../src/oracle/matrix/matrix-from-answers.ts';
import { productsOf } from '../../../src/oracle/matrix/products.ts';
import { changed } from '../findings/unknown-mistakes.ts';
import { forward, gradient } from '../this-library.ts';

const read = (op: string, id: string, engine: Partial<Engine>) =>
  readMatrix(
    unhurried(inProcess({ name: 'faulty', ops: { [op]: forward }, gradients: { [op]: gradient }, ...engine })),
    parseCaseId(id),
  );

/** An engine whose weight is changed before the right call. */
const withWeight = (change: (w: Float32Array, call: Call) => Float32Array) => (call: Call) =>
  forward({ ...call, weight: { ...call.weight!, data: change(call.weight!.data as Float32Array, call) } });

describe('the matrix of an engine', () => {
  it('[oracle-instead] says which products are left out, and predicts fresh tensors', async () => {
    const lastColumn = changed((y, i, { attributes, x }) =>
      attributes.groups === 1 && (i + 1) % (x.shape[2] - 1) === 0 ? 0 : y,
    );
    const found = await read('conv2d', 'conv2d/n1h3w4c2_o1k2x2s1x1pvd1x1g1b0/f32/exact/1', {
      ops: { conv2d: lastColumn },
    });
    expect(found?.instead.text).toBe('the products are left out where the output column is the last');
    expect(found?.instead.confirmed).toBe(true);
  });

  it('[oracle-instead] sees that the very first product alone is left out', async () => {
    const found = await read('conv1d', 'conv1d/n1w3c1_o1k1s1pvd1g1b0/f32/exact/1', {
      ops: { conv1d: changed((y, i) => (i === 0 ? 0 : y)) },
    });
    expect(found?.instead.text).toBe('the products are left out where the output column is the first');
  });

  it('[oracle-instead] lists the products of a small case and draws both matrices', async () => {
    const turned = withWeight((w) => w.toReversed());
    const found = await read('conv1d', 'conv1d/n1w3c1_o1k2s1pvd1g1b0/f32/exact/1', { ops: { conv1d: turned } });
    expect(found?.instead.text).toBe('the kernel is turned round');
    expect(found?.instead.products).toHaveLength(8);
    expect(found?.instead.products?.[0]).toMatchObject({ output: [0, 0, 0], cell: [0, 0, 0], tap: [0, 0, 0] });
    expect(found?.instead.matrices).toEqual(['right   theirs', '1 2 ·   *2* *1*   ·', '· 1 2     · *2* *1*']);
  });

  it('[oracle-instead] reads the bias, and what is added to every result', async () => {
    const id = 'conv2d/n1h2w2c2_o2k1x1s1x1pvd1x1g2b1/f32/exact/1';
    const first = (call: Call) =>
      forward({
        ...call,
        bias: {
          ...call.bias!,
          data: call.bias!.data.map((_, o) => call.bias!.data[o % (call.bias!.data.length / 2)]) as Float32Array,
        },
      });
    expect((await read('conv2d', id, { ops: { conv2d: first } }))?.instead).toMatchObject({
      text: 'every group takes the bias of the first',
      confirmed: true,
    });
    const more = changed((y) => y + 3);
    expect((await read('conv2d', id, { ops: { conv2d: more } }))?.instead.text).toBe(
      'the constant 3 is added to every result',
    );
  });

  it('[oracle-instead] reads each gradient on its own', async () => {
    const wrong = (call: GradientCall) => {
      const right = gradient(call);
      return {
        ...right,
        weight: { ...right.weight!, data: right.weight!.data.map((v) => v / call.x.shape[0]) as Float32Array },
      };
    };
    const found = await read('conv2d', 'conv2d+gradient/n3h3w3c1_o1k2x2s1x1pvd1x1g1b1/f32/exact/1', {
      gradients: { conv2d: wrong },
    });
    expect(found?.rules.map(({ part }) => part)).toEqual(['weight']);
    expect(found?.rules[0].products.map(({ text }) => text)).toContain(
      'the products are divided by the number of images',
    );
  });

  it('[oracle-instead] reads the windows of a maximum, and where its gradient goes', async () => {
    const shifted = (call: Call) => {
      const { data } = forward(call);
      return { shape: forward(call).shape, data: data.map((_, i) => data[Math.max(0, i - 1)]) as Float32Array };
    };
    const found = await read('maxPool1d', 'maxPool1d/n1w6c1_k2s1pvd1e0/f32/distinct/1', {
      ops: { maxPool1d: shifted },
    });
    expect(found?.instead).toMatchObject({ confirmed: true });
    const halved = (call: GradientCall) => {
      const { x } = gradient(call);
      return { x: { ...x!, data: x!.data.map((v) => v / 2) as Float32Array } };
    };
    const gradients = await read('maxPool2d', 'maxPool2d+gradient/n1h3w3c1_k2x2s1x1pvd1x1e0/f32/distinct/1', {
      gradients: { maxPool2d: halved },
    });
    expect(gradients?.instead).toMatchObject({ text: 'in the gradient of x the products are halved', confirmed: true });
  });

  it('[oracle-instead] says what is seen where results are not linear', async () => {
    const id = 'conv2d/n1h3w3c1_o1k2x2s1x1pvd1x1g1b0/f32/exact/1';
    const clamped = changed((y) => Math.max(0, y));
    expect((await read('conv2d', id, { ops: { conv2d: clamped } }))?.instead).toMatchObject({
      text: 'results below 0 become 0',
      confirmed: true,
    });
    const squared = changed((y) => y * y);
    expect((await read('conv2d', id, { ops: { conv2d: squared } }))?.instead.confirmed).toBe(false);
  });

  it('[oracle-instead] accuses no right engine', async () => {
    for (const id of [
      'conv2d/n2h3w3c2_o4k2x2s1x2pud1x1g2b1/f32/exact/1',
      'avgPool2d/n1h3w3c2_k2x2s1x1pud1x1e0a1/f32/exact/1',
    ])
      expect((await read(id.split('/')[0], id, {}))?.instead).toEqual({
        text: 'with other small whole numbers all is right, but not with these',
        confirmed: false,
      });
  });

  it('[oracle-instead] finds by coded questions what single ones find, on large and small operands', async () => {
    for (const id of [
      'conv2d/n2h3w4c4_o6k2x3s1x2pud1x1g2b1/f32/exact/1',
      'convTranspose2d/n2h2w3c2_o4k3x2s2x1pvd2x1q1x0g2b0/f32/exact/1',
      'dense/n2c300_u2b1/f32/exact/1',
    ]) {
      const c = parseCaseId(id);
      const terms = productsOf(c)!;
      const layer = layerOf(c);
      const put = async (questions: readonly Readonly<Record<string, Float32Array>>[]) =>
        questions.map((question) => {
          const operands = Object.entries(operandsOf(c, layer)).map(([name, tensor]) => [
            name,
            { shape: tensor!.shape, data: question[name] ?? new Float32Array(tensor!.data.length) },
          ]);
          const { x, ...params } = Object.fromEntries(operands);
          return layer.forward(x, params).data as Float32Array;
        });
      const reading = await readPart(terms, 'y', put, false);
      expect(reading?.products).toEqual(matrixOf(terms));
    }
  });
});
