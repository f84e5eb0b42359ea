// The changes and regions that an engine's matrix is searched for: their words, and what they do at the edges.

import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { isExplained } from '../../../src/oracle/findings/one-cause.ts';
import { changesOf } from '../../../src/oracle/matrix/all-changes.ts';
import { borderChanges } from '../../../src/oracle/matrix/border-changes.ts';
import { isBeyond } from '../../../src/oracle/matrix/change.ts';
import { conditionsBetween } from '../../../src/oracle/matrix/conditions.ts';
import { shifted } from '../../../src/oracle/matrix/index-changes.ts';
import { placeChanges } from '../../../src/oracle/matrix/place-changes.ts';
import { positionChanges } from '../../../src/oracle/matrix/position-changes.ts';
import { statementsNamed, statementsOf } from '../../../src/oracle/matrix/regions.ts';
import { type Term, type Terms, termsOf } from '../../../src/oracle/matrix/terms.ts';
import { windowChanges } from '../../../src/oracle/matrix/window-changes.ts';
import { placedBy } from '../../../src/oracle/matrix/window-formulas.ts';
import { numberChanges } from '../../../src/oracle/matrix/window-numbers.ts';

const terms = (id: string): Terms => termsOf(parseCaseId(id))!;
const conv2d = terms('conv2d/n3h4w5c3_o2k2x3s1x1pvd1x1g1b0/f32/exact/1');
const cube = (size: string): Terms => terms(`conv3d/n1d4h4w4c1_o1k${size}s1x1x1pvd1x1x1g1b0/f32/exact/1`);

it('[oracle-instead] names every axis of every tensor', () => {
  const reversed = placeChanges(conv2d, 1).flatMap(
    ({ text }) => /^the (.*)s of the (.*) are reversed$/.exec(text)?.slice(1).join(' of ') ?? [],
  );
  expect(reversed).toEqual([
    ...['image', 'row', 'column', 'channel'].map((name) => `${name} of input`),
    ...['tap row', 'tap column', 'channel', 'filter'].map((name) => `${name} of weight`),
    ...['image', 'row', 'column', 'channel'].map((name) => `${name} of output`),
  ]);
});

it('[oracle-instead] exchanges rows and columns of a square kernel alone, where there are planes', () => {
  const exchanged = ({ list, ...rest }: Terms): Term['w'][] => {
    const change = windowChanges({ list, ...rest }).find(({ text }) =>
      text.endsWith('rows and columns of the kernel are exchanged'),
    )!;
    return list.map((term) => change.apply(term)!.w);
  };
  const square = cube('1x2x2');
  expect(exchanged(square)).toEqual(square.list.map(({ w: [a, b, c, ...rest] }) => [a, c, b, ...rest]));
  const oblong = cube('2x2x3');
  expect(exchanged(oblong)).toEqual(oblong.list.map(({ w }) => w));
});

it('[oracle-instead] says of two places the first and the last, of one nothing', () => {
  const texts = statementsOf(conv2d).map(({ text }) => text);
  const said = ['the first', 'the last', 'not the first', 'not the last', 'odd', 'even', 'at least 2', 'below 3'];
  expect(texts).toEqual(expect.arrayContaining(said.map((each) => `the input row is ${each}`)));
  expect(texts).toEqual(expect.arrayContaining(['the tap row is the first', 'the tap row is the last']));
  expect(statementsOf(cube('1x2x2')).filter(({ text }) => /^the tap plane is the (first|last)$/.test(text))).toEqual(
    [],
  );
});

it('[oracle-instead] finds statements by their words, all or none', () => {
  const words = ['the tap row is the first', 'the tap row is the last'];
  expect(statementsNamed(conv2d, words)?.map(({ text }) => text)).toEqual(words);
  expect(statementsNamed(conv2d, [])).toEqual([]);
  expect(statementsNamed(conv2d, [...words, 'the tap row is another'])).toBeUndefined();
});

it('[oracle-instead] reads a cell that wrongly counts as inside in the next image, or not at all', () => {
  const padded = terms('conv2d/n2h2w2c1_o1k1x1s1x1p0.1.0.0d1x1g1b0/f32/exact/1');
  const below = padded.list.find(({ x: [n, row] }) => n === 0 && row === 2)!;
  const read = (text: string) =>
    borderChanges(padded)
      .find((each) => each.text === text)!
      .apply(below)?.x;
  expect(read('input rows after the last count as inside')).toEqual([1, 0, below.x[2], 0]);
  expect(read('input rows after the last count as inside, in the image alone')).toBeUndefined();
});

