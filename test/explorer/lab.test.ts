// The numbers of the convolution lab against those of the library, for settings drawn at random.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Lab, labOf } from '../../src/explorer/lab/lab.ts';
import { marksOf } from '../../src/explorer/lab/marks.ts';
import { movesOf } from '../../src/explorer/lab/moves.ts';
import { kernelPlanes } from '../../src/explorer/lab/planes.ts';
import { readSetup } from '../../src/explorer/lab/setup.ts';
import { denseOf } from '../../src/explorer/lab/strides.ts';
import { fedBy, gradientsOf, resultOf, termsOf, usesOf } from '../../src/explorer/lab/terms.ts';
import { defaults, type LabTexts } from '../../src/explorer/lab/texts.ts';
import { planesOf, readTyped, weightOf, writeTyped } from '../../src/explorer/lab/values.ts';
import { calculationOf, formulasOf } from '../../src/explorer/lab/words.ts';

const oneOf = <T extends string>(...values: T[]) => fc.constantFrom(...values);
const whole = (least: number, most: number) => fc.integer({ min: least, max: most }).map(String);
const axes = (least: number, most: number) =>
  fc.tuple(whole(least, most), whole(least, most)).map(([a, b]) => `${a}×${b}`);

/** Settings of the lab, most of which fit. */
const texts = fc
  .record({
    op: oneOf('conv', 'depthwise', 'transposed', 'max', 'average', 'lp'),
    input: axes(3, 7),
    channels: oneOf('1', '2', '4'),
    filters: oneOf('2', '4'),
    kernel: axes(1, 4),
    stride: axes(1, 3),
    dilation: axes(1, 2),
    padding: oneOf('valid', 'same', 'same-lower', 'numbers'),
    top: whole(0, 2),
    bottom: whole(0, 2),
    left: whole(0, 3),
    right: whole(0, 1),
    groups: oneOf('1', '2'),
    multiplier: oneOf('1', '2'),
    flip: oneOf('yes', 'no'),
    ceil: oneOf('yes', 'no'),
    counted: oneOf('yes', 'no'),
    power: oneOf('1', '2', '3'),
    image: oneOf('random', 'digit', 'ramp'),
    weights: oneOf('random', 'gaussianBlur'),
    bias: oneOf('0', '0.1'),
    seed: whole(0, 99),
  })
  .map((drawn): LabTexts => ({ ...defaults, ...drawn }));

/** Settings in one dimension take the first number of each pair. */
const inOne = (t: LabTexts): LabTexts => ({
  ...t,
  rank: '1',
  ...Object.fromEntries(
    (['input', 'kernel', 'stride', 'dilation'] as const).map((name) => [name, t[name].split('×')[0]]),
  ),
});

const labs = fc
  .tuple(texts, fc.boolean())
  .map(([t, flat]) => labOf(flat && t.op !== 'lp' ? inOne(t) : t).lab)
  .filter((lab): lab is Lab => lab !== undefined);

const law = (check: (lab: Lab) => void): void => fc.assert(fc.property(labs, check), { numRuns: 150, seed: 1 });

