// Losses (T2 of spec/README.md): the lectures' figures, the formulas, and the bits.

import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  chain,
  crossEntropy,
  dense,
  gradientCheck,
  SpecError,
  sigmoid,
  softmax,
  squaredError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { functionsFor } from '../../src/reference/map.ts';
import { exp, log } from '../../src/reference/math.ts';
import { whole } from './whole.ts';

const f = Math.fround;
const one = (x: Tensor) => tensor([1], [1], x.data instanceof Float32Array ? 'float32' : 'float64');

describe('squaredError', () => {
  it('[loss-squared] is summed over the outputs and averaged over the batch, without the factor ½', () => {
    const x = tensor([2, 2], [1, 4, 3, 7]);
    const [y, pull] = squaredError({ target: tensor([2, 2], [1, 2, 3, 4]) }).vjp(x, {});
    expect(y).toEqual(tensor([1], [6.5]));
    expect([...pull(one(x)).x.data]).toEqual([0, 2, 0, 3]);
  });

  it('[loss-squared] agrees with finite differences; the target may have another element type', () => {
    const layer = squaredError({ target: whole([2, 3, 2], 5, 'float32') });
    expect(gradientCheck(layer, whole([2, 3, 2]), {}).ok).toBe(true);
    expect(layer.forward(whole([2, 3, 2], 1, 'float32'), {}).data[0]).toBe(layer.forward(whole([2, 3, 2]), {}).data[0]);
  });

  it('[loss-target] a target of another shape is refused, a target changed later does not matter', () => {
    const target = tensor([2, 2], [1, 2, 3, 4]);
    const layer = squaredError({ target });
    target.data.fill(9);
    expect(layer.forward(tensor([2, 2], [1, 2, 3, 4]), {}).data[0]).toBe(0);
    expect(() => layer.shape([4])).toThrow('[loss-target]');
    expect(() => layer.forward(tensor([2, 3]), {})).toThrow(SpecError);
    expect(() => squaredError({ target: [1, 2] as never })).toThrow(TypeError);
    expect(() => squaredError({} as never)).toThrow(TypeError);
  });
});

