import { defineConfig } from 'vitest/config';

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
  'readme.test.ts',
  'threads/*.test.ts',
  'train/fit-options.test.ts',
];

const common = {
  dir: 'test',
  exclude: ['bench/**', 'interop/**', '**/node_modules/**'],
  allowOnly: false,
  testTimeout: 180_000,
  setupFiles: ['test/equal-numbers.ts'],
};

export default defineConfig({
  test: {
    maxWorkers: '100%', // some files wait for processes and clocks
    projects: [
      { test: { ...common, name: 'alone', include: alone } },
      // The others share the modules that their process has loaded, which saves 0.4 s of processor time a file.
      {
        test: {
          ...common,
          name: 'shared',
          include: ['**/*.test.ts'],
          exclude: [...common.exclude, ...alone],
          isolate: false,
        },
      },
    ],
  },
});