describe('the lab', () => {
  test('adds the terms of an output to the bits of the layer', () => {
    law((lab) => {
      lab.y.data.forEach((value, y) => {
        const result = resultOf(lab, y);
        expect(Object.is(result, value), `${lab.layer.name} ${y}: ${result}, ${value}`).toBe(true);
      });
    });
  });

  test('shows as fed by a cell the outputs that change with it', () => {
    law((lab) => {
      if (lab.op === 'max') return;
      const cell = (lab.x.data.length * 7) >> 3;
      const x = { shape: lab.x.shape, data: lab.x.data.slice() };
      x.data[cell] = 1000;
      const y = lab.layer.forward(x, lab.params);
      const changed = Array.from(y.data.keys()).filter((i) => y.data[i] !== lab.y.data[i]);
      const fed = new Set(fedBy(lab, cell).map((each) => each.y));
      expect(changed.filter((each) => !fed.has(each))).toEqual([]);
    });
  });

  test('gives the gradient at a cell as the sum of the weights between it and the outputs it feeds', () => {
    law((lab) => {
      if (!lab.weight) return;
      const { x, weight } = gradientsOf(lab);
      x.forEach((value, i) => {
        const sum = fedBy(lab, i).reduce((all, { w }) => all + lab.weight!.data[w], 0);
        expect(value).toBeCloseTo(sum, 4);
      });
      const uses = usesOf(lab, 0);
      expect(weight![0]).toBeCloseTo(
        uses.reduce((all, { x }) => all + lab.x.data[x], 0),
        3,
      );
    });
  });

  test('fills in a formula that ends in the size of the output', () => {
    law((lab) => {
      const sizes = lab.y.shape.slice(1, -1);
      formulasOf(lab).forEach(({ text }, i) => {
        expect(text).toMatch(new RegExp(`(= |input )${sizes[i]}(,|$)`));
      });
    });
  });

  test('says how same padding and cropping are parted', () => {
    const text = (changes: Partial<LabTexts>): string => formulasOf(labOf({ ...defaults, ...changes }).lab!)[0].text;
    const even = { input: '4', kernel: '2' };
    expect(text({ ...even, padding: 'same' })).toBe('⌈4 / 1⌉ = 4, padded by 0 before and 1 after');
    expect(text({ ...even, padding: 'same-lower' })).toBe('⌈4 / 1⌉ = 4, padded by 1 before and 0 after');
    expect(text({ ...even, padding: 'same', op: 'transposed' })).toBe('4·1 = 4, with 0 cut off before and 1 after');
  });

  test('shows with a filter the planes of the kernel that its outputs are made of', () => {
    law((lab) => {
      if (!lab.weight) return;
      const O = lab.y.shape[lab.y.shape.length - 1];
      const planes = planesOf(lab.weight.shape, lab.rank);
      for (let o = 0; o < O; o++) {
        const shown = new Set(kernelPlanes(lab, o).map(({ plane }) => plane));
        const all = Array.from({ length: lab.y.data.length / O }, (_, p) => termsOf(lab, p * O + o)).flat();
        expect(all.filter(({ w }) => !shown.has(w % planes.count))).toEqual([]);
        const channels = new Set(kernelPlanes(lab, o).map(({ channel }) => channel));
        const C = lab.shape[lab.shape.length - 1];
        expect(all.filter(({ x }) => x >= 0 && !channels.has(x % C))).toEqual([]);
      }
    });
  });

  test('marks around a cell what meets it', () => {
    law((lab) => {
      const y = lab.y.data.length - 1;
      const inside = termsOf(lab, y).filter(({ x }) => x >= 0);
      const atY = marksOf(lab, { where: 'y', index: y });
      expect([new Set(atY.x.keys()), [...atY.y]]).toEqual([new Set(inside.map(({ x }) => x)), [[y, 'chosen']]]);
      const atX = marksOf(lab, { where: 'x', index: 0 });
      expect(new Set(atX.y.keys())).toEqual(new Set(fedBy(lab, 0).map((each) => each.y)));
      if (!lab.weight) return;
      const atW = marksOf(lab, { where: 'w', index: 0 });
      const uses = usesOf(lab, 0);
      expect(new Set(atW.x.keys())).toEqual(new Set(uses.map(({ x }) => x)));
      expect(new Set(atW.y.keys())).toEqual(new Set(uses.map((each) => each.y)));
    });
  });

  test('writes every calculation with its result', () => {
    const { lab } = labOf({
      ...defaults,
      image: 'typed',
      x: '1 2 0; 0 1 3; 1 1 1',
      input: '3',
      kernel: '2',
      weights: 'typed',
      w: '1 -1; 0 2',
      bias: '1',
    });
    expect(calculationOf(lab!, 0)).toBe('1·1 + 2·(−1) + 0·0 + 1·2 + 1 = 2');
    expect(calculationOf(lab!, 0, 1)).toBe('1·1 + … (3 more) + 1 = 2');
    const padded = labOf({ ...defaults, op: 'average', image: 'ones', padding: 'same', kernel: '3' });
    expect(calculationOf(padded.lab!, 0)).toBe('(1 + 1 + 1 + 1) / 4 = 1');
    expect(termsOf(padded.lab!, 0).filter(({ x }) => x < 0)).toHaveLength(5);
  });

  test('shows outputs that move with the input, where their windows lie inside it', () => {
    const { lab } = labOf({ ...defaults, image: 'one cell', shift: '1 0', input: '9' });
    expect(movesOf(lab!)).toEqual({ by: [1, 0], changed: new Set(Array.from({ length: 7 }, (_, i) => i)), kept: 42 });
    const ones = labOf({ ...defaults, image: 'ones', padding: 'same', shift: '0 -1', input: '5' }).lab!;
    // Nothing moves into the last column, and the first has padding beside it now, where the second had cells.
    expect(Array.from(movesOf(ones)!.changed, (i) => i % 5).sort()).toEqual([0, 0, 0, 0, 0, 4, 4, 4, 4, 4]);
    expect(movesOf(ones)!.kept).toBe(15);
    const pool = { ...defaults, op: 'max', kernel: '2', stride: '2', image: 'one cell', input: '8' };
    expect(movesOf(labOf({ ...pool, shift: '0 1' }).lab!)).toEqual({ changed: new Set(), kept: 16 });
    expect(movesOf(labOf({ ...pool, shift: '1 3' }).lab!)).toEqual({ changed: new Set([10, 11]), kept: 14 });
    const far = labOf({ ...defaults, shift: `${'9'.repeat(400)} -1e300` }).lab!;
    expect([far.shift, far.x.data.every((value) => value === 0)]).toEqual([[999, -999], true]);
    expect(movesOf(labOf(defaults).lab!)).toBeUndefined();
  });
});

