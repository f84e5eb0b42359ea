// The rooms: which files are mutated, and the test files that are nearest, quick ones first.
//
// A mutant that lives through the first list meets the second, and so on; who lives through all of them survives. In
// place of a list, a function gives the tests of a mutated file.

/** The tests of a file: the test or the list of the first pattern that its name matches, or the convolutions'. */
const nearest = (patterns) => (file) =>
  [Object.entries(patterns).find(([pattern]) => new RegExp(pattern).test(file))?.[1] ?? 'kernels/contraction'].flat();

const src = (name) => [`src/${name}/`];

export const rooms = {
  window: {
    files: ['src/window.ts'],
    tests: [['window']],
    goal: 95,
  },
  reference: {
    files: src('reference'),
    tests: [
      nearest({
        winograd: 'kernels/winograd',
        math: 'reference/math',
        'pool|local|normalization': 'ops/',
        'convolution|sums|map': 'long-sums',
      }),
      ['ops/', 'numerics'],
      ['kernels/stages', 'kernels/pool', 'kernels/winograd', 'kernels/contraction'],
    ],
    goal: 95,
  },
  ops: {
    files: src('ops'),
    tests: [
      ['ops/', 'errors', 'bad-input', 'numerics', 'examples'],
      ['layer/', 'train/refusals', 'compile/arithmetic', 'long-sums'],
      ['laws', 'properties/'],
    ],
    goal: 95,
  },
  layer: {
    files: src('layer'),
    tests: [
      ['layer/', 'errors', 'hostile', 'immutable', 'did-you-mean'],
      ['inspect/summary', 'compile/arithmetic'],
      ['laws', 'properties/'],
    ],
    goal: 95,
  },
  kernels: {
    files: src('kernels'),
    tests: [
      nearest({
        'pool|memory|arena': 'kernels/step-memory',
        winograd: 'kernels/winograd',
        'host|module': 'kernels/host',
        'choose|panels|weight-gradient|multiplier|norm|column|stage|elementwise': 'kernels/stages',
        '': 'kernels/sizes',
      }),
      [
        'kernels/refused-memory',
        'kernels/stages',
        'kernels/sizes',
        'kernels/step-memory',
        'kernels/float64',
        'kernels/choose',
        'kernels/elementwise',
        'ops/normalization',
      ],
      ['kernels/blocks', 'long-sums', 'compile/arithmetic'],
    ],
    goal: 95,
  },
  compile: {
    files: src('compile'),
    tests: [
      nearest({ 'plan-memory': 'compile/plan', loops: 'compile/loops', '': 'compile/smaller-batches' }),
      ['kernels/sizes', 'compile/loops', 'compile/plan', 'compile/pixelwise-steps', 'layer/operator'],
      ['compile/arithmetic'],
    ],
    goal: 95,
  },
  assembly: {
    files: ['assembly/'],
    tests: [
      nearest({
        'pool|cells': 'kernels/pool',
        winograd: 'kernels/winograd',
        'math|elementwise|lrn': 'kernels/elementwise',
        random: 'kernels/normals',
        'float64|pack.ts': 'kernels/float64',
        'norm|column|weight-gradient|float64-sums': 'kernels/stages',
        '': 'kernels/sizes',
      }),
      ['kernels/sizes', 'kernels/stages', 'kernels/float64'],
      ['kernels/contraction', 'kernels/blocks', 'numerics', 'long-sums'],
    ],
    goal: 95,
  },
  // A mutant meets only the tests that run its line, so that a list of all quick tests costs little more than a near one.
  oracle: {
    files: src('oracle'),
    tests: [
      [
        'ops/prelu',
        'oracle/ask/declared',
        'oracle/ask/patience',
        'oracle/bounds/precision',
        'oracle/cases/id',
        'oracle/cases/languages',
        'oracle/check',
        'oracle/dialects/table',
        'oracle/families/',
        'oracle/matrix/changes',
        'oracle/matrix/read',
        'oracle/record',
        'oracle/report/',
        'oracle/where/window-properties',
        'oracle/windows/everyday',
      ],
      [
        'oracle/ask/',
        'oracle/bounds/bound',
        'oracle/cases/mixtures',
        'oracle/files/',
        'oracle/findings/predict',
        'oracle/matrix/describe',
        'oracle/windows/',
      ],
      nearest({
        'families/|shapes/|windows/|family|mistakes?[/.]': [
          'oracle/bounds/rounded',
          'oracle/dialects/dialects',
          'oracle/mistakes',
        ],
        'matrix/|where/': ['oracle/matrix/index-changes', 'oracle/where/', 'oracle/findings/names'],
        'findings/': ['oracle/findings/', 'oracle/campaign'],
        'bounds/|values': ['oracle/bounds/', 'oracle/findings/other-arithmetic'],
        '': ['oracle/campaign', 'oracle/dialects/dialects', 'oracle/findings/names'],
      }),
    ],
    goal: 90,
  },
  train: {
    files: src('train'),
    tests: [
      [
        'train/refusals',
        'train/progress',
        'train/batches',
        'train/augment',
        'train/calibrate',
        'train/metrics',
        'train/fit',
        'train/fit-options',
        'train/images',
      ],
    ],
    goal: 90,
  },
  formats: { files: src('formats'), tests: [['formats/', 'train/images']], goal: 90 },
};
