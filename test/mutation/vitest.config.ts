// The tests that a room's mutants meet, named by the environment; fast-check draws the same values for every mutant.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test',
    include: (process.env.TOEPLITZ_TESTS ?? '').split(' ').filter(Boolean),
    setupFiles: ['test/mutation/seed.ts'],
    testTimeout: 180_000,
  },
});
