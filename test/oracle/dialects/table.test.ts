// The tables of spec/dialects.md are made of the data and of what the code writes. `npm run readme` writes them anew.

import { expect, it } from 'vitest';
import type { Case } from '../../../src/oracle/case.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf } from '../../../src/oracle/cases/tensors.ts';
import { attributesIn, countsOf, nearestIn, numbered } from '../../../src/oracle/dialects/translate.ts';
import { type Dialect, type DialectName, dialects } from '../../../src/oracle/index.ts';
import { expectPart, textOf } from '../../readme/generated.ts';

const page = 'spec/dialects.md';
const names = Object.keys(dialects) as DialectName[];
const all = dialects.toeplitz.operators;

const word = (value: unknown): string =>
  value === true ? 'yes' : value === false ? 'no' : value === Number.NEGATIVE_INFINITY ? '−∞' : String(value);
/** A list of operators by what it lacks, or by what it has, whichever is shorter. */
const operators = (list: readonly string[]): string => {
  const lacking = all.filter((op) => !list.includes(op));
  if (lacking.length === 0) return 'all';
  return lacking.length < list.length ? `all but ${lacking.join(', ')}` : list.join(', ');
};

const rows: Readonly<Record<string, (dialect: Dialect) => string>> = {
  x: ({ layout }) => layout.x,
  weight: ({ layout }) => layout.weight,
  'depthwise weight': ({ layout }) => layout.depthwise,
  operators: (dialect) => operators(dialect.operators),
  groups: ({ limits }) => word(limits.groups),
  'words for same': ({ limits }) => limits.same,
  'padding as numbers': ({ limits }) => operators(limits.numbers),
  'its sides': ({ limits }) => limits.sides,
  'padding of pools': ({ limits }) => limits.poolPadding,
  'dilated pools': ({ limits }) => limits.dilatedPools.join(', ') || 'none',
  'stride with dilation': ({ limits }) => word(limits.strideWithDilation),
  countPadding: ({ limits }) => limits.countPadding,
  outputPadding: ({ limits }) => word(limits.outputPadding),
  ceil: ({ conventions }) => conventions.ceil,
  'NaN under a maximum': ({ conventions }) => conventions.nan,
  'maximum over no cell': ({ conventions }) => word(conventions.emptyMax),
  'average over no cell': ({ conventions }) => word(conventions.emptyAvg),
  'equal maxima': ({ conventions }) => conventions.ties,
  'default pool stride': ({ defaults }) => word(defaults.poolStride),
  'default countPadding': ({ defaults }) => word(defaults.countPadding),
};

const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');

it('[dialect-names] the table of conventions is that of the data, and each of its rows says where it comes from', () => {
  const lines = Object.entries(rows).map(([name, cell]) => [name, ...names.map((each) => cell(dialects[each]))]);
  expectPart('conventions', table(['', ...names], lines), page);
  const sources = textOf(page).split('| row | is said in |')[1];
  const cited = [...sources.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, row]) => row.split(', '));
  const full = cited.map((row) => (row === 'maximum' ? 'maximum over no cell' : row));
  expect(full).toEqual(expect.arrayContaining(Object.keys(rows)));
});

it('[oracle-operators] the list of operators is that of the families', () => {
  const kindOf = (op: string): string => op.replace(/\dd$/, '');
  const list = [...new Set(all.map(kindOf))].map((kind) => {
    const ranks = all.filter((op) => kindOf(op) === kind).map((op) => op.slice(kind.length));
    return `${kind}${ranks.sort().join('/')}`;
  });
  expectPart('operators', `${list.join(', ')}.`, 'spec/oracle.md');
});

/** The first case of every other operator without a window: the dialects may call it as they like. */
const others = Object.fromEntries(
  all
    .map((op) => drawCase(op, false, 1, 0))
    .filter((c) => c.op !== 'dense' && !('size' in layerOf(c).attributes))
    .map((c) => [c.op, caseId(c)]),
);

const examples: Readonly<Record<string, string>> = {
  conv2d: 'conv2d/n1h5w6c2_o2k3x2s2x1p1.1.1.1d1x1g2b1/f32/exact/1',
  convTranspose2d: 'convTranspose2d/n1h3w2c2_o2k3x2s2x3p1.1.0.0d1x1q1x0g1b1/f32/exact/1',
  maxPool2d: 'maxPool2d/n1h5w6c2_k3x2s2x1p1.1.1.1d1x1e1/f32/exact/1',
  avgPool2d: 'avgPool2d/n1h5w6c2_k3x2s2x1p1.1.1.1d1x1e1a0/f32/exact/1',
  dense: 'dense/n1c2_u3b1/f32/exact/1',
  ...others,
};

const written = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(written).join(', ')}]`
    : typeof value === 'string'
      ? `'${value}'`
      : String(value);

it('[dialect-attributes] the table of attributes is what the code writes', () => {
  const speakers = (op: string) => names.filter((name) => dialects[name].operators.includes(op));
  const lines = Object.entries(examples).flatMap(([op, id]) =>
    speakers(op).map((name) => {
      const attributes = attributesIn(name, nearestIn(name, parseCaseId(id)), dialects[name].layout);
      const list = Object.entries(attributes).map(([key, value]) => `${key}: ${written(value)}`);
      return [op, name, list.length > 0 ? `\`${list.join(', ')}\`` : 'none'];
    }),
  );
  expectPart('attributes', table(['for example', 'dialect', 'attributes'], lines), page);
  expect(lines.length).toBe(Object.keys(examples).reduce((sum, op) => sum + speakers(op).length, 0));
});

it('[dialect-names] what torch can say of an enlargement is asked as it is', () => {
  const linear = drawCase('upsample', false, 1, 0);
  for (const coordinates of ['align-corners', 'half-pixel', 'asymmetric']) {
    const c = { ...linear, mode: 'linear', coordinates } as typeof linear;
    expect(nearestIn('torch', c)).toEqual({
      ...c,
      coordinates: coordinates === 'asymmetric' ? 'half-pixel' : coordinates,
    });
  }
});

it('[dialect-names] torch has the word `same` for convolutions that skip nothing, of no transposed ones', () => {
  const convolutions = all.filter((op) => /conv/i.test(op));
  for (const op of convolutions)
    for (const stride of [1, 2]) {
      const drawn = drawCase(op, false, 1, 0) as Case & {
        readonly stride: readonly number[];
        readonly padding: unknown;
      };
      const [strides, ones] = [stride, 1].map((each) => drawn.stride.map(() => each));
      const c = { ...drawn, dilation: ones, stride: strides, padding: 'same-upper' };
      const { padding } = nearestIn('torch', c) as typeof c;
      expect(padding === 'same-upper', `${op} ${stride}`).toBe(stride === 1 && !op.startsWith('convTranspose'));
    }
  expect(convolutions.length).toBeGreaterThan(6);
});

it('[oracle-engine] `same` in numbers has no ceil, which the words do not have either', () => {
  const c = parseCaseId('maxPool2d/n1h5w5c1_k2x2s2x2pud1x1e1/f32/exact/1');
  expect(c).toMatchObject({ padding: 'same-upper', ceil: true });
  expect(numbered('toeplitz', c)).toEqual({
    ...c,
    padding: [
      [0, 1],
      [0, 1],
    ],
    ceil: false,
  });
});

it('[oracle-layout] of a weight goes by the channels, which are the last axis, and the groups', () => {
  expect(countsOf(parseCaseId('conv2d/n1h5w6c4_o4k3x1s1x1pvd1x1g2b0/f32/exact/1'))).toEqual({ channels: 4, groups: 2 });
});