describe('crossEntropy', () => {
  const x = tensor([2, 2, 3], [0.3, -1.2, 2.5, 0, 0.1, -0.4, 3, 3.1, -7, 0.9, 0.8, 0.7]);
  const labels = [2, 0, 1, 1];

  it('[loss-cross-entropy] is the mean over every label, in space too, of −log softmax at the label', () => {
    const probabilities = softmax().forward(x, {}).data;
    const expected = labels.reduce((sum, label, row) => sum - Math.log(probabilities[row * 3 + label]), 0) / 4;
    expect(crossEntropy({ labels }).forward(x, {}).data[0]).toBeCloseTo(expected, 6);
    expect(crossEntropy({ labels }).shape([2, 2, 3])).toEqual([1]);
  });

  it('[loss-cross-entropy] gives the specified bits', () => {
    let total = 0;
    const dx: number[] = [];
    labels.forEach((label, row) => {
      const logits = [...x.data.subarray(row * 3, row * 3 + 3)];
      const m = Math.max(...logits);
      const e = logits.map((v) => f(exp(f(v - m))));
      const s = e.reduce((sum, v) => sum + v, 0);
      const r = e.reduce((sum, v, c) => (logits[c] === m ? sum : sum + v), 0);
      const u = 1 + r;
      total += f(f(log(u) + (r - (u - 1)) / u) - f(logits[label] - m));
      e.forEach((v, c) => {
        const ofLabel = logits[c] === m ? f(-r / s) : f(f(v / s) - 1);
        dx.push(f((c === label ? ofLabel : f(v / s)) * f(2 / 4)));
      });
    });
    const [y, pull] = crossEntropy({ labels }).vjp(x, {});
    expect([...y.data]).toEqual([f(total / 4)]);
    expect([...pull(tensor([1], [2])).x.data]).toEqual(dx);
  });

  it('[loss-cross-entropy] large logits neither overflow nor vanish; it agrees with finite differences', () => {
    const far = tensor([1, 2], [1000, -1000]);
    expect(crossEntropy({ labels: [1] }).forward(far, {}).data[0]).toBe(2000);
    expect(crossEntropy({ labels: [0] }).forward(far, {}).data[0]).toBe(0);
    const report = gradientCheck(crossEntropy({ labels }), x, {});
    expect(report.ok, report.text).toBe(true);
  });

  it('[loss-cross-entropy] loses nothing where the label agrees with a large logit', () => {
    for (const type of ['float32', 'float64'] as const)
      for (const x of [37, 1, 90]) {
        const [y, pull] = crossEntropy({ labels: [1] }).vjp(tensor([1, 2], [0, x], type), {});
        const small = Math.exp(-x);
        expect(y.data[0] / Math.log1p(small)).toBeCloseTo(1, 6);
        const [other, own] = pull(one(y)).x.data;
        expect(other / (small / (1 + small))).toBeCloseTo(1, 6);
        expect(own).toBe(-other);
      }
    expect([...crossEntropy({ labels: [0] }).vjp(tensor([1, 1], [5]), {})[1](tensor([1], [1])).x.data]).toEqual([0]);
  });

  it('[loss-cross-entropy] has its limits beside one infinite logit, and none beside two', () => {
    const at = (values: number[], label: number, type: 'float32' | 'float64') => {
      const [y, pull] = crossEntropy({ labels: [label] }).vjp(tensor([1, values.length], values, type), {});
      return [y.data[0], ...pull(one(y)).x.data];
    };
    for (const type of ['float32', 'float64'] as const) {
      expect(at([0, Infinity, 1], 1, type)).toEqual([0, 0, 0, 0]);
      expect(at([0, Infinity, 1], 0, type)).toEqual([Infinity, -1, 1, 0]);
      expect(at([3, -Infinity], 0, type)).toEqual([0, 0, 0]);
      expect(at([3, -Infinity], 1, type)).toEqual([Infinity, 1, -1]);
      for (const values of [
        [Infinity, Infinity],
        [-Infinity, -Infinity],
        [NaN, Infinity],
        [Infinity, NaN],
      ])
        for (const label of [0, 1]) expect(at(values, label, type)).toEqual([NaN, NaN, NaN]);
    }
  });

  it('[loss-labels] are an array, a typed array or a tensor of whole numbers, one for each row', () => {
    const y = crossEntropy({ labels }).forward(x, {});
    expect(crossEntropy({ labels: Uint8Array.from(labels) }).forward(x, {})).toEqual(y);
    expect(crossEntropy({ labels: tensor([2, 2], labels) }).forward(x, {})).toEqual(y);
    for (const bad of [
      [0, 1.5],
      [0, -1],
      [0, Number.NaN],
    ])
      expect(() => crossEntropy({ labels: bad })).toThrow('[loss-labels]');
    expect(() => crossEntropy({ labels: [0, 3] }).shape([2, 3])).toThrow(
      'below the 3 classes of x, got 3 at index 1 [loss-labels]',
    );
    expect(() => crossEntropy({ labels: [0] }).shape([2, 3])).toThrow('[loss-labels]');
    expect(() => crossEntropy({ labels: [0] }).shape([1])).toThrow('[loss-labels]');
    expect(() => crossEntropy({ labels: 1 as never })).toThrow(TypeError);
    expect(() => crossEntropy({ labels: ['0'] as never })).toThrow(TypeError);
  });
});

