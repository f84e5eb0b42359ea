// Which runs of a sum meet cells, and which only padding.

import { expect, test } from 'vitest';
import { forwardPhase, inputGradPhases } from '../../src/kernels/phases.ts';
import { densePlacement } from '../../src/kernels/placement.ts';
import { runsOf, spansOf } from '../../src/kernels/runs.ts';
import { threeAxes, windowAxes } from '../../src/window.ts';

const axesOf = (input: readonly number[], padding: number, stride = 1) => {
  const each = (n: number) => input.map(() => n);
  const window = {
    size: each(3),
    stride: each(stride),
    dilation: each(1),
    padding: input.map(() => [padding, padding] as const),
  };
  return threeAxes(windowAxes('conv', { ...window, ceil: false }, input));
};

const rowsOf = (spans: number[] | undefined) =>
  spans?.map((at, i) => (i % 2 === 0 ? [at / 4, spans[i + 1] / 4] : at)).filter(Array.isArray);

test.each([
  [
    'a window that overhangs by a row',
    [4, 5],
    1,
    1,
    [
      [1, 3],
      [0, 3],
      [0, 3],
      [0, 2],
    ],
  ],
  [
    'one that overhangs by two',
    [2, 5],
    2,
    1,
    [
      [2, 3],
      [1, 3],
      [0, 2],
      [0, 1],
    ],
  ],
  [
    'rows of padding alone',
    [1, 5],
    3,
    2,
    [
      [3, 3],
      [1, 2],
      [0, 0],
    ],
  ],
  [
    'no padding',
    [4, 5],
    0,
    1,
    [
      [0, 3],
      [0, 3],
    ],
  ],
] as const)('%s', (_, input, padding, stride, spans) => {
  const phase = forwardPhase(axesOf(input, padding, stride));
  const runs = runsOf(phase, densePlacement(0, [1, ...input], 2), 8);
  expect(rowsOf(spansOf(phase, input[0], runs))).toEqual(spans);
});

test('an input gradient reads the rows of dy from all sides', () => {
  const [phase] = inputGradPhases(axesOf([4, 4], 0));
  const runs = runsOf(phase, densePlacement(0, [1, 2, 2], 2), 8);
  expect(rowsOf(spansOf(phase, 2, runs))).toEqual([
    [2, 3],
    [1, 3],
    [0, 2],
    [0, 1],
  ]);
});

test('planes, and rows that are joined to one run, are not told apart', () => {
  const planes = forwardPhase(axesOf([3, 3, 3], 1));
  expect(spansOf(planes, 3, runsOf(planes, densePlacement(0, [3, 3, 3], 2), 8))).toBe(undefined);
  const joined = forwardPhase(axesOf([4, 3], 0));
  const runs = runsOf(joined, densePlacement(0, [1, 4, 3], 2), 8);
  expect([runs.offsets.length, spansOf(joined, 4, runs)]).toEqual([1, undefined]);
});
