// The mathematics functions: their two versions bit for bit, their special values and identities.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as kernels from '../../src/kernels/choose.ts';
import { BLOCK, map, relu, reluGrad } from '../../src/kernels/elementwise.ts';
import type { Kernels } from '../../src/kernels/exports.ts';
import { withArena } from '../../src/kernels/scratch-arena.ts';
import { random } from '../../src/random.ts';
import {
  functions,
  map as referenceMap,
  relu as referenceRelu,
  reluGrad as referenceReluGrad,
} from '../../src/reference/map.ts';
import * as reference from '../../src/reference/math.ts';

type Unary = (x: number) => number;

const ours: Pick<Kernels, 'exp' | 'log' | 'tanh' | 'sigmoid' | 'softplus' | 'pow'> = reference;
const unary = ['exp', 'log', 'tanh', 'sigmoid', 'softplus'] as const;
const special = [0, -0, 1, -1, 0.5, -0.5, 2, 3, -3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
const edges = [5e-324, 2 ** -1022, 2 ** -149, 2 ** -27, 20, 40, 1000, 2 ** 53, 2 ** 63, Number.MAX_VALUE];
const thresholds = [
  Math.SQRT2,
  Math.LN2 / 2,
  709.782712893384,
  745.1332191019412,
  708.3964185322641,
  710,
  746,
  88.72284,
  103.97208,
];

/** Their log, or sigmoid, in float64 is the middle of two float32 values. */
const middles = [0.011794382706284523, 9.472636222839355, 2 ** -23, -(2 ** -24), 3 * 2 ** -23, -0.001117885229177773];

const view = new DataView(new ArrayBuffer(8));
/** The float64 that is n steps of the last place away from x, on the same side of 0. */
function step(x: number, n: number): number {
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(n));
  return view.getFloat64(0);
}
const directed = [
  ...special,
  ...[...edges, ...thresholds].flatMap((x) => [-2, -1, 0, 1, 2].flatMap((n) => [step(x, n), -step(x, n)])),
  ...Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074)),
];

describe('the two versions', () => {
  it('[numerics-math] the WebAssembly functions give the bits of the reference', () => {
    const wasm = withArena('test', (arena) => arena.kernels);
    const same = (x: number, y: number) => {
      for (const f of unary) if (!Object.is(wasm[f](x), ours[f](x))) throw new Error(`${f}(${x})`);
      if (!Object.is(wasm.pow(x, y), reference.pow(x, y))) throw new Error(`pow(${x}, ${y})`);
    };
    for (const x of directed) for (const y of special) same(x, y);
    for (const x of special) for (const y of directed) same(x, y);
    fc.assert(fc.property(fc.double(), fc.double(), same), { numRuns: 5000 });
    fc.assert(fc.property(fc.float(), fc.float(), same), { numRuns: 5000 });
    const draw = random(1);
    for (let i = 0; i < 200_000; i++) {
      view.setUint32(0, draw.uint32());
      view.setUint32(4, draw.uint32());
      same(view.getFloat64(0), draw.normal());
      same(20 * draw.normal(), 20 * draw.normal());
    }
  });

  it('[activation-relu] the kernels give the bits of the plain loops, over more than a block', () => {
    const special = [-0, 0, Infinity, -Infinity, NaN, 1e-45, -1e-45];
    const source = random(5);
    for (const length of [0, 1, BLOCK - 1, BLOCK, BLOCK + 5]) {
      const numbers = (): Float32Array =>
        Float32Array.from({ length }, () =>
          source.below(2) ? source.normal() : special[source.below(special.length)],
        );
      const [x, dy, fast, slow] = [numbers(), numbers(), new Float32Array(length), new Float32Array(length)];
      relu(x, fast);
      referenceRelu(x, slow);
      expect(fast.findIndex((value, i) => !Object.is(value, slow[i]))).toBe(-1);
      reluGrad(x, dy, fast);
      referenceReluGrad(x, dy, slow);
      expect(fast.findIndex((value, i) => !Object.is(value, slow[i]))).toBe(-1);
    }
  });

  it('[math-map] arrays of float32 give the rounded values, over more than a block and in place', () => {
    const source = random(4);
    for (const length of [0, 1, BLOCK - 1, BLOCK, BLOCK + 5]) {
      const x = Float32Array.from({ length }, () => 10 * source.normal());
      x.set([-0, Infinity, -Infinity, NaN, 1e-45, ...middles].slice(0, length));
      for (const f of Object.keys(functions) as (keyof typeof functions)[]) {
        const [fast, slow] = [new Float32Array(length), new Float32Array(length)];
        map(f, x, fast, 0.75);
        referenceMap(f, x, slow, 0.75);
        expect(
          fast.findIndex((value, i) => !Object.is(value, slow[i])),
          f,
        ).toBe(-1);
        const inPlace = x.slice();
        map(f, inPlace, inPlace, 0.75);
        expect(
          inPlace.findIndex((value, i) => !Object.is(value, fast[i])),
          f,
        ).toBe(-1);
      }
    }
  });

  it('[math-map] arrays of float64 give the functions, arrays of float32 the same rounded once', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), fc.double(), (values, exponent) => {
        const x = Float64Array.from(values);
        const y = new Float64Array(x.length);
        kernels.map('pow', x, y, exponent);
        expect([...y]).toEqual(values.map((value) => reference.pow(value, exponent)));
        kernels.map('tanh', x, y);
        expect([...y]).toEqual(values.map(reference.tanh));
        const rounded = Float32Array.from(values);
        const single = new Float32Array(values.length);
        kernels.map('tanh', rounded, single);
        expect([...single]).toEqual([...rounded].map((value) => Math.fround(reference.tanh(value))));
      }),
    );
  });
});

