// Outputs that no product reaches, and those that outputPadding added.

import { expect, it } from 'vitest';
import { type Attributes, convTranspose2d, type Tensor } from '../../../src/index.ts';
import { type Call, checkEngine, type Engine } from '../../../src/oracle/index.ts';
import { forward } from '../this-library.ts';

const saidOf = async (change: (call: Call, y: Tensor) => (i: number, y: number) => number) => {
  const run = (call: Call): Tensor => {
    const y = forward(call);
    const of = change(call, y);
    return { shape: y.shape, data: y.data.map((v, i) => of(i, v)) };
  };
  const engine: Engine = { name: 'faulty', ops: { convTranspose2d: run } };
  const { operators } = await checkEngine(engine, { ops: ['convTranspose2d'], cases: 60 });
  return operators.flatMap(({ findings }) =>
    findings.map(({ instead, mistake }) => [instead?.text, mistake ?? instead?.evidence !== undefined]),
  );
};

it('[oracle-instead] of a bias that is added only where a product is', async () => {
  const ones = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map(() => 1) });
  const reached = ({ attributes, x, weight }: Call): ArrayLike<number> =>
    convTranspose2d({ ...(attributes as Attributes), bias: false } as never).forward(ones(x), { weight: ones(weight!) })
      .data;
  const said = await saidOf((call) => {
    const count = call.bias && reached(call);
    return (i, v) => (count?.[i] === 0 ? 0 : v);
  });
  expect(said).toEqual([
    ['the bias is left out where no product reaches the output', 'outputs that no product reaches had no bias'],
  ]);
});

it('[oracle-instead] of products that are left out in the columns of outputPadding', async () => {
  const said = await saidOf(({ attributes, bias }, { shape }) => {
    const [, , W, O] = shape;
    const { outputPadding } = attributes as unknown as { outputPadding: number[] };
    return (i, v) => (Math.floor(i / O) % W >= W - outputPadding[1] ? (bias?.data[i % O] ?? 0) : v);
  });
  expect(said).toEqual([['the products are left out where the output column lies in outputPadding', true]]);
});
