// Sums in a narrow format are one finding, and no operand is blamed for them.

import { expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import { checkEngine, type Engine, render } from '../../../src/oracle/index.ts';

const word = new DataView(new ArrayBuffer(4));
/** To bfloat16: cut off, or rounded to nearest. */
function narrow(value: number, isCut: boolean): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  word.setUint32(0, ((isCut ? bits : bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000) >>> 0);
  return word.getFloat32(0);
}

/** A dense layer whose sums are kept in bfloat16. */
function summing(isCut: boolean): Engine {
  const sum = (n: number, product: (i: number) => number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) total = narrow(total + Math.fround(product(i)), isCut);
    return total;
  };
  const tensor = (shape: number[], at: (i: number, j: number) => number): Tensor => ({
    shape,
    data: Float32Array.from({ length: shape[0] * shape[1] }, (_, k) => at(Math.floor(k / shape[1]), k % shape[1])),
  });
  return {
    name: 'narrow',
    ops: {
      dense({ x, weight, bias, attributes }) {
        const [[N, I], O] = [x.shape, attributes.units as number];
        return tensor([N, O], (n, o) => {
          const y = sum(I, (c) => x.data[n * I + c] * weight!.data[c * O + o]);
          return y + (bias?.data[o] ?? 0);
        });
      },
    },
  };
}

it.each([
  ['cut off', true],
  ['rounded', false],
])('[oracle-profile] sums %s to bfloat16 are one finding', async (_, isCut) => {
  const report = await checkEngine(summing(isCut), { ops: ['dense'], cases: 200, brief: true });
  for (const { findings } of report.operators) {
    expect(findings.map(({ kind, profile }) => [kind, profile])).toEqual([
      ['wrong-profile', { precision: { accumulator: 'bfloat16' } }],
    ]);
    expect(findings[0].isCutOff ?? false).toBe(isCut);
  }
  expect(render(report).includes('as with accumulator cut off to bfloat16')).toBe(isCut);
});
