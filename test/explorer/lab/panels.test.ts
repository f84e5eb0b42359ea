// The lab's other faces: matrices, code, other libraries, saved pictures.

import { describe, expect, test } from 'vitest';
import { codeOf } from '../../../src/explorer/lab/code.ts';
import { caseOf, idOf, libraryNames, speechOf } from '../../../src/explorer/lab/dialects.ts';
import { type Lab, labOf } from '../../../src/explorer/lab/lab.ts';
import {
  drawMatrix,
  entriesOf,
  frameOf,
  matrixOrWhy,
  patchesOf,
  toeplitzOf,
  whyNoPatches,
  whyNoToeplitz,
} from '../../../src/explorer/lab/matrices.ts';
import { animateLab, drawLab } from '../../../src/explorer/lab/picture.ts';
import { defaults, type LabTexts } from '../../../src/explorer/lab/texts.ts';
import { colourOf, schemes } from '../../../src/explorer/palette.ts';
import { inkOf, svgFile } from '../../../src/explorer/svg.ts';
import * as toeplitz from '../../../src/index.ts';
import { dialects } from '../../../src/oracle/dialects/dialects.ts';
import { explain } from '../../../src/oracle/explain.ts';

const lab = (changes: Partial<LabTexts> = {}): Lab => {
  const { lab, problems } = labOf({ ...defaults, ...changes });
  if (!lab) throw new Error(JSON.stringify(problems));
  return lab;
};

const labs: readonly Partial<LabTexts>[] = [
  {},
  { rank: '1', padding: 'same', stride: '2' },
  { channels: '2', filters: '4', groups: '2', weights: 'random', bias: '1' },
  { flip: 'yes', weights: 'random' },
  { op: 'depthwise', channels: '3', multiplier: '2', weights: 'random' },
  { op: 'transposed', input: '4', stride: '2', outputPadding: '1', weights: 'random' },
  { op: 'max', ceil: 'yes', stride: '2' },
  { op: 'average', padding: 'numbers', counted: 'yes' },
  { op: 'lp' },
];

describe('matrices', () => {
  test('the row of an output times the input is the output', () => {
    for (const changes of labs.filter(({ op }) => op !== 'max' && op !== 'lp')) {
      const each = lab({ ...changes, image: 'random', bias: '0' });
      const matrix = toeplitzOf(each);
      each.y.data.forEach((value, y) => {
        const sum = entriesOf(matrix, matrix.rowOf(y)).reduce(
          (all, entry) => all + entry.value * each.x.data[entry.column],
          0,
        );
        expect(sum).toBeCloseTo(value, 4);
      });
    }
  });

  test('numbers whose sums overflow have no matrix, and it is said why', () => {
    expect(matrixOrWhy(lab({ weights: 'ones', bias: '3e38', image: 'ones' }))).toMatchObject({ shape: [49, 81] });
    expect(matrixOrWhy(lab({ weights: 'typed', w: '3e38 3e38 3e38' }))).toMatch(/leave the range of float32/);
    expect(matrixOrWhy(lab({ op: 'max' }))).toMatch(/not linear/);
  });

  test('the patch of an output times the kernel is the output', () => {
    const each = lab({ channels: '2', filters: '2', weights: 'random', padding: 'same', stride: '2', dilation: '2' });
    const patches = patchesOf(each);
    each.y.data.forEach((value, y) => {
      const sum = entriesOf(patches, patches.rowOf(y)).reduce(
        (all, entry) => all + entry.value * each.weight!.data[entry.column * 2 + (y % 2)],
        0,
      );
      expect(sum).toBeCloseTo(value, 4);
    });
  });

  test('a layer without one says why', () => {
    expect(whyNoToeplitz(lab({ op: 'max' }))).toMatch(/not linear/);
    expect(whyNoToeplitz(lab({ input: '32', channels: '8' }))).toMatch(/8192 elements/);
    expect(whyNoPatches(lab({ op: 'transposed' }))).toMatch(/transpose/);
    expect(patchesOf(lab({ op: 'max', ceil: 'yes', stride: '2', input: '4' })).shape).toEqual([4, 9]);
  });

  test('is drawn without its zeros, one path for a value, and the row framed', () => {
    const matrix = toeplitzOf(lab({ input: '4' }));
    const { body } = drawMatrix(matrix, inkOf(schemes.light), 'm');
    expect(body.match(/<path/g)).toHaveLength(2);
    expect(frameOf(matrix, 3, inkOf(schemes.light))).toContain('y="85"');
  });
});

