// The spec is enough: test/python was written from its text alone, in Python's standard library, and gives the library's bits.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as toeplitz from '../src/index.ts';
import * as kernels from '../src/kernels/choose.ts';
import * as ops from '../src/ops/index.ts';
import { random } from '../src/random.ts';
import type { MathFunction } from '../src/reference/map.ts';
import type { Data } from '../src/tensor.ts';

const { tensor } = toeplitz;
type Type = 'float32' | 'float64';
type Layer = ReturnType<typeof toeplitz.relu>;

const hasPython = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
const why = hasPython ? '' : ' (skipped: there is no python3 of 3.9 or later here)';

const asked: object[] = [];
let results: unknown[] = [];

/** Has test/python/run.py asked some cases, and gives its results: one run for all tests, as most of its time is the start. */
function python<Result>(cases: readonly object[]): () => Result[] {
  const first = asked.length;
  asked.push(...cases);
  return () => results.slice(first, first + cases.length) as Result[];
}

function runPython(): void {
  const run = spawnSync('python3', ['-B', join(import.meta.dirname, 'python/run.py')], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  results = JSON.parse(run.stdout);
  expect(results.length).toBe(asked.length);
}

const hex = (data: Data): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
function numbers(text: string, type: Type): number[] {
  const bytes = Uint8Array.from(Buffer.from(text, 'hex')).buffer;
  return [...(type === 'float32' ? new Float32Array(bytes) : new Float64Array(bytes))];
}

const special = [0, -0, Infinity, -Infinity, NaN, 1e-45, -1e-45, 1.1754942e-38, 3.4028235e38, -3.4028235e38, 1e30];
const source = random(10);
const draw = (least: number, most: number): number => least + source.below(most - least + 1);

/** Numbers over many binades; in one tensor of four, some are special. */
function values(shape: readonly number[], type: Type): ReturnType<typeof tensor> {
  const awkward = draw(0, 3) === 0;
  const size = shape.reduce((product, axis) => product * axis, 1);
  const each = () =>
    awkward && draw(0, 7) === 0
      ? special[draw(0, special.length - 1)]
      : source.normal() * [1, 1, 1e-3, 1e3][draw(0, 3)];
  return tensor(shape, Array.from({ length: size }, each), type);
}

/** A variance is not negative. */
function positive(t: ReturnType<typeof tensor>): ReturnType<typeof tensor> {
  return { shape: t.shape, data: t.data.map(Math.abs) };
}

interface Drawn {
  readonly make: (attributes: never) => Layer;
  readonly attributes: object;
  readonly shape: readonly number[];
}

const window = (most = 3) => ({
  size: [draw(1, most), draw(1, most)],
  stride: [draw(1, 3), draw(1, 3)],
  dilation: draw(1, 2),
  padding: [
    'valid',
    'same',
    'same-lower',
    1,
    [
      [0, 2],
      [1, 0],
    ],
    [
      [2, 1],
      [0, 1],
    ],
  ][draw(0, 5)],
});
const image = (channels = draw(1, 5), least = 6): number[] => [draw(1, 3), draw(least, 9), draw(least, 9), channels];

function convolution(): Drawn {
  const groups = draw(1, 3);
  const attributes = { ...window(), filters: groups * draw(1, 4), groups, bias: draw(0, 1) === 1 };
  return { make: toeplitz.conv2d, attributes, shape: image(groups * draw(1, 3)) };
}

/** Layers by their names in test/python/run.py. */
const layers: Record<string, { clauses: string; layer?: string; draw: () => Drawn }> = {
  conv: {
    clauses: '[conv-forward] [conv-input-gradient] [conv-weight-gradient] [conv-bias-gradient]',
    draw: convolution,
  },
  'conv over many positions': {
    clauses: '[conv-weight-gradient] [conv-bias-gradient]',
    layer: 'conv',
    draw() {
      const shape = [
        [draw(5, 9), draw(1, 9), 5, 1],
        [2, draw(10, 14), 13, 1],
        [2, 17, draw(13, 29), 1],
      ][draw(0, 2)];
      return {
        make: toeplitz.conv2d,
        attributes: { filters: 2, size: 3, padding: draw(0, 1) },
        shape: shape.map((n, i) => (i === 1 ? Math.max(n, 3) : n)),
      };
    },
  },
  maxPool: {
    clauses: '[pool-max] [pool-max-gradient]',
    draw: () => ({ make: toeplitz.maxPool2d, attributes: { ...window(), ceil: draw(0, 1) === 1 }, shape: image() }),
  },
  avgPool: {
    clauses: '[pool-average] [pool-average-gradient] [pool-divisor]',
    draw: () => ({
      make: toeplitz.avgPool2d,
      attributes: { ...window(), ceil: draw(0, 1) === 1, countPadding: draw(0, 1) === 1 },
      shape: image(),
    }),
  },
  lpPool: {
    clauses: '[pool-lp] [pool-lp-gradient]',
    draw: () => ({
      make: toeplitz.lpPool2d,
      attributes: { ...window(), p: [1, 2, 3, 1.5][draw(0, 3)] },
      shape: image(),
    }),
  },
  softmax: {
    clauses: '[softmax-forward] [softmax-gradient]',
    draw: () => ({ make: toeplitz.softmax, attributes: { axis: draw(-2, 3) }, shape: image() }),
  },
  lrn: {
    clauses: '[lrn-forward] [lrn-gradient]',
    draw: () => ({
      make: toeplitz.lrn,
      attributes: [{}, { size: draw(1, 7), alpha: 0.3, beta: [0.75, 0.5, 1][draw(0, 2)], k: 1.1 }][draw(0, 1)],
      shape: image(draw(1, 9), 2),
    }),
  },
  batchNorm: {
    clauses: '[norm-batch] [norm-batch-gradient]',
    draw: () => ({ make: toeplitz.batchNorm, attributes: [{}, { epsilon: 1e-3 }][draw(0, 1)], shape: image() }),
  },
  frozenNorm: {
    clauses: '[norm-frozen] [norm-frozen-gradient]',
    draw: () => ({ make: toeplitz.frozenNorm, attributes: {}, shape: image() }),
  },
  crossEntropy: {
    clauses: '[loss-cross-entropy]',
    draw() {
      const shape = [draw(1, 3), draw(1, 4), draw(1, 5)];
      const labels = Array.from({ length: shape[0] * shape[1] }, () => draw(0, shape[2] - 1));
      return { make: toeplitz.crossEntropy, attributes: { labels }, shape };
    },
  },
  binaryCrossEntropy: {
    clauses: '[loss-binary]',
    draw() {
      const shape = [draw(1, 3), draw(1, 4), draw(1, 5)];
      const targets = Array.from(
        { length: shape[0] * shape[1] * shape[2] },
        () => [0, 1, source.uniform()][draw(0, 2)],
      );
      const make = ({ targets }: { targets: number[] }) =>
        toeplitz.binaryCrossEntropy({ targets: tensor(shape, targets, 'float64') });
      return { make, attributes: { targets }, shape };
    },
  },
  dropout: {
    clauses: '[dropout-forward] [random-generator] [random-hash]',
    draw: () => ({
      make: toeplitz.dropout,
      attributes: { rate: draw(0, 999) / 1000, seed: draw(-50, 50) },
      shape: image(),
    }),
  },
};

const upsampling = () => ({
  mode: ['nearest', 'linear'][draw(0, 1)],
  coordinates: ['half-pixel', 'half-pixel-or-first', 'half-pixel-start', 'asymmetric', 'align-corners'][draw(0, 4)],
  rounding: ['prefer-floor', 'prefer-ceil', 'floor', 'ceil'][draw(0, 3)],
  ...[{}, { scale: [draw(1, 9) / 3, 1.5] }, { size: [draw(1, 9), draw(1, 9)] }][draw(0, 2)],
});
const padding = () => [
  [draw(-1, 7), draw(-2, 9)],
  [draw(-2, 3), draw(-1, 3)],
];
const square = () => draw(1, 3);

interface Part {
  readonly layer: 'identity' | 'globalLpPool' | 'clip';
  readonly attributes: object;
}

/** A gate of one number for each channel, x, and x cut off. */
const gates: readonly Part[] = [
  { layer: 'globalLpPool', attributes: { p: 1, keep: true } },
  { layer: 'identity', attributes: {} },
  { layer: 'clip', attributes: { min: -0.5, max: 0.7 } },
];
const partOf = ({ layer, attributes }: Part): Layer =>
  layer === 'identity' ? toeplitz.identity() : layer === 'clip' ? ops.clip(attributes) : ops.globalLpPool(attributes);

/** The layers of toeplitz/ops. */
const others: typeof layers = {
  clip: {
    clauses: '[activation-clip]',
    draw: () => ({ make: ops.clip, attributes: [{ min: -0.1, max: 0.3 }, { max: 1 }][draw(0, 1)], shape: image() }),
  },
  hardSigmoid: {
    clauses: '[activation-hard-sigmoid]',
    draw: () => ({ make: ops.hardSigmoid, attributes: [{}, { alpha: 1 / 6, beta: 0.3 }][draw(0, 1)], shape: image() }),
  },
  power: {
    clauses: '[activation-power]',
    draw: () => ({
      make: ops.power,
      attributes: { exponent: [0, 1, 2, -1, 0.5][draw(0, 4)], scale: -0.3, shift: 0.7 },
      shape: image(),
    }),
  },
  gelu: {
    clauses: '[activation-gelu] [math-erf]',
    draw: () => ({ make: ops.gelu, attributes: { approximate: ['tanh', 'none'][draw(0, 1)] }, shape: image() }),
  },
  hardSwish: {
    clauses: '[activation-hard-swish]',
    draw: () => ({ make: ops.hardSwish, attributes: {}, shape: image() }),
  },
  silu: { clauses: '[activation-silu]', draw: () => ({ make: ops.silu, attributes: {}, shape: image() }) },
  elu: { clauses: '[activation-elu]', draw: () => ({ make: ops.elu, attributes: {}, shape: image() }) },
  selu: { clauses: '[activation-selu]', draw: () => ({ make: ops.selu, attributes: {}, shape: image() }) },
  softplus: { clauses: '[activation-softplus]', draw: () => ({ make: ops.softplus, attributes: {}, shape: image() }) },
  pad: {
    clauses: '[pad-forward] [pad-modes] [pad-value] [pad-gradient]',
    draw: () => ({
      make: ops.pad,
      attributes: {
        padding: padding(),
        mode: ['constant', 'edge', 'reflect', 'wrap'][draw(0, 3)],
        ...(draw(0, 1) === 1 && { value: 0 }),
      },
      shape: image(),
    }),
  },
  upsample: {
    clauses: '[upsample-nearest] [upsample-linear] [upsample-scale] [upsample-coordinates] [upsample-gradient]',
    draw: () => ({ make: ops.upsample, attributes: upsampling(), shape: image() }),
  },
  slice: {
    clauses: '[slice-forward]',
    draw: () => ({
      make: ops.slice,
      attributes: {
        axes: [1, -1],
        starts: [[-9, -6, 0, 3][draw(0, 3)], -1],
        ends: [[9, 5][draw(0, 1)], -9],
        steps: [draw(1, 3), -draw(1, 2)],
      },
      shape: image(5, 6),
    }),
  },
  shuffleChannels: {
    clauses: '[shuffle-channels]',
    draw: () => ({ make: ops.shuffleChannels, attributes: { groups: 3 }, shape: image(3 * draw(1, 4)) }),
  },
  depthToSpace: {
    clauses: '[depth-space]',
    draw() {
      const size = square();
      return {
        make: ops.depthToSpace,
        attributes: { size, order: ['DCR', 'CRD'][draw(0, 1)] },
        shape: image(size * size * draw(1, 3)),
      };
    },
  },
  spaceToDepth: {
    clauses: '[depth-space]',
    draw() {
      const size = square();
      return {
        make: ops.spaceToDepth,
        attributes: { size, order: ['DCR', 'CRD'][draw(0, 1)] },
        shape: [2, size * 3, size * 2, draw(1, 3)],
      };
    },
  },
  groupNorm: {
    clauses: '[norm-group] [norm-set-gradient]',
    draw() {
      const groups = draw(1, 3);
      return { make: ops.groupNorm, attributes: { groups, epsilon: 1e-3 }, shape: image(groups * draw(1, 3)) };
    },
  },
  instanceNorm: {
    clauses: '[norm-instance]',
    draw: () => ({ make: ops.instanceNorm, attributes: {}, shape: image() }),
  },
  layerNorm: { clauses: '[norm-layer]', draw: () => ({ make: ops.layerNorm, attributes: {}, shape: image() }) },
  lpPool1d: {
    clauses: '[pool-lp] [pool-lp-gradient] [pool-power]',
    layer: 'lpPool',
    draw: () => ({
      make: ops.lpPool1d,
      attributes: { size: draw(1, 70), p: [1, 2, 3, 1.5][draw(0, 3)], ceil: draw(0, 1) === 1, padding: 'same' },
      shape: [draw(1, 3), draw(1, 80), draw(1, 3)],
    }),
  },
  lpPool3d: {
    clauses: '[pool-lp] [pool-lp-gradient]',
    layer: 'lpPool',
    draw: () => ({
      make: ops.lpPool3d,
      attributes: { size: [draw(1, 2), draw(1, 3), draw(1, 3)], stride: 2, p: [1, 2, 4][draw(0, 2)] },
      shape: [draw(1, 2), draw(2, 4), draw(3, 5), draw(3, 5), draw(1, 3)],
    }),
  },
  globalLpPool: {
    clauses: '[pool-global]',
    draw: () => ({
      make: ops.globalLpPool,
      attributes: { p: [1, 2, 3][draw(0, 2)], keep: draw(0, 1) === 1 },
      shape: image(),
    }),
  },
  product: {
    clauses: '[product-rules] [product-gradient]',
    draw: () => ({
      make: ({ parts }: { parts: readonly Part[] }) => ops.product(parts.map(partOf)),
      attributes: { parts: [gates, [...gates].reverse(), gates.slice(1), [...gates, ...gates]][draw(0, 3)] },
      shape: image(),
    }),
  },
  logSoftmax: {
    clauses: '[softmax-log]',
    draw: () => ({ make: ops.logSoftmax, attributes: { axis: draw(-2, 3) }, shape: image() }),
  },
};

const CASES = 20;
const FEWER = 8;

/** A case for Python, and what the library gives. */
function layerCase(name: string, { make, attributes, shape }: Drawn, type: Type, gradients: boolean) {
  const layer = make(attributes as never);
  const x = values(shape, type);
  const params = Object.fromEntries(
    Object.entries(layer.params(shape)).map(([key, of]) => {
      if (!Array.isArray(of)) return [key, {}]; // of a part that has none
      const drawn = values(of as number[], type);
      return [key, key === 'variance' ? positive(drawn) : drawn];
    }),
  );
  const [y, pull] = layer.vjp(x, params);
  const dy = values(y.shape, type);
  const gradient = pull(dy);
  const data = (tensors: object) =>
    Object.entries(tensors).flatMap(([key, each]) => (each.data ? [[key, hex(each.data)]] : []));
  return {
    asked: {
      layer: name,
      type,
      attributes,
      shape,
      x: hex(x.data),
      params: Object.fromEntries(data(params)),
      ...(gradients ? { dy: hex(dy.data) } : {}),
    },
    given: {
      shape: y.shape,
      y: [...y.data],
      ...(gradients
        ? {
            dx: [...gradient.x.data],
            params: Object.fromEntries(
              Object.entries(gradient.params as Record<string, { data?: Data }>).flatMap(([key, { data }]) =>
                data ? [[key, [...data]]] : [],
              ),
            ),
          }
        : {}),
    },
  };
}

interface Result {
  readonly shape: number[];
  readonly y: string;
  readonly dx?: string;
  readonly params?: Record<string, string>;
}

/** A test that compares bit for bit, every NaN as one: toEqual tells −0 from +0. */
function testOf(title: string, cases: readonly ReturnType<typeof layerCase>[]): void {
  const theirs = python<Result>(cases.map(({ asked }) => asked));
  test(title, () => {
    expect(theirs().length).toBe(cases.length);
    for (const [i, result] of theirs().entries()) compare(result, cases[i]);
  });
}

function compare(result: Result, { asked, given }: ReturnType<typeof layerCase>): void {
  const { dx, params, ...rest } = result;
  const read = (text: string) => numbers(text, asked.type);
  const theirs = {
    ...rest,
    y: read(result.y),
    ...(dx === undefined ? {} : { dx: read(dx) }),
    ...(params ? { params: Object.fromEntries(Object.entries(params).map(([key, text]) => [key, read(text)])) } : {}),
  };
  expect(
    theirs,
    JSON.stringify({ layer: asked.layer, ...asked.attributes, shape: asked.shape, type: asked.type }),
  ).toEqual(given);
}

describe.skipIf(!hasPython)(`Python from the text of the spec${why}`, () => {
  beforeAll(runPython);

  const clauses = Object.values(others).map((each) => each.clauses);
  for (const type of ['float32', 'float64'] as const)
    testOf(
      `${clauses.join(' ')} the layers of toeplitz/ops in ${type}`,
      Object.entries(others).flatMap(([name, each]) =>
        Array.from({ length: FEWER }, () => layerCase(each.layer ?? name, each.draw(), type, true)),
      ),
    );

  for (const [name, each] of Object.entries(layers))
    for (const type of ['float32', 'float64'] as const)
      testOf(
        `${each.clauses} ${name} in ${type}`,
        Array.from({ length: CASES }, () => layerCase(each.layer ?? name, each.draw(), type, true)),
      );

  const shapes = [
    [1, 5, 6, 3],
    [2, 3, 3, 2],
    [1, 13, 12, 4],
    [1, 16, 17, 2],
  ];
  testOf(
    '[winograd-window] [winograd-transforms] [winograd-formulas] F(2×2, 3×3) and F(4×4, 3×3)',
    shapes.map((shape, i) => {
      const padding = ['valid', 'same'][i % 2];
      const attributes = { filters: 4, size: 3, padding, groups: shape[3] % 2 ? 1 : 2, algorithm: 'winograd' };
      return layerCase('winograd', { make: toeplitz.conv2d, attributes, shape }, 'float32', false);
    }),
  );

  for (const name of ['exp', 'log', 'tanh', 'sigmoid', 'softplus', 'pow'] as const satisfies MathFunction[]) {
    const near = Array.from({ length: 400 }, () => source.normal() * [1e-8, 1e-3, 1, 10, 50][draw(0, 4)]);
    const far = Array.from({ length: 100 }, () => source.normal() * 10 ** draw(-40, 37));
    const inputs = [...special, ...near, ...far, 709.7, -745.1, -708.5, 88.72, -103.9, 5e-324];
    const cases = (['float32', 'float64'] as const).flatMap((type) =>
      (name === 'pow' ? [0.75, 2, -3, 0.1, 1e5] : [1]).map((exponent) => {
        const x = tensor([inputs.length], inputs, type).data;
        const y = x.slice();
        kernels.map(name, x, y, exponent);
        return { type, asked: { function: name, type, x: hex(x), exponent }, given: [...y] };
      }),
    );
    const theirs = python<{ y: string }>(cases.map(({ asked }) => asked));
    test(`[math-parts] [math-float32] the bits of ${name} in both types`, () => {
      expect(theirs().length).toBe(cases.length);
      theirs().forEach(({ y }, i) => {
        expect(numbers(y, cases[i].type), `${name} ${cases[i].asked.exponent}`).toEqual(cases[i].given);
      });
    });
  }
});
