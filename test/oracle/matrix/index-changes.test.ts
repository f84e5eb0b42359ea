// Descriptions of engines that compute an index otherwise: plain loops over flat arrays with one number taken for another.

import { describe, expect, it } from 'vitest';
import { ask } from '../../../src/oracle/ask/ask.ts';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { unhurried } from '../../../src/oracle/ask/patience.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerFor } from '../../../src/oracle/families/index.ts';
import { agreementOf, answeredCaseOf } from '../../../src/oracle/findings/agreement.ts';
import { type Call, checkEngine } from '../../../src/oracle/index.ts';
import { readMatrix } from '../../../src/oracle/matrix/describe-case.ts';
import { asMistake, type Hypothesis } from '../../../src/oracle/matrix/hypotheses.ts';
import type { Axis, ConvGeometry } from '../../../src/window.ts';
import { some } from '../../some.ts';

/** The numbers of one product of a convolution, and of its tensors; `c` is the channel of the group. */
interface At {
  readonly n: number;
  readonly p: readonly [number, number];
  readonly k: readonly [number, number];
  readonly cell: readonly [number, number];
  readonly c: number;
  readonly o: number;
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly size: readonly [number, number];
  readonly channels: number;
  readonly C: number;
  readonly first: number;
  readonly O: number;
}

interface Indices {
  x?(at: At): number;
  w?(at: At): number;
  /** The first channel of the group of a filter, by the channels and filters of a group. */
  first?(o: number, channels: number, filters: number): number;
  /** Whether a cell of an input of these rows and columns is no padding. */
  inside?(cell: readonly [number, number], input: readonly [number, number]): boolean;
  /** The padding of `same` before the first cell. */
  before?(axis: Axis, padding: unknown): number;
  /** Where the loop over the channels ends. */
  end?(C: number, O: number): number;
  /** The element that a result is written to, whatever it holds. */
  y?(n: number, p: number, o: number, outputs: number, O: number): number;
}

const right: Required<Indices> = {
  end: (C) => C,
  first: (o, channels, filters) => Math.floor(o / filters) * channels,
  inside: ([a, b], [H, W]) => a >= 0 && a < H && b >= 0 && b < W,
  before: ({ before }) => before,
  y: (n, p, o, outputs, O) => (n * outputs + p) * O + o,
  x: ({ n, cell: [a, b], c, first, input: [H, W], C }) => ((n * H + a) * W + b) * C + first + c,
  w: ({ k: [a, b], c, o, size: [, K], channels, O }) => ((a * K + b) * channels + c) * O + o,
};

/** A convolution with some index of its own; what lies beyond the end is NaN, as undefined is in sums. */
const engine = (indices: Indices) => {
  const { x: xAt, w: wAt, y: yAt, end, first: firstOf, inside, before } = { ...right, ...indices };
  return {
    name: 'indices',
    traits: { padding: 'skipped' as const },
    ...(!indices.first && { requires: ['groups = 1'] }),
    ops: {
      conv2d({ attributes, x, weight, bias }: Call) {
        const layer = layerFor('conv2d', attributes);
        const shape = layer.shape(x.shape);
        const { axes, channels, filters } = layer.geometry!(x.shape) as ConvGeometry;
        const [, rows, columns] = axes;
        const [stride, dilation, size] = ['stride', 'dilation', 'size'].map(
          (name) => attributes[name] as [number, number],
        );
        const starts = [rows, columns].map((axis) =>
          /^same/.test(String(attributes.padding)) ? before(axis, attributes.padding) : axis.before,
        );
        const [N, P, Q, O] = shape;
        const [, H, W, C] = x.shape;
        const data = new Float32Array(N * P * Q * O);
        for (let n = 0; n < N; n++)
          for (let p = 0; p < P; p++)
            for (let q = 0; q < Q; q++)
              for (let o = 0; o < O; o++) {
                let sum = 0;
                for (let a = 0; a < size[0]; a++)
                  for (let b = 0; b < size[1]; b++) {
                    const cell = [
                      p * stride[0] + a * dilation[0] - starts[0],
                      q * stride[1] + b * dilation[1] - starts[1],
                    ] as const;
                    if (!inside(cell, [H, W])) continue;
                    for (let c = 0; c < end(channels, O); c++) {
                      const first = firstOf(o, channels, filters);
                      const sizes = { input: [H, W], output: [P, Q], size, channels, C, O } as const;
                      const at: At = { n, p: [p, q], k: [a, b], cell, c, first, o, ...sizes };
                      sum += x.data[xAt(at)] * weight!.data[wAt(at)];
                    }
                  }
                data[yAt(n, p * Q + q, o, P * Q, O)] = sum + (bias ? bias.data[o] : 0);
              }
        return { shape, data };
      },
    },
  };
};

const findingsOf = async (indices: Indices) =>
  (await checkEngine(engine(indices), { ops: ['conv2d'], cases: 24 })).operators[0].findings;

