// The oracle's score over faults that engines shipped, each under a short campaign; score.campaign.ts has those of the usual size.

import { expect, it } from 'vitest';
import { isSlow, some } from '../some.ts';
import { all, judgeAll } from './score.ts';

it('[oracle-score] catches and names most of the shipped faults by 50 cases each', async () => {
  const judged = await judgeAll(50, some(all, 12));
  expect(all.length).toBe(54);
  expect(judged.filter(({ isCaught }) => isCaught).length).toBeGreaterThanOrEqual(isSlow ? 42 : 11);
  expect(judged.filter(({ name }) => name !== undefined).length).toBeGreaterThanOrEqual(isSlow ? 40 : 9);
});