describe('code', () => {
  test('that of toeplitz gives the output when it runs', () => {
    for (const changes of labs) {
      const each = lab(changes);
      const code = codeOf(each, 'toeplitz')
        .replace(/^import.*$/m, '')
        .replace(/console\.log\((.*)\);$/, 'return $1;');
      const names = Object.keys(toeplitz);
      const run = new Function(...names, code);
      expect(run(...Object.values(toeplitz))).toEqual(each.y.data);
    }
  });

  test('names the same numbers in the other libraries', () => {
    const each = lab({ padding: 'numbers', left: '2', stride: '2', input: '3', image: 'ones', weights: 'ones' });
    expect(codeOf(each, 'torch')).toContain(
      'x = F.pad(x, (2, 1, 1, 1))\ny = F.conv2d(x, weight, bias, stride=(2, 2), padding=0',
    );
    expect(codeOf(each, 'keras')).toContain('keras.layers.ZeroPadding2D(((1, 1), (2, 1)))');
    expect(codeOf(each, 'onnx')).toContain('pads=[1, 2, 1, 1]');
    expect(codeOf(each, 'onnx')).toContain("opset_imports=[make.make_opsetid('', 19)], ir_version=9)");
    expect(codeOf(lab({ op: 'lp', padding: 'same', power: '3' }), 'torch')).toContain(
      'x = F.pad(x, (1, 1, 1, 1))\ny = F.lp_pool2d(x.abs(), 3, (3, 3)',
    );
    expect(codeOf(lab({ op: 'max', dilation: '2' }), 'keras')).toMatch(/\n# Pools of Keras have no dilation\.$/);
    const groups = { op: 'transposed', channels: '2', filters: '2', groups: '2' };
    expect(codeOf(lab(groups), 'keras')).toMatch(/\n# Conv2DTranspose of Keras has no groups\.$/);
    for (const changes of labs)
      for (const name of ['torch', 'keras', 'onnx'] as const)
        expect(codeOf(lab(changes), name)).not.toMatch(/undefined|NaN/);
  });

  test('the case id leads the oracle to the same output', () => {
    for (const changes of labs) {
      const each = lab({ ...changes, input: '4' });
      const id = idOf(each);
      if (id === undefined) continue;
      expect(Array.from(explain(id).expected.y.data, Math.fround), id).toEqual([...each.y.data]);
    }
    expect(idOf(lab({ input: '32' }))).toMatch(/\/f32\/exact\/1$/);
  });
});

describe('other libraries', () => {
  test.each<[Partial<LabTexts>, (typeof libraryNames)[number], RegExp]>([
    [{ padding: 'same', stride: '2' }, 'torch', /numbers say the same: 1 before and 1 after/],
    [{ padding: 'numbers', left: '2' }, 'torch', /2 before and 1 after is not possible/],
    [{ channels: '2', filters: '2', groups: '2' }, 'tensorflow', /There are no groups/],
    [{ stride: '2', dilation: '2' }, 'tensorflow', /Dilation 2×2 is not possible here/],
    [{ op: 'max', ceil: 'yes', stride: '2', input: '8' }, 'tensorflow', /cannot be rounded up/],
    [{ op: 'average', padding: 'numbers' }, 'caffe', /always counts the padding/],
    [{ op: 'average', padding: 'numbers', counted: 'yes' }, 'webnn', /never counts the padding/],
    [{ op: 'max' }, 'caffe', /NaN under a maximum is lost/],
    [{ rank: '1' }, 'webnn', /It has no conv1d/],
  ])('%j in %s: %s', (changes, library, message) => {
    const { cannot, notes } = speechOf(lab(changes), library);
    expect([...cannot, ...notes].join(' ')).toMatch(message);
  });

  test('a last window that WebNN keeps makes its output larger', () => {
    const changes = { op: 'max', kernel: '1', stride: '3', input: '8', ceil: 'yes' } as const;
    expect(speechOf(lab(changes), 'webnn').shape).toEqual([1, 4, 4, 1]);
    expect(speechOf(lab(changes), 'torch').shape).toBeUndefined();
  });

  test('what can be said has words, and its words are those of the oracle', () => {
    const each = lab({ weights: 'random' });
    for (const library of libraryNames) {
      const { words, cannot } = speechOf(each, library);
      expect([library, cannot]).toEqual([library, []]);
      expect(words).toMatch(/^\{ /);
    }
    expect(caseOf(each)!.op).toBe('conv2d');
    expect(dialects.torch.operators).toContain('conv2d');
  });
});

describe('pictures', () => {
  const ink = inkOf(schemes.dark);

  test('of every layer are whole, still and animated', () => {
    for (const changes of labs) {
      const each = lab({ ...changes, input: '5' });
      const still = svgFile(drawLab(each, { where: 'y', index: 0 }, 0, ink), ink);
      const animated = svgFile(animateLab(each, 0, ink), ink);
      for (const svg of [still, animated]) {
        expect(svg).toMatch(/^<svg xmlns[^>]*>[\s\S]*<\/svg>\n$/);
        expect(svg).not.toMatch(/NaN|undefined/);
        expect(svg.match(/<g/g)?.length ?? 0).toBe(svg.match(/<\/g>/g)?.length ?? 0);
      }
    }
  });

  test('colours keep a contrast of 4.5 with the text on them, in both schemes', () => {
    const luminance = (colour: string): number => {
      const [r, g, b] = [1, 3, 5].map((at) => {
        const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const scheme of Object.values(schemes))
      for (let value = -10; value <= 10; value++) {
        const [a, b] = [luminance(colourOf(value, 10, scheme)), luminance(scheme.text)].sort((x, y) => y - x);
        expect((a + 0.05) / (b + 0.05)).toBeGreaterThan(4.5);
      }
  });

  test('the page has the colours of the palette', async () => {
    const { readFileSync } = await import('node:fs');
    const css = readFileSync(new URL('../../../src/explorer/page.css', import.meta.url), 'utf8');
    const { light, dark } = schemes;
    for (const name of ['ground', 'text', 'line', 'accent', 'neutral', 'positive', 'negative'] as const)
      expect(css).toContain(`--${name}: light-dark(${light[name]}, ${dark[name]});`);
  });
});