/** Whether f never falls over `count` neighbouring float64 values around x. */
function rises(f: Unary, x: number, count = 2000): boolean {
  for (let n = -count; n < count; n++) {
    const [a, b] = [step(x, n), step(x, n + 1)];
    if (x < 0 ? f(b) > f(a) : f(b) < f(a)) return false;
  }
  return true;
}

describe('exp', () => {
  it('[math-exp] overflows and underflows at the last float64 whose result exists', () => {
    const top = 709.782712893384; // log of the greatest float64
    expect(reference.exp(top)).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(reference.exp(step(top, 1))).toBe(Number.POSITIVE_INFINITY);
    const bottom = -745.1332191019411; // log of half the least subnormal
    expect(reference.exp(bottom)).toBe(5e-324);
    expect(reference.exp(step(bottom, 1))).toBe(0);
    expect([0, -0, 5e-324].map(reference.exp)).toEqual([1, 1, 1]);
    expect([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map(reference.exp)).toEqual([
      Infinity,
      0,
      NaN,
    ]);
  });

  it('[math-exp] never falls where the power of two changes', () => {
    for (const k of [-1022, -100, -2, -1, 0, 1, 2, 100, 1023])
      expect(rises(reference.exp, (k + 0.5) * Math.LN2)).toBe(true);
  });
});

describe('log', () => {
  it('[math-log] has its values at 0, 1, ∞ and below 0', () => {
    expect([0, -0, 1, Infinity].map(reference.log)).toEqual([-Infinity, -Infinity, 0, Infinity]);
    expect([-5e-324, -1, -Infinity, NaN].map(reference.log)).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('[math-log] never falls where the power of two or the branch changes', () => {
    for (const x of [2 ** -1022, 0.5, Math.SQRT1_2, 1, Math.SQRT2, 2, 2 ** 1000])
      expect(rises(reference.log, x)).toBe(true);
  });

  it('[math-log] undoes exp to within the rounding of its argument', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700, max: 700 }), (n) => {
        expect(Math.abs(reference.log(reference.exp(n)) - n)).toBeLessThanOrEqual(2 ** -52 + Math.abs(n) * 2 ** -53);
      }),
    );
  });
});

describe('tanh', () => {
  it('[math-tanh] is odd to the bit, keeps −0 and NaN, and reaches 1', () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), (x) => Object.is(reference.tanh(-x), -reference.tanh(x))));
    expect([0, -0, 5e-324, 20.5, Infinity, -Infinity, NaN].map(reference.tanh)).toEqual([0, -0, 5e-324, 1, 1, -1, NaN]);
  });

  it('[math-tanh] never falls at its branches', () => {
    for (const x of [2 ** -27, Math.LN2 / 4, (3 * Math.LN2) / 4, 19.06, 20])
      expect(rises(reference.tanh, x)).toBe(true);
  });
});