it('[oracle-instead] counts no window that would begin beyond the input', () => {
  const { windows } = terms('conv2d/n1h4w4c1_o1k1x1s1x1pvd1x1g1b0/f32/exact/1');
  const output = (ceil: boolean) =>
    placedBy(
      [['output', 'steps + 1']],
      { steps: 2, input: 4, before: 0, stride: 3 },
      { ...windows!, attributes: { ceil } },
    );
  const rounded = placedBy(
    [
      ['steps', 'ceil(5 / 3)'],
      ['output', 'steps + 1'],
    ],
    { input: 4, before: 0, stride: 3 },
    { ...windows!, attributes: { ceil: true } },
  );
  expect([rounded.output, output(false).output]).toEqual([2, 3]);
});

it('[oracle-instead] an element further on is one of the tensor, one beyond it, or that of padding as before', () => {
  const padded = terms('conv2d/n2h2w3c1_o1k2x2s1x1p1.0.1.0d1x1g1b0/f32/exact/1');
  const [N, H, W] = padded.shapes.x;
  const found = { inside: 0, beyond: 0, padding: 0 };
  for (const term of padded.list)
    for (const by of [-4, -1, 0, 1, 4]) {
      const next = shifted(padded, term, 'x', by);
      const [n, row, column] = term.x;
      const index = (n * H + row) * W + column + by;
      if (row < 0 || column < 0) {
        found.padding++;
        expect(next).toBe(term);
      } else if (index < 0 || index >= N * H * W) {
        found.beyond++;
        expect(isBeyond(next.x)).toBe(true);
      } else {
        found.inside++;
        expect(next).toEqual({ ...term, x: [Math.floor(index / (H * W)), Math.floor(index / W) % H, index % W, 0] });
      }
    }
  expect(Math.min(...Object.values(found))).toBeGreaterThan(10);
});

it.each([
  ['output', 'input', 'conv2d/n2h6w5c1_o1k2x3s2x1p1.0.0.1d1x2g1b0/f32/exact/1'],
  ['input', 'output', 'convTranspose2d/n2h2w3c1_o1k3x2s2x3p1.1.1.0d2x1q1x2g1b0/f32/exact/1'],
])('[oracle-instead] takes positions of the %s apart by rows of another length', (own, other, id) => {
  const all = terms(id);
  const [at, over] = own === 'output' ? (['y', 'x'] as const) : (['x', 'y'] as const);
  const lengths = {
    [`${other} columns`]: all.shapes[over][2],
    [`${own} rows`]: all.shapes[at][1],
    [`${other} rows`]: all.shapes[over][1],
  };
  const axes = all.windows!.g.axes.slice(1);
  const changes = new Map(positionChanges(all).map((each) => [each.text, each]));
  for (const [name, length] of Object.entries(lengths)) {
    const change = changes.get(`the row and column of a position are counted in rows of the ${name}`)!;
    for (const term of all.list) {
      const p = term[at][1] * all.shapes[at][2] + term[at][2];
      const cells = [Math.floor(p / length), p % length].map(
        (start, i) => start * axes[i].stride + term.w[i] * axes[i].dilation - axes[i].before,
      );
      expect(change.apply(term)![over]).toEqual([term[over][0], ...cells, 0]);
    }
  }
  expect(new Set(Object.values(lengths)).size).toBe(3);
});

it('[oracle-instead] counts outputs by other numbers where these give another count, as far as there is room', () => {
  const strided = terms('conv1d/n2h6c1_o1k2s3pvd1g1b0/f32/exact/1');
  const changes = new Map([...numberChanges(strided)].map((each) => [each.text, each]));
  const counted = (text: string) => changes.get(`${text}, and the outputs are counted so`)!.all?.();
  // Five outputs of each image, where two of each have room: those of the first image are written, but for the last.
  const placed = [0, 1, 2, 3].flatMap((p) =>
    [0, 1].map((k) => ({ x: [0, p + k, 0], w: [k, 0, 0], y: [Math.floor(p / 2), p % 2, 0], factor: 1 })),
  );
  expect(counted('the stride is taken as 1')).toEqual(placed);
  expect(changes.get('the stride is taken as 1')!.all).toBeUndefined();
  expect(counted('the padding after the last cell is taken one larger')).toBeUndefined();
});