describe('crossEntropy of labels that are not all alike', () => {
  const x = tensor([2, 2, 3], [0.3, -1.2, 2.5, 0, 0.1, -0.4, 3, 3.1, -7, 0.9, 0.8, 0.7]);
  const rowsOf = (t: Tensor, ...rows: number[]): number[] =>
    rows.flatMap((row) => [...t.data.subarray(row * 3, row * 3 + 3)]);

  it.each([255, -100, -1, 0])('[loss-ignore] a label %s that is ignored leaves its row out, bit for bit', (ignore) => {
    const layer = crossEntropy({ labels: [2, ignore, 1, ignore], ignore });
    const [y, pull] = layer.vjp(x, {});
    const rest = tensor([2, 3], rowsOf(x, 0, 2));
    const [expected, expectedPull] = crossEntropy({ labels: [2, 1] }).vjp(rest, {});
    expect(y.data).toEqual(expected.data);
    const dx = pull(one(x)).x;
    expect(rowsOf(dx, 0, 2)).toEqual([...expectedPull(one(x)).x.data]);
    expect(rowsOf(dx, 1, 3)).toEqual(Array(6).fill(0));
    expect(layer.with({ attributes: { smoothing: 0 } }).forward(x, {}).data).toEqual(y.data);
  });

  it('[loss-ignore] an ignored row may hold anything; where no label counts, loss and gradient are 0', () => {
    const odd = tensor([2, 2], [Number.NaN, Number.POSITIVE_INFINITY, 0, 0], 'float64');
    const [y, pull] = crossEntropy({ labels: [9, 1], ignore: 9 }).vjp(odd, {});
    expect([y.data[0], ...pull(one(odd)).x.data]).toEqual([Math.LN2, 0, 0, 0.5, -0.5]);
    const [none, pullNone] = crossEntropy({ labels: [9, 9], ignore: 9 }).vjp(odd, {});
    expect([none.data[0], ...pullNone(one(odd)).x.data]).toEqual([0, 0, 0, 0, 0]);
  });

  it('[loss-ignore] is a whole number; what is not ignored is checked as before, and named', () => {
    expect(() => crossEntropy({ labels: [0], ignore: 0.5 })).toThrow('ignore must be a whole number, got 0.5 [');
    expect(() => crossEntropy({ labels: [0], ignore: '255' as never })).toThrow(TypeError);
    expect(() => crossEntropy({ labels: [-100] })).toThrow(
      'got -100 at index 0 (crossEntropy leaves it out with ignore: -100) [loss-labels]',
    );
    expect(() => crossEntropy({ labels: [0, 255] }).shape([2, 3])).toThrow('with ignore: 255) [loss-labels]');
    expect(() => crossEntropy({ labels: [-1], ignore: 255 })).toThrow('[loss-labels]');
  });

  it('[loss-class-weights] the mean is weighted: a label of weight 3 counts as three labels', () => {
    const weighted = crossEntropy({ labels: [2, 0, 1, 1], classWeights: Float32Array.of(1, 3, 2) });
    const expected = [2, 2, 0, 1, 1, 1, 1, 1, 1];
    const repeated = tensor([9, 3], rowsOf(x, 0, 0, 1, 2, 2, 2, 3, 3, 3), 'float64');
    const wide = tensor([2, 2, 3], x.data, 'float64');
    const [y, pull] = weighted.vjp(wide, {});
    const [like, pullLike] = crossEntropy({ labels: expected }).vjp(repeated, {});
    expect(y.data[0]).toBeCloseTo(like.data[0], 14);
    const [dx, all] = [pull(one(wide)).x, pullLike(one(wide)).x];
    for (let c = 0; c < 3; c++) {
      const sum = all.data[c] + all.data[3 + c];
      expect(dx.data[c]).toBeCloseTo(sum, 14);
      expect(dx.data[6 + c]).toBeCloseTo(3 * all.data[9 + c], 14);
    }
  });

  it('[loss-class-weights] weights of 1 change no bit; weights of 0 give 0; others are refused', () => {
    const labels = [2, 0, 1, 1];
    const [plain, weighted] = [crossEntropy({ labels }), crossEntropy({ labels, classWeights: [1, 1, 1] })];
    expect(weighted.forward(x, {}).data).toEqual(plain.forward(x, {}).data);
    expect(weighted.vjp(x, {})[1](one(x)).x.data).toEqual(plain.vjp(x, {})[1](one(x)).x.data);
    const [y, pull] = crossEntropy({ labels, classWeights: [0, 0, 0] }).vjp(x, {});
    expect([...y.data, ...pull(one(x)).x.data]).toEqual(Array(13).fill(0));
    for (const bad of [[1, -1, 0], [1, Number.NaN, 1], [Number.POSITIVE_INFINITY]])
      expect(() => crossEntropy({ labels, classWeights: bad })).toThrow('[loss-class-weights]');
    expect(() => crossEntropy({ labels, classWeights: [1, 2] }).shape([2, 2, 3])).toThrow(
      'a number for each of the 3 classes of x, got 2 [loss-class-weights]',
    );
    expect(() => crossEntropy({ labels, classWeights: 3 as never })).toThrow(TypeError);
    expect(() => crossEntropy({ labels, classWeights: ['1'] as never })).toThrow(TypeError);
  });

  it('[loss-smoothing] is the cross-entropy with smoothed targets, in value and gradient', () => {
    const labels = [2, 0, 1, 1];
    const wide = tensor([4, 3], x.data, 'float64');
    const p = softmax().forward(wide, {}).data;
    const q = labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 0.75 : 0) + 0.25 / 3));
    const expected = q.reduce((sum, share, i) => sum - share * Math.log(p[i]), 0) / 4;
    const [y, pull] = crossEntropy({ labels, smoothing: 0.25 }).vjp(wide, {});
    expect(y.data[0]).toBeCloseTo(expected, 14);
    const dx = pull(one(wide)).x.data;
    for (const [i, d] of dx.entries()) expect(d).toBeCloseTo((p[i] - q[i]) / 4, 14);
    // Classes of one number each: exact. log 2 · (½ + ½) and ½ − (1 − ¼) at the label.
    const even = tensor([1, 2], [7, 7], 'float64');
    const [half, pullHalf] = crossEntropy({ labels: [0], smoothing: 0.5 }).vjp(even, {});
    expect([half.data[0], ...pullHalf(one(even)).x.data]).toEqual([Math.LN2, -0.25, 0.25]);
  });

  it('[loss-smoothing] gives the specified bits, weighted too', () => {
    const [labels, v, epsilon] = [[2, 0, 1, 1], [0.3, 1.7, 0], 0.1];
    let [total, weight] = [0, 0];
    const dx: number[] = [];
    for (const label of labels) weight += f(v[label]);
    labels.forEach((label, row) => {
      const logits = rowsOf(x, row);
      const top = Math.max(...logits);
      const e = logits.map((value) => f(exp(f(value - top))));
      const s = e.reduce((sum, value) => sum + value, 0);
      const m = v.map((each, c) => f(each * ((c === label ? 1 - epsilon : 0) + epsilon / 3)));
      total += f(m.reduce((sum, mass, c) => sum + (mass === 0 ? 0 : f(mass * f(f(log(s)) - f(logits[c] - top)))), 0));
      const M = f(m.reduce((sum, mass) => sum + mass, 0));
      dx.push(...e.map((value, c) => f(f(f(M * f(value / s)) - m[c]) * f(2 / weight))));
    });
    const [y, pull] = crossEntropy({ labels, classWeights: v, smoothing: epsilon }).vjp(x, {});
    expect([...y.data]).toEqual([f(total / weight)]);
    expect([...pull(tensor([1], [2])).x.data]).toEqual(dx);
  });

  it('[loss-smoothing] is a number in [0, 1)', () => {
    for (const bad of [1, -0.1, Number.NaN])
      expect(() => crossEntropy({ labels: [0], smoothing: bad })).toThrow('[0, 1), got');
    expect(() => crossEntropy({ labels: [0], smoothing: '0.1' as never })).toThrow(TypeError);
  });
});