describe('a stride', () => {
  test('keeps some of the outputs of stride 1, whatever is said about padding in numbers', () => {
    const of = (texts: Partial<LabTexts>) => denseOf(labOf({ ...defaults, ...texts }).lab!);
    expect(of({ stride: '2' })).toEqual([7, 7]);
    expect(of({ stride: '1×3', padding: 'numbers', top: '2', dilation: '2' })).toEqual([8, 7]);
    expect(of({ op: 'average', rank: '1', input: '10', stride: '3' })).toEqual([8]);
    expect(of({})).toBeUndefined();
    expect(of({ stride: '2', padding: 'same' })).toBeUndefined();
    expect(of({ stride: '2', op: 'transposed' })).toBeUndefined();
    expect(of({ op: 'max', input: '4', stride: '2', ceil: 'yes' })).toBeUndefined();
  });
});

describe('the controls of the lab', () => {
  test.each([
    [{ kernel: '11' }, 'kernel', 'What fits: a kernel of up to 9×9'],
    [{ kernel: '3x' }, 'kernel', 'A whole number from 1 to 11'],
    [{ kernel: '3×3×3' }, 'kernel', 'One number or two'],
    [{ channels: '4', filters: '6', groups: '4' }, 'groups', 'What fits: 1, 2.'],
    [{ op: 'transposed', outputPadding: '1' }, 'outputPadding', 'below the stride 1'],
    [{ op: 'lp', rank: '1' }, 'op', 'choose 2-D'],
    [{ op: 'lp', power: 'x' }, 'power', 'A number from 1'],
    [{ input: '0' }, 'input', 'from 1 to 32'],
    [{ bias: '' }, 'bias', 'A number'],
    [{ bias: '1e39' }, 'bias', 'A number of float32'],
    [{ op: 'transposed', input: '32', stride: '8' }, 'stride', 'draws up to 64'],
    [{ op: 'transposed', padding: 'numbers', top: '9', kernel: '1' }, 'padding', 'at least 1 of the 9 cells'],
    [{ padding: 'numbers', left: '-1' }, 'left', 'from 0 to 16'],
  ] as const)('%j: the problem stands at %s and says %s', (changes, control, message) => {
    const { setup, problems } = readSetup({ ...defaults, ...changes } as LabTexts);
    expect(setup).toBeUndefined();
    expect(Object.keys(problems)).toEqual([control]);
    expect(problems[control as keyof LabTexts]).toContain(message);
  });

  test('the figures of the lectures come from typed numbers, whose count is said where it does not fit', () => {
    const x = '3 3 2 1 0  0 0 1 3 1  3 1 2 2 3  2 0 0 2 2  2 0 0 0 1';
    const of = (changes: Partial<LabTexts>) =>
      labOf({ ...defaults, input: '5', image: 'typed', x, weights: 'typed', w: '0 1 2\n2 2 0\n0 1 2', ...changes });
    const y = (changes: Partial<LabTexts>) => [...(of(changes).lab?.y.data ?? [])];
    expect(y({})).toEqual([12, 12, 17, 10, 17, 19, 9, 6, 14]);
    expect(y({ flip: 'yes' })).toEqual([18, 20, 19, 10, 9, 17, 11, 8, 14]);
    expect(y({ stride: '2', padding: 'numbers' })).toEqual([6, 17, 3, 8, 17, 13, 6, 4, 4]);
    expect(of({}).problems).toEqual({});
    expect(of({ w: '1 2 3' }).problems.w).toBe(
      'It takes 3 rows of 3 numbers; here are 3. What is missing is 0, what is more is left out.',
    );
    expect(of({ w: '1 x 3; 4 5 6; 7 8 9' }).problems).toEqual({ w: 'Number 2 is no number: it counts as 0.' });
    const large = of({ w: '1e39 2 3; 4 5 6; 7 8 9' });
    expect(large.problems).toEqual({ w: 'Number 1 is no number of float32: it counts as 0.' });
    expect(large.lab!.weight!.data[0]).toBe(0);
    expect(of({ digit: '77', seed: '-1' }).problems).toEqual({
      digit: 'A digit from 0 to 9: another one counts as the nearest.',
      seed: 'A whole number: anything else counts as 0.',
    });
    expect(of({ channels: '2' }).problems.x).toMatch(
      /^It takes 2 planes, divided by “\|”, of 5 rows of 5 numbers; here are 25/,
    );
  });

  test('every setting may hold any text: there is a lab, or it is said beside which control what is wrong', () => {
    const odd = ['', '0', '-1', 'x', '1.5', '1e9', '1e999', '3,5', '2 3', '1×', 'NaN', '∞', '٣', 'constructor', '99'];
    const bases: Partial<LabTexts>[] = [
      { image: 'random', weights: 'random' },
      { kernel: '11', bias: '1', padding: 'numbers', image: 'typed', weights: 'typed' },
      { op: 'transposed', rank: '1', image: 'random', stride: '2' },
      { op: 'lp', ceil: 'yes', shift: '1 0' },
    ];
    for (const base of bases)
      for (const name of Object.keys(defaults) as (keyof LabTexts)[])
        for (const text of odd) {
          const { lab, problems } = labOf({ ...defaults, input: '6', ...base, [name]: text });
          const said = Object.entries(problems);
          expect(lab !== undefined || said.length > 0, `${name} ${text}`).toBe(true);
          // Nothing of the library's own words, and beside a control that there is.
          for (const [control, problem] of said) {
            expect(Object.keys(defaults)).toContain(control);
            expect(problem.replace(`“${text}”`, '')).not.toMatch(/NaN|undefined|\[\w+-[\w-]+\]|'valid'/);
          }
        }
  });

  test('typed cells are read as they were written, and those beyond the shape wait in the text', () => {
    const t = { ...defaults, rank: '2', weights: 'random' } as LabTexts;
    const shape = [2, 3, 2, 2];
    const weight = weightOf(t, shape, 2);
    const text = writeTyped(weight, planesOf(shape, 2));
    expect(weightOf({ ...t, weights: 'typed', w: text }, shape, 2)).toEqual(weight);
    // With the minus sign of the page too.
    expect(readTyped('1 −2e−1; –3|4')).toEqual([[[1, -0.2], [-3]], [[4]]]);
    expect(readTyped('[[1, 2],\n [3, 4]]')).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(readTyped('1 2\n3 4\n')).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(weightOf({ ...t, weights: 'typed', w: '1 2 3 4; 5 6' }, [2, 2, 1, 1], 2).data).toEqual(
      Float32Array.of(1, 2, 5, 6),
    );
  });
});
