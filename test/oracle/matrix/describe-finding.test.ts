// Descriptions that predict every case, of engines whose mistakes are composed of a condition and a change.

import { describe, expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { type Call, checkEngine, type Engine, type GradientCall } from '../../../src/oracle/index.ts';
import { followed } from '../../../src/oracle/matrix/apply-change.ts';
import { nameBy } from '../../../src/oracle/matrix/choose-description.ts';
import { matrixOf } from '../../../src/oracle/matrix/matrices.ts';
import { follows } from '../../../src/oracle/matrix/rules.ts';
import { termsOf } from '../../../src/oracle/matrix/terms.ts';
import { sizeOf, type Tensor } from '../../../src/tensor.ts';
import { composition } from '../../score/compositions.ts';
import { engineWith } from '../../score/loops.ts';
import type { Mistake } from '../../score/products.ts';
import { isSlow } from '../../some.ts';
import { campaign, unknown } from '../findings/unknown-mistakes.ts';
import { forward, gradient, gradients, ops, withFault } from '../this-library.ts';

const none: Mistake = { text: 'none', parts: [], isMade: () => false };

const findingsOf = async (op: string, mistake: Mistake, cases = 50) =>
  (await checkEngine(engineWith(op, mistake), { ops: [op], cases })).operators.flatMap(({ findings }) => findings);

describe('a description', () => {
  it('[oracle-instead] of a change under a condition predicts every case', async () => {
    const mistake: Mistake = {
      text: 'the last row of the output is left out where strides are 1',
      parts: ['y'],
      isMade: ({ axes }) => axes.every(({ stride }) => stride === 1),
      product: ({ p }, { axes }) => p[0] < axes[0].output - 1,
    };
    const [finding] = await findingsOf('conv1d', mistake, isSlow ? 50 : 12);
    expect(finding.instead?.text).toMatch(
      /^the products are left out where the output column is the last, with stride/,
    );
    expect(finding.instead).toMatchObject({
      confirmed: true,
      evidence: { failures: finding.instead?.evidence?.explained },
    });
  });

  it('[oracle-instead] may be a known mistake under a condition', async () => {
    const mistake: Mistake = {
      text: 'the bias is left out of several images',
      parts: ['y'],
      isMade: ({ batch }) => batch > 1,
      bias: (o) => [o, 0],
    };
    const [finding] = await findingsOf('dense', mistake, isSlow ? 50 : 25);
    expect(finding.mistake).toMatch(/^the bias were ignored, with batch/);
  });

  it('[oracle-instead] is said in the words of another case only where they are true of the smallest', () => {
    const terms = termsOf(parseCaseId('conv1d/n1w3c1_o1k1s3pvd1g1b0/f32/exact/1'))!;
    const [next, far] = ['the input is that of the next column', 'the input is that of the column two further on'];
    const products = matrixOf(terms, followed(far, terms));
    const reading = { products, biases: new Map(), constants: new Map(), ofNone: new Map(), beyond: new Set<number>() };
    expect([next, far].map((rule) => follows(terms, 'y', reading, rule))).toEqual([false, true]);
  });

  it('[oracle-instead] of an engine that follows no rule claims nothing of other cases', async () => {
    const [, engine] = unknown[1];
    const op = isSlow ? 'conv1d' : 'dense';
    const report = await checkEngine(withFault(op, engine), { ops: [op], cases: isSlow ? 25 : 12 });
    expect(report.operators[0].findings.map(({ instead }) => instead?.evidence)).toEqual([undefined]);
  });

  it('[oracle-instead] claims nothing of failures that are all too large to be compared', async () => {
    const known = [{ mistake: { name: 'any' }, cost: 0 }] as never;
    expect(await nameBy({ isOver: () => false } as never, known, [], [])).toBeUndefined();
  });

  it('[oracle-instead] of an operation in place of the product is no matrix, and predicts every case', async () => {
    const by = (of: (x: number, w: number) => number) => (call: Call) => {
      const { x, weight, bias } = call;
      const { shape } = forward(call);
      const [C, O] = weight!.shape;
      const data = new Float32Array(sizeOf(shape)).map((_, i) => {
        const [row, o] = [Math.floor(i / O), i % O];
        let sum = bias?.data[o] ?? 0;
        for (let c = 0; c < C; c++) sum += of(x.data[row * C + c], weight!.data[c * O + o]);
        return sum;
      });
      return { shape, data };
    };
    const describedBy = async (of: (x: number, w: number) => number) =>
      (await campaign(withFault('dense', by(of)), 'dense', 40, 1, false)).findings.map(({ instead }) => instead);
    expect(await describedBy((x, w) => x + w)).toMatchObject([
      { text: 'x and the weight are added in place of their product', confirmed: true, evidence: {} },
    ]);
    expect(await describedBy((x, w) => Math.max(x, w))).toMatchObject([
      { text: 'the larger of x and the weight is taken in place of their product', confirmed: true },
    ]);
    const [squared] = await describedBy((x, w) => x * x * w);
    expect(squared?.text).toContain('not linear in x');
    expect(squared).toMatchObject({ confirmed: false });
    expect(squared?.text).not.toContain('the weight and in');
  });

  it('[oracle-instead] of a gradient of the bias that is divided holds in every case, also where it is 0', async () => {
    const divided = (count: (dy: Tensor) => number) => {
      const by = (call: GradientCall) => {
        const { bias, ...others } = gradient(call);
        return bias
          ? { ...others, bias: { shape: bias.shape, data: bias.data.map((v) => v / count(call.dy)) } }
          : others;
      };
      return { name: 'divides', ops, gradients: { ...gradients, conv2d: by, dense: by } } as Engine;
    };
    const said = async (op: string, count: (dy: Tensor) => number) => {
      const { operators } = await checkEngine(divided(count), { ops: [op], cases: 200 });
      return operators.flatMap(({ findings }) => findings).map(({ instead }) => instead?.text);
    };
    const text = 'the gradient of bias is divided by the number of images';
    expect(await said('dense', ({ shape }) => shape[0])).toEqual([text]);
    expect(await said('conv2d', ({ shape }) => sizeOf(shape.slice(0, -1)))).toEqual([`${text} and output positions`]);
  });

  it('[oracle-instead] of a bias that goes elsewhere says so', async () => {
    const next = withFault('dense', ({ bias, ...call }) =>
      forward({ ...call, ...(bias && { bias: { ...bias, data: bias.data.map((_, i) => bias.data.at(i - 1)!) } }) }),
    );
    const { findings } = await campaign(next, 'dense', 40, 1, false);
    expect(findings[0].instead?.text).toMatch(/^the bias goes to the next channel/);
  });

  it('[oracle-mistakes] an activation before the bias is told from one after it', async () => {
    const early = withFault('dense', ({ bias, ...call }) => {
      const { shape, data } = forward({ ...call, attributes: { ...call.attributes, bias: false } });
      return { shape, data: data.map((y, i) => (y < 0 ? 0 : y) + (bias?.data[i % shape[1]] ?? 0)) };
    });
    const { findings } = await campaign(early, 'dense', 40);
    expect(findings.map(({ mistake }) => mistake)).toEqual([
      'negative sums became 0 before the bias was added (an activation fused too early)',
    ]);
  });

  it('[oracle-score] the loops of the score are right without a mistake', async () => {
    for (const op of ['conv2d', 'depthwiseConv2d', 'convTranspose1d', 'dense', 'maxPool2d', 'avgPool2d'])
      expect([op, await findingsOf(op, none, 6)]).toEqual([op, []]);
    expect(composition(4).mistake.text).toBe(composition(4).mistake.text);
  });
});