describe('binaryCrossEntropy', () => {
  it('[loss-binary] N8: ŷ = 0.3516360 has the loss 1.0451587 for y = 1 and 0.4333030 for y = 0', () => {
    const hidden = chain({
      one: dense({ units: 2, bias: false }),
      g: sigmoid(),
      two: dense({ units: 1, bias: false }),
    });
    const p = {
      one: { weight: tensor([2, 2], [1, 2, -1, 0], 'float64') },
      two: { weight: tensor([2, 1], [1, -1], 'float64') },
    };
    const z = hidden.forward(tensor([1, 2], [1, 2], 'float64'), p);
    expect(sigmoid().forward(z, {}).data[0].toFixed(7)).toBe('0.3516360');
    const loss = (target: number) =>
      binaryCrossEntropy({ targets: tensor([1, 1], [target]) })
        .forward(z, {})
        .data[0].toFixed(7);
    expect([loss(1), loss(0)]).toEqual(['1.0451587', '0.4333030']);
  });

  it('[loss-binary] gives the specified bits, the mean over every target', () => {
    const x = tensor([2, 3], [0.3, -1.2, 2.5, 40, -40, 0]);
    const t = [1, 0.25, 0, 0, 1, 0.5];
    const { sigmoid, softplus } = functionsFor(x.data);
    const weights = t.map((target, i) => (x.data[i] > 0 ? f(1 - target) : target));
    const total = weights.reduce((sum, w, i) => {
      const a = Math.abs(x.data[i]);
      return sum + f(softplus(-a) + f(a * w));
    }, 0);
    const layer = binaryCrossEntropy({ targets: tensor([2, 3], t) });
    const [y, pull] = layer.vjp(x, {});
    expect([...y.data]).toEqual([f(total / 6)]);
    const slopes = weights.map((w, i) => {
      const s = sigmoid(-Math.abs(x.data[i]));
      return f(x.data[i] > 0 ? w - s : s - w);
    });
    expect([...pull(one(x)).x.data]).toEqual(slopes.map((slope) => f(slope * f(1 / 6))));
    expect(gradientCheck(layer, x, {}).ok).toBe(true);
  });

  it('[loss-binary] has its limits: nothing where the target agrees with an infinite logit, ∞ elsewhere', () => {
    const at = (x: number, t: number, type: 'float32' | 'float64'): [number, number] => {
      const [y, pull] = binaryCrossEntropy({ targets: tensor([1], [t]) }).vjp(tensor([1], [x], type), {});
      return [y.data[0], pull(one(y)).x.data[0]];
    };
    for (const type of ['float32', 'float64'] as const) {
      expect(at(-Infinity, 0, type)).toEqual([0, 0]);
      expect(at(Infinity, 1, type)).toEqual([0, 0]);
      expect(at(Infinity, 0, type)).toEqual([Infinity, 1]);
      expect(at(-Infinity, 1, type)).toEqual([Infinity, -1]);
      expect(at(Infinity, 0.25, type)).toEqual([Infinity, 0.75]);
      expect(at(-Infinity, 0.25, type)).toEqual([Infinity, -0.25]);
      for (const t of [0, 0.5, 1]) expect(at(Number.NaN, t, type)).toEqual([Number.NaN, Number.NaN]);
    }
  });

  it('[loss-binary] loses nothing where the target agrees with a large logit', () => {
    for (const type of ['float32', 'float64'] as const)
      for (const [x, t] of [
        [37, 1],
        [-37, 0],
        [90, 1],
        [-0.5, 0],
      ]) {
        const [y, pull] = binaryCrossEntropy({ targets: tensor([1], [t]) }).vjp(tensor([1], [x], type), {});
        const small = Math.exp(-Math.abs(x));
        const slope = (t === 1 ? -small : small) / (1 + small);
        expect(y.data[0] / Math.log1p(small)).toBeCloseTo(1, 6);
        expect(pull(one(y)).x.data[0] / slope).toBeCloseTo(1, 6);
      }
  });

  it('[loss-probability] [loss-target] targets are from 0 to 1 and have the shape of x', () => {
    for (const bad of [-0.1, 1.1, Number.NaN])
      expect(() => binaryCrossEntropy({ targets: tensor([1], [bad]) })).toThrow('[loss-probability]');
    expect(() => binaryCrossEntropy({ targets: tensor([2, 1]) }).shape([1, 2])).toThrow('[loss-target]');
  });

  it('[loss-shape] every loss has the shape [1], and its field is all of x', () => {
    for (const layer of [
      squaredError({ target: tensor([2, 4, 1]) }),
      crossEntropy({ labels: Array(8).fill(0) }),
      binaryCrossEntropy({ targets: tensor([2, 4, 1]) }),
    ]) {
      expect(layer.shape([2, 4, 1])).toEqual([1]);
      expect(layer.field([2, 4, 1])).toEqual([{ size: 4, step: 0, start: 0 }]);
      expect(() => layer.vjp(tensor([2, 4, 1]), {})[1](tensor([2]))).toThrow('[layer-gradient]');
    }
  });
});
