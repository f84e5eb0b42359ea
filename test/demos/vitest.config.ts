import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { dir: 'test/demos', include: ['**/*.demo.ts'], testTimeout: 600_000, disableConsoleIntercept: true },
});
