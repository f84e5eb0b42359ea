// The oracle's score over faults that engines shipped, each under a campaign of the usual size; the guide prints it.

import { expect, it } from 'vitest';
import { expectPart } from '../readme/generated.ts';
import { judgeAll, scoreTable } from './score.ts';

it('[oracle-score] counts the shipped faults that a campaign catches and names', async () => {
  const judged = await judgeAll(200);
  expect(judged.length).toBe(54);
  expect(judged.filter(({ isCaught }) => isCaught).length).toBeGreaterThanOrEqual(44);
  expect(judged.filter(({ name }) => name !== undefined).length).toBeGreaterThanOrEqual(44);
  for (const { isCaught, name } of judged) expect(isCaught || name === undefined).toBe(true);
  expectPart('score', scoreTable(judged), 'spec/guide/checking.md');
});
