// The code of the lab for PyTorch, run where there is one: it gives what the lab shows.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/explorer/lab/code.ts';
import { type Lab, labOf } from '../../../src/explorer/lab/lab.ts';
import { defaults, type LabTexts, operators } from '../../../src/explorer/lab/texts.ts';
import { toChannelsFirst } from '../../../src/layout.ts';

const python = ['python3', '/usr/bin/python3'].find(
  (each) => spawnSync(each, ['-c', 'import torch'], { encoding: 'utf8' }).status === 0,
);

const texts = (least: number, most: number) => fc.integer({ min: least, max: most }).map(String);
const word = (...words: string[]) => fc.constantFrom(...words);
const settings: fc.Arbitrary<LabTexts> = fc
  .record({
    op: word(...Object.keys(operators)),
    rank: texts(1, 2),
    input: texts(6, 9),
    channels: word('1', '2', '4'),
    filters: word('1', '2', '4'),
    kernel: texts(1, 3),
    stride: texts(1, 2),
    dilation: texts(1, 2),
    padding: word('valid', 'same-upper', 'same-lower', 'numbers'),
    top: texts(0, 2),
    bottom: texts(0, 2),
    left: texts(0, 2),
    right: texts(0, 2),
    groups: texts(1, 2),
    multiplier: texts(1, 2),
    flip: word('no', 'yes'),
    outputPadding: texts(0, 1),
    ceil: word('no', 'yes'),
    counted: word('no', 'yes'),
    power: texts(1, 3),
    bias: texts(0, 1),
    seed: texts(0, 99),
  })
  .map((drawn) => ({ ...defaults, image: 'random', weights: 'random', ...drawn }));

/** Runs each piece of code and prints the largest distance of its y from the lab's, `None` where it has none. */
const program = `
import contextlib, io, json, sys, torch
for each in json.load(sys.stdin):
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(each['code'], names)
    if 'y' not in names:
        print('None')
        continue
    expected = torch.tensor([float(v) for v in each['y']]).reshape(each['shape'])
    y = names['y']
    same = list(y.shape) == each['shape'] and torch.allclose(y, expected, rtol=1e-4, atol=1e-5, equal_nan=True)
    print(same, list(y.shape), each['shape'])
`;

describe('the code of the lab', () => {
  it('makes tensors of PyTorch in float32, and says where it has no such pool', () => {
    const of = (changes: Partial<LabTexts>): string =>
      codeOf(labOf({ ...defaults, ...changes } as LabTexts).lab as Lab, 'torch');
    expect(of({ op: 'max' })).toContain('dtype=torch.float32');
    expect(of({ op: 'average', dilation: '2' })).toBe('# PyTorch has no average pooling with dilation.');
    expect(of({ op: 'max', kernel: '2', padding: 'numbers', top: '2', bottom: '2', left: '2', right: '2' })).toContain(
      "value=float('-inf')",
    );
  });

  it.skipIf(python === undefined)('gives in PyTorch what the lab shows (skipped without PyTorch)', () => {
    const labs = fc.sample(settings, { numRuns: 150, seed: 1 }).flatMap((each) => labOf(each).lab ?? []);
    const asked = labs.map((lab) => {
      const { shape, data } = toChannelsFirst(lab.y);
      return {
        code: codeOf(lab, 'torch'),
        shape,
        y: Array.from(data, String).map((v) => v.replace('Infinity', 'inf')),
      };
    });
    const { stdout, stderr } = spawnSync(python as string, ['-c', program], {
      input: JSON.stringify(asked),
      encoding: 'utf8',
    });
    const lines = stdout.trim().split('\n');
    expect([lines.length, stderr]).toEqual([asked.length, '']);
    expect(lines.filter((line) => line.startsWith('False'))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('True')).length).toBeGreaterThan(40);
  });
});
