// The oracle's tab without a browser: verdicts, matrices and answers against what the library says.

import { describe, expect, test } from 'vitest';
import { readNumbers, readTensors } from '../../src/explorer/oracle/answer.ts';
import { matricesOf } from '../../src/explorer/oracle/matrices.ts';
import {
  answerOf,
  idIn,
  inOurs,
  judgeAnswer,
  mistakesFor,
  type Question,
  questionOf,
  unanswered,
} from '../../src/explorer/oracle/question.ts';
import { defaults } from '../../src/explorer/oracle/texts.ts';
import { writeNpy } from '../../src/formats/npy.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { dialects } from '../../src/oracle/dialects/dialects.ts';
import { theirTensor } from '../../src/oracle/dialects/translate.ts';
import { type Tensor, tensor } from '../../src/tensor.ts';

const asked = (id: string, dialect = 'toeplitz'): Question => {
  const found = questionOf(id, dialect);
  if (typeof found === 'string') throw new Error(found);
  return found;
};

const ids = [
  defaults.id,
  'conv2d/n2h5w7c4_o6k3x2s2x1p1.0.2.1d1x2g2b1/f32/exact/42',
  'conv2d+gradient/n2h5w5c2_o2k3x3s1x1pvd1x1g1b1/f32/exact/1',
  'maxPool2d/n1h5w5c2_k3x3s2x2pud1x1e0/f32/exact/7',
  'dense/n2c3_u4b1/f32/exact/5',
];

const times = ({ shape: [rows, columns], data }: Tensor, x: ArrayLike<number>): number[] =>
  Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += data[i * columns + j] * x[j];
    return sum;
  });

describe('an answer', () => {
  test.each(ids)('to %s: every mistake that changes it is wrong, and is named', (id) => {
    const question = asked(id);
    const all = mistakesFor(question);
    const names = all.filter((_, i) => i % Math.ceil(all.length / 12) === 0);
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const { verdict, mistakes, outputs } = judgeAnswer(question, answerOf(question, name)!);
      expect(['fail', 'wrong-shape']).toContain(verdict.kind);
      expect(mistakes).toContain(name);
      if (verdict.kind === 'fail') expect(outputs.some(({ wrong }) => wrong.length > 0)).toBe(true);
    }
  });

  test.each(['toeplitz', 'torch', 'tensorflow'] as const)('that is exact passes in the layout of %s', (dialect) => {
    for (const id of [ids[2], 'conv2d/n2h5w7c4_o6k3x2s2x1pvd1x1g1b1/f32/exact/42']) {
      const question = asked(id, dialect);
      const answer = Object.fromEntries(
        unanswered(question).map(({ part, shape, expected }) => [
          part,
          theirTensor({ dialect, layout: dialects[dialect].layout }, question.case, part, {
            shape,
            data: Float32Array.from(expected),
          }),
        ]),
      );
      const { verdict, mistakes } = judgeAnswer(question, inOurs(question, answer));
      expect([verdict.kind, mistakes]).toEqual(['pass', []]);
    }
  });

  test('has the two matrices: each times the image is the output', () => {
    for (const id of [ids[0], 'conv1d/n1w9c2_o3k3s2p1.1d1g1b1/f32/exact/3']) {
      const question = asked(id);
      for (const name of mistakesFor(question).slice(0, 6)) {
        const matrices = matricesOf(question, name);
        if (typeof matrices === 'string') throw new Error(matrices);
        const x = question.tensors.x.data;
        const [{ expected, theirs }] = judgeAnswer(question, answerOf(question, name)!).outputs;
        const bias = question.tensors.bias?.data ?? [0];
        const plus = (y: number[]): number[] => y.map((value, i) => value + bias[i % bias.length]);
        expect(plus(times(matrices.right, x))).toEqual([...expected]);
        if (bias.length === 1) expect(times(matrices.theirs, x)).toEqual([...theirs!.data]);
        if (matrices.right.shape.join() === matrices.theirs.shape.join() && bias.length === 1)
          expect(matrices.wrong.length).toBeGreaterThan(0);
      }
    }
    const biased = matricesOf(asked('conv1d/n1w9c2_o3k3s2p1.1d1g1b1/f32/exact/3'), 'the bias were added twice');
    expect(biased, 'the matrix is without the bias').toMatchObject({ wrong: [] });
    expect(matricesOf(asked(ids[3]), mistakesFor(asked(ids[3]))[0])).toMatch(/not linear/);
    const relu = asked('relu/n1c5_/f32/exact/1');
    expect(matricesOf(relu, mistakesFor(relu)[0])).toMatch(/not linear/);
    expect(matricesOf(asked(ids[1]), mistakesFor(asked(ids[1]))[0])).toMatch(/one image/);
  });
});

describe('what is pasted', () => {
  test.each([
    ['1 2 3 4', [1, 2, 2, 1]],
    ['[[1, 2], [3, 4]]', [2, 2]],
    ['tensor([[1., 2.],\n [3., 4.]])', [1, 2, 2, 1]],
    ['1, 2, 3', [3]],
  ])('%j has the shape %j', (text, shape) => {
    const read = readNumbers(text, [1, 2, 2, 1]);
    expect(typeof read === 'string' ? read : read.y.shape).toEqual(shape);
  });

  test('infinities and NaN are read, and a word is not', () => {
    const read = readNumbers('inf -inf nan 1e-3 −2e−1 −∞', [6]);
    const values = [Infinity, -Infinity, NaN, Math.fround(1e-3), Math.fround(-0.2), -Infinity];
    expect(typeof read === 'string' ? read : [...read.y.data]).toEqual(values);
    expect(readNumbers('1 two', [2])).toMatch(/“two” is no number. Type 2 numbers/);
  });

  test('a case id is read alone, in quotes, or in its command', () => {
    const id = 'conv2d+gradient/n1h4w6c1_o1k3x4s1x2pud1x1g1b0/f32/given/x=1,2;weight=-1';
    for (const text of [id, `"${id}"\n`, `npx toeplitz explain '${id}' --dialect torch`, ` toeplitz explain ${id}`])
      expect(idIn(text)).toBe(id);
    for (const text of ['1 2', 'a b/c', '', '{"a": "b/c"}', '# x\nconv2d/a/b']) expect(idIn(text)).toBeUndefined();
  });

  test('a single tensor of a file is y, several keep their names', () => {
    const y = tensor([2], [1, 2]);
    expect(readTensors('a.NPY', writeNpy(y)).y.data).toEqual(y.data);
    expect(Object.keys(readTensors('a.safetensors', writeSafetensors({ out: y })))).toEqual(['y']);
    expect(Object.keys(readTensors('a.safetensors', writeSafetensors({ x: y, weight: y })))).toEqual(['x', 'weight']);
  });

  test.each([
    ['conv2d', 'toeplitz', 'a case id reads'],
    ['nonsense/n1_k1/f32/exact/1', 'toeplitz', 'the operators are'],
    ['conv2d/n1h2w2c1_o1k5x5s1x1pvd1x1g1b1/f32/exact/1', 'toeplitz', 'that the spec allows'],
    [ids[1], 'caffe', 'can say'],
  ])('%s in the words of %s is refused', (id, dialect, why) => {
    expect(questionOf(id, dialect)).toContain(why);
  });
});