describe('sigmoid', () => {
  it('[math-sigmoid] adds up to 1 with its mirror image, within half a unit in the last place of 1', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        expect(Math.abs(reference.sigmoid(x) + reference.sigmoid(-x) - 1)).toBeLessThanOrEqual(2 ** -53);
      }),
    );
    expect([0, -0, Infinity, -Infinity, NaN].map(reference.sigmoid)).toEqual([0.5, 0.5, 1, 0, NaN]);
    for (const x of [-40, Math.LN2 / 2, 37, 40]) expect(rises(reference.sigmoid, x)).toBe(true);
  });
});

describe('softplus', () => {
  it('[math-softplus] never falls at its branches, and has its limits', () => {
    expect([0, -0, Infinity, -Infinity, NaN].map(reference.softplus)).toEqual([Math.LN2, Math.LN2, Infinity, 0, NaN]);
    const half = Math.log(Math.SQRT2 - 1); // where t passes √2 − 1
    for (const x of [-40, half, -Math.LN2, -Math.LN2 / 2, Math.LN2 / 2, -half, 40])
      expect(rises(reference.softplus, x)).toBe(true);
    expect(reference.softplus(-37)).toBe(8.533047625744066e-17);
  });

  it('[math-softplus] exceeds that of −x by x', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e3, noNaN: true }), (x) => {
        const [up, down] = [reference.softplus(x), reference.softplus(-x)];
        expect(Math.abs(up - down - x)).toBeLessThanOrEqual(2 ** -52 * up);
      }),
    );
  });
});

describe('pow', () => {
  it('[math-pow] is exact where the power is a float64', () => {
    const float = fc.float({ min: 2 ** -60, max: 2 ** 60, noNaN: true });
    fc.assert(
      fc.property(float, (x) => {
        expect(reference.pow(x, 1)).toBe(x);
        expect(reference.pow(x, 2)).toBe(x * x);
        expect(reference.pow(x * x, 0.5)).toBe(x);
        expect(reference.pow(-x, 1)).toBe(-x);
        expect(reference.pow(-x, 2)).toBe(x * x);
      }),
    );
    for (let k = -1074; k < 1024; k++)
      expect(reference.pow(2, k)).toBe(k < -1022 ? 2 ** -1022 * 2 ** (k + 1022) : 2 ** k);
    expect(reference.pow(3, 33)).toBe(5559060566555523);
    expect(reference.pow(-5, 21)).toBe(-476837158203125);
  });

  it('[math-pow] has the special values of IEEE 754', () => {
    const inf = Infinity;
    // biome-ignore format: a table
    const table: [x: number, y: number, result: number][] = [
      [NaN, 0, 1], [NaN, -0, 1], [inf, 0, 1], [-2, 0, 1], [1, NaN, 1], [1, inf, 1], [-1, inf, 1], [-1, -inf, 1],
      [0, 3, 0], [-0, 3, -0], [-0, 2, 0], [-0, 0.5, 0], [0, -3, inf], [-0, -3, -inf], [-0, -2, inf], [-0, -0.5, inf],
      [inf, 2, inf], [inf, -2, 0], [-inf, 3, -inf], [-inf, 2, inf], [-inf, -3, -0], [-inf, 0.5, inf], [-inf, -0.5, 0],
      [2, inf, inf], [2, -inf, 0], [0.5, inf, 0], [0.5, -inf, inf], [0, inf, 0], [-0, -inf, inf], [-2, inf, inf],
      [-8, 1 / 3, NaN], [-1, 0.5, NaN], [NaN, 1, NaN], [2, NaN, NaN], [-1, NaN, NaN], [0, NaN, NaN], [-inf, NaN, NaN],
      [2, 1024, inf], [2, -1075, 0], [-2, 1025, -inf], [-2, -1077, -0], [0.5, 2 ** 53 + 2, 0], [-1, 2 ** 53 - 1, -1],
    ];
    for (const [x, y, result] of table) expect(Object.is(reference.pow(x, y), result), `pow(${x}, ${y})`).toBe(true);
  });
});