/** A campaign has one finding, which says so and predicts all answers. */
const find = async (indices: Indices, text: string): Promise<void> => {
  const findings = await findingsOf(indices);
  expect(findings).toHaveLength(1);
  for (const { instead } of findings) {
    expect(instead?.text.split('; ')[0]).toBe(text);
    expect(instead?.evidence).toBeDefined();
  }
};

/** Of the rules that explain what is read of one case, this is one; and it predicts the answer to another one. */
const say = async (indices: Indices, text: string, ...[id, other]: readonly string[]): Promise<void> => {
  const subject = inProcess(engine(indices));
  const found = await readMatrix(unhurried(subject), parseCaseId(id ?? plain));
  const [{ products }] = found!.rules;
  expect(products.map((each) => each.text)).toContain(text);
  const rule: Hypothesis = { part: 'y', text, products: text, cost: 0, isBeyondNaN: true };
  const outcome = await ask(subject, parseCaseId(other ?? larger));
  expect(outcome.verdict.kind).toBe('fail');
  expect(agreementOf(asMistake([rule]), answeredCaseOf(subject, outcome))).toBe('agrees');
};

const plain = 'conv2d/n2h4w5c3_o2k2x3s1x1pvd1x1g1b0/f32/exact/1';
const larger = 'conv2d/n3h6w5c2_o4k3x2s2x1pvd1x2g1b0/f32/exact/2';

describe('an index', () => {
  it('[oracle-instead] is right in these loops', async () => {
    expect(await findingsOf({})).toEqual([]);
  });

  const changes: [what: string, check: () => Promise<void>][] = [
    [
      'of a loop that ends at another number',
      async () => {
        await say({ end: (_, O) => O }, 'the loop over the channels of the filter ends at the number of the filters');
      },
    ],
    // With NaN beyond the end.
    [
      'by the length of another row',
      async () => {
        const x = ({ n, cell: [a, b], c, input: [H, W], output: [, Q], C }: At): number =>
          (n * H * W + a * Q + b) * C + c;
        await find({ x }, 'the input rows of the input lie the output columns × the input channels elements apart');
      },
    ],
    [
      'of a channel that another formula finds',
      async () => {
        await say(
          { first: (o, channels) => Math.floor(o / channels) * channels },
          'the first channel of the group of a filter = floor(filter / channels per group) · channels per group',
          'conv2d/n1h2w2c6_o4k1x2s1x1pvd1x1g2b0/f32/exact/1',
          'conv2d/n2h3w2c4_o6k1x1s1x1pvd1x1g2b0/f32/exact/2',
        );
      },
    ],
    [
      'by the number of another axis',
      async () => {
        const w = ({ k: [a], c, o, size: [, K], C, O }: At): number => ((a * K + a) * C + c) * O + o;
        await say({ w }, 'the number of the tap row is used as that of the tap column');
      },
    ],
    [
      'of a window that another formula places',
      async () => {
        const before = ({ output, size, dilation, stride, input }: Axis, padding: unknown): number => {
          const total = Math.max(0, output * stride + (size - 1) * dilation + 1 - input);
          return padding === 'same-lower' ? Math.ceil(total / 2) : Math.floor(total / 2);
        };
        await say(
          { before },
          'windows are placed by total = max(0, output · stride + reach − input)',
          'conv2d/n1h5w7c1_o2k3x4s2x3pld1x1g1b0/f32/exact/1',
          'conv2d/n2h6w8c2_o1k2x3s3x2pud1x2g1b0/f32/exact/2',
        );
      },
    ],
    [
      'with a sum in place of a product',
      async () => {
        const w = ({ k: [a, b], c, o, size: [, K], C, O }: At): number => (a * K + b + C + c) * O + o;
        await say(
          { w },
          'in the index of the weight the number of the channels of the filter is added instead of multiplied',
        );
      },
    ],
    [
      'by the length of another axis',
      async () => {
        const x = ({ n, cell: [a, b], c, input: [H, W], O }: At): number => ((n * H + a) * W + b) * O + c;
        await say({ x }, 'the input is indexed as if the number of the input channels were that of the filters');
      },
    ],
    [
      'of a cell that only another test calls padding',
      async () => {
        await say(
          { inside: ([a, b], [H, W]) => a >= 0 && a < W && b >= 0 && b < W && a * W + b < H * W },
          'input rows count as inside below the number of input columns, in the image alone',
          'conv2d/n2h4w3c2_o2k2x3s1x1p1.0.1.2d1x1g1b0/f32/exact/1',
          'conv2d/n2h5w3c1_o1k3x3s1x1p1.1.1.1d1x1g1b0/f32/exact/2',
        );
      },
    ],
    [
      'of results that are written over each other',
      async () => {
        await say(
          { y: (n, p, _, outputs, O) => (n * outputs + p) * O + n },
          'the number of the image of the output is used as that of the output channel and of several results at one place the last one stays',
        );
      },
    ],
  ];

  it.each(some(changes, 3))('[oracle-instead] %s is read as such', (_, check) => check());
});
