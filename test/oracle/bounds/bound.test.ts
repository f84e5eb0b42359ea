// Bounds of whole numbers that are seen to be exact at once, held against those that are evaluated in full.

import { expect, it } from 'vitest';
import { exactBound } from '../../../src/oracle/bounds/bound.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, operandsOf } from '../../../src/oracle/cases/tensors.ts';
import { operators } from '../../../src/oracle/families/index.ts';
import { names } from '../this-library.ts';

/** Says nothing that float32 does not, but has everything evaluated. */
const full = { precision: { operands: 'float32' } } as const;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

it('[oracle-exact] is the bound that Σ|a·w| and the terms of every output give, bit for bit', () => {
  const other: string[] = [];
  let [exact, all] = [0, 0];
  for (const [at, op] of names.entries()) {
    for (const gradient of [false, true]) {
      for (let i = at % 6; i < 24; i += 6) {
        const c = drawCase(op, gradient, 2, i);
        const layer = layerOf(c);
        const operands = operandsOf(c, layer);
        const { bounds } = operators[op].family;
        const [found, expected] = [bounds(layer, operands, {}), bounds(layer, operands, full)];
        for (const [part, bound] of Object.entries(found)) {
          all++;
          if (Object.getOwnPropertyDescriptor(bound, 'terms')!.get) exact++;
          for (const name of ['value', 'error', 'kinds', 'magnitude', 'terms'] as const)
            if (!bytesOf(bound[name]).equals(bytesOf(expected[part][name]))) other.push(`${caseId(c)} ${part} ${name}`);
        }
      }
    }
  }
  expect(other).toEqual([]);
  expect(exact).toBeGreaterThan(all / 5);
});

const dot = (a: Float64Array, w: Float64Array | undefined, b: Float64Array | undefined): Float64Array =>
  Float64Array.of(a.reduce((sum, v, i) => sum + v * w![i], b?.[0] ?? 0));
const isSeen = (a: number[], w: number[], b?: number[]): boolean => {
  const [x, y, z] = [a, w, b].map((each) => each && Float64Array.from(each));
  return exactBound({ a: x!, w: y, b: z, apply: dot }, {}) !== undefined;
};

it('[oracle-exact] is seen of whole numbers up to 2²⁴ and of no others', () => {
  expect(isSeen([4096], [4096])).toBe(true);
  expect(isSeen([4096], [4096], [1])).toBe(false);
  expect(isSeen([4097], [4096])).toBe(false);
  expect(isSeen([2048, -4096], [2048, 4096])).toBe(false);
  expect(isSeen([2048, -4096], [2048, 2048])).toBe(true);
  expect(isSeen([0.5], [2])).toBe(false);
  expect(isSeen([1], [1], [0.5])).toBe(false);
  expect(isSeen([Number.NaN], [0])).toBe(false);
  expect(isSeen([1e30], [0])).toBe(false);
});