it('[oracle-instead] conditions come by their cost, and a limit of a large number is in none of two statements', () => {
  const c = (cells: number, channels: number) =>
    parseCaseId(`conv1d/n1w${cells}c${channels}_o1k1s1pvd1g1b0/f32/exact/1`);
  const found = conditionsBetween([c(100, 2), c(130, 2)], [c(100, 1), c(50, 2)]);
  expect(found.map(({ cost }) => cost)).toEqual(found.map(({ cost }) => cost).sort((a, b) => a - b));
  const pairs = found.flatMap(({ text }) => (text.includes(' and ') ? text : []));
  expect(pairs).toContain('channels of x > 1 and space of x ≠ 50');
  expect(pairs.join()).not.toMatch(/[<>≤≥] \d\d/);
});

it('[oracle-instead] a finding that predicts nothing explains no other failures', () => {
  expect(isExplained({} as never, { finding: {}, outcomes: [] } as never, [])).toBe(false);
});

const cellsBy = (each: Terms, text: string): (readonly number[])[] => {
  const { apply, all } = [...changesOf(each)].find((change) => change.text === text)!;
  return (all?.() ?? each.list.map((term) => apply(term)!)).map(({ x, y }) => [x[1], y[0]]);
};

it('[oracle-instead] divides by the stride or the dilation, rounded down, where they should multiply', () => {
  const dilated = terms('conv1d/n1w5c1_o1k3s1pvd2g1b0/f32/exact/1');
  expect(cellsBy(dilated, 'the dilation divides the tap, which it should multiply')).toEqual(
    [0, 0, 1].map((x) => [x, 0]),
  );
  const strided = terms('conv1d/n1w7c1_o1k1s3pvd1g1b0/f32/exact/1');
  const text = 'the stride divides the position, which it should multiply';
  expect(cellsBy(strided, text)).toEqual([0, 0, 0].map((x) => [x, 0]));
});

it('[oracle-instead] keeps a last window that ceil drops, so that later images begin too late', () => {
  const dropped = terms('maxPool1d/n2w2c1_k1s2p0.1d1e1/f32/distinct/1');
  expect(dropped.list.map(({ x, y }) => [x[1], y[0]])).toEqual([
    [0, 0],
    [0, 1],
  ]);
  expect(cellsBy(dropped, 'windows are placed by ceil, which drops no last window')).toEqual([
    [0, 0],
    [2, 1],
  ]);
});

it('[oracle-instead] takes another number for that of a channel in its group', () => {
  const grouped = terms('conv1d/n2w1c4_o2k1s1pvd1g2b0/f32/exact/1');
  const text = 'the number of the image of the output is used as that of the channel in the group of the input';
  const { apply } = [...changesOf(grouped)].find((change) => change.text === text)!;
  expect(grouped.list.map((term) => apply(term)!.x[2])).toEqual([0, 0, 2, 2, 1, 1, 3, 3]);
});

it('[oracle-instead] multiplies padding by the dilation, or keeps it below the size of the window', () => {
  const padded = terms('conv1d/n1w3c1_o1k2s3p2.2d3g1b0/f32/exact/1');
  const by = (text: string) => cellsBy(padded, `the padding before the first cell is ${text}`).map(([x]) => x);
  expect([by('multiplied by the dilation').slice(0, 2), by('kept below the size of the window').slice(0, 2)]).toEqual([
    [-6, -3],
    [-1, 2],
  ]);
});

it('[oracle-instead] takes the nearest cell of the border for the padding of one axis alone', () => {
  const padded = terms('conv2d/n1h2w2c1_o1k1x1s1x1p1.1.1.1d1x1g1b0/f32/exact/1');
  const { apply } = [...changesOf(padded)].find(
    ({ text }) => text === 'the nearest cell of the border is taken for padding of the rows',
  )!;
  expect(apply(padded.list[0])!.x).toEqual([0, 0, -1, 0]);
});
