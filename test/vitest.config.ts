import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test',
    include: ['**/*.test.ts'],
    exclude: ['bench/**', 'interop/**', '**/node_modules/**'],
    allowOnly: false,
    testTimeout: 180_000,
  },
});
