import { defineConfig } from 'vitest/config';

// Campaigns that take minutes: `npm run campaigns`.
export default defineConfig({
  test: { dir: 'test/oracle', include: ['**/*.campaign.ts'], allowOnly: false, testTimeout: 1_200_000 },
});
