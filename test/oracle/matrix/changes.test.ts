// The changes and regions that an engine's matrix is searched for: their words, and what they do at the edges.

import { expect, it } from 'vitest';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { borderChanges } from '../../../src/oracle/matrix/border-changes.ts';
import { placeChanges } from '../../../src/oracle/matrix/place-changes.ts';
import { statementsNamed, statementsOf } from '../../../src/oracle/matrix/regions.ts';
import { type Term, type Terms, termsOf } from '../../../src/oracle/matrix/terms.ts';
import { windowChanges } from '../../../src/oracle/matrix/window-changes.ts';
import { placedBy } from '../../../src/oracle/matrix/window-formulas.ts';

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
