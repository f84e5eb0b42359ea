import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test',
    include: ['**/*.test.ts'],
    exclude: ['bench/**', 'interop/**', '**/node_modules/**'],
    allowOnly: false,
    maxWorkers: '100%', // some files wait for processes and clocks
    testTimeout: 180_000,
  },
});
