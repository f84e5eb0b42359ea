// The tests have the folders of src, and a test of one source file has its name. What else there is, is listed here or in CONTRIBUTING.md.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
/** The folders of tests that the table in CONTRIBUTING.md describes. */
const described = new Set(
  (contributing.match(/^\| `test\/.*$/gm) ?? []).flatMap((row) =>
    [...row.matchAll(/`test\/(\w+)\/`/g)].map(([, folder]) => folder),
  ),
);

/** Tests of several files of their folder, each with what it tests. */
const several = {
  'cli/campaign': 'shards, lists of expected failures and files of a campaign, as a user runs them',
  'cli/models': 'run, expose and judge, as a user runs them',
  'cli/processes': 'engines in other processes that hang, print, answer wrongly or leave processes behind',
  'compile/arithmetic': 'where nets compiled with Winograd’s arithmetic use it',
  'compile/counts': 'every number of channels on both sides of every layer',
  'compile/smaller-batches': 'nets called with fewer images than they were compiled for',
  'formats/png-broken': 'PNG files that are damaged or outside the standard',
  'inspect/pictures': 'filters and activations as tiles and grids',
  'kernels/float64': 'every kernel of float64',
  'kernels/refused-memory': 'every kernel on a host that refuses memory',
  'kernels/sizes': 'kernels on both sides of every block',
  'kernels/stages': 'kernels over images and sums in several parts',
  'nets/published-weights': 'a net with weights that others trained',
  'onnx/file': 'files that are damaged or not what they say',
  'onnx/judged-runtime': 'ONNX Runtime, judged on models made elsewhere',
  'onnx/published-models': 'models made elsewhere, read, run and compared',
  'onnx/pytorch': 'the test cases that ONNX has from PyTorch',
  'ops/refusals': 'what every layer refuses, and in which words',
  'oracle/ask/reject': 'cases that an engine must refuse',
  'oracle/bounds/no-false-alarm': 'engines that conform',
  'oracle/dialects/table': 'the tables of spec/dialects.md',
  'oracle/findings/evidence': 'what is evidence of another arithmetic, and what is none',
  'oracle/findings/names': 'when a mistake is named, and when not',
  'oracle/matrix/wanted-changes': 'changes that are looked for by their texts in other cases',
  'oracle/record': 'what the oracle asks and says, as digests',
  'oracle/score': 'the defects of released engines',
  'train/learning': 'the experiments of `npm run demos`, in seconds',
  'train/refusals': 'what training refuses, and in which words',
};

const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.includes('node_modules'));
const isSlow = (file: string): boolean => file.endsWith('.slow.test.ts');
const nameOf = (file: string): string => file.replace(/(\.slow)?\.test\.ts$/, '');
/** Whether src has such a file or folder. */
const inSource = (name: string): boolean =>
  ['', '.ts', '.tsx', '.mjs'].some((ending) => existsSync(join(root, 'src', name + ending)));

test('a folder of tests has the name of a folder of src, or a line in CONTRIBUTING.md', () => {
  const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
  expect([...folders].filter((folder) => !inSource(folder) && !described.has(folder))).toEqual([]);
});

test('a test in a folder of src has the name of what it tests there: a file, a folder, or an entry of this list', () => {
  const names = files.filter((file) => file.endsWith('.test.ts') && !isSlow(file)).map(nameOf);
  const inRooms = names.filter((name) => name.includes('/') && inSource(name.split('/')[0]));
  const others = inRooms.filter(
    (name) => !inSource(name) && !(inSource(dirname(name)) && basename(name) === basename(dirname(name))),
  );
  expect(others.sort()).toEqual(Object.keys(several));
});

test('all cases of a file that takes some of them are in the slow suite', () => {
  const sampled = files.filter(
    (file) =>
      file.endsWith('.test.ts') &&
      /^import .* from '[./]+\/some\.ts';$/m.test(readFileSync(join(root, 'test', file), 'utf8')),
  );
  expect(files.filter(isSlow).map(nameOf).sort()).toEqual(sampled.map(nameOf).sort());
});
