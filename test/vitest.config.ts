import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** These load modules anew, take away what hosts have, or look at what a process has warned of or how much memory it has: each has a process of its own. */
const alone = [
  'certify.test.ts',
  'compile/arithmetic.test.ts',
  'compile/counts.test.ts',
  'compile/loops.test.ts',
  'formats/utf8.test.ts',
  'kernels/arena.test.ts',
  'kernels/host.test.ts',
  'kernels/refused-memory.test.ts',
  'oracle/ask/patience.test.ts',
  'readme.test.ts',
  'threads/*.test.ts',
  'train/fit-options.test.ts',
];

/** Campaigns, which `npm test` leaves out: `npm run test:slow`. Each has a process of its own. */
const slow = ['**/*.slow.test.ts'];

/** In MB, from the start on: a tenth less time for garbage. */
const execArgv = ['--min-semi-space-size=64', '--max-semi-space-size=64'];

const common = {
  dir: 'test',
  exclude: ['bench/**', 'interop/**', '**/node_modules/**'],
  allowOnly: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  setupFiles: ['test/equal-numbers.ts'],
};

/** These start processes, which takes a worker 0.04 s as long as it is small and four times as long with the memory of many files. */
const starting =
  /\/test\/(cli\/.*|explorer\/lab\/code|formats\/npz|compile\/plan-memory|links|spec-python|package)\.test\.ts$/;

/** The page waits for its browser for a minute, so it starts first; the others take most processor time, the longest first. */
const [page, ...longest] = [
  'explorer/page',
  'cli/check',
  'cli/processes',
  'oracle/dialects/dialects',
  'oracle/matrix/index-changes',
  'oracle/mistakes',
  'oracle/bounds/no-false-alarm',
  'oracle/score',
  'kernels/blocks',
  'oracle/matrix/describe-finding',
  'oracle/campaign',
  'oracle/findings/names',
  'long-sums',
  'oracle/findings/predict',
].map((name) => `/test/${name}.test.ts`);

/** Long files first, so that no worker has one left when the others are done. A fresh clone knows no durations. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification): number => {
      if (moduleId.endsWith(page)) return 0;
      if (project.name === 'alone') return 1;
      const i = longest.findIndex((name) => moduleId.endsWith(name));
      return (starting.test(moduleId) ? 2 : 3 + longest.length) + (i < 0 ? longest.length : i);
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    maxWorkers: availableParallelism() + 1, // some files wait for processes and clocks
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...common, name: 'alone', include: alone, exclude: [...common.exclude, ...slow], execArgv } },
      // The others share the modules that their process has loaded, which saves 0.4 s of processor time a file.
      {
        test: {
          ...common,
          name: 'shared',
          include: ['**/*.test.ts'],
          exclude: [...common.exclude, ...alone, ...slow],
          isolate: false,
          execArgv,
        },
      },
      { test: { ...common, name: 'slow', include: slow, env: { TOEPLITZ_SLOW: 'yes' }, execArgv } },
    ],
  },
});
