// The memory of compiled nets: what is refused, and that it goes when the function goes.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as t from '../../src/index.ts';

test('[compile-memory] a net of more than 4 GiB is refused by its size, and the next one works', () => {
  const huge = t.chain([t.conv2d({ filters: 64, size: 1, bias: false }), t.relu()]);
  const params = t.initialize(huge, [1, 1, 1, 1], { seed: 1 });
  const make = () => t.compile(huge, [1, 4500, 4500, 1], params);
  expect(make).toThrow(t.SpecError);
  expect(make).toThrow(/compile: .* 4 GiB of memory, got 5\d{9} bytes \[compile-memory\]/);
  const run = t.compile(huge, [1, 2, 2, 1], params);
  expect(run(t.tensor([1, 2, 2, 1], [1, 2, 3, 4])).shape).toEqual([1, 2, 2, 64]);
});

const built = join(import.meta.dirname, '../..', 'dist', 'index.js');

/** Nets of 40 MB each, made, run and dropped; prints the largest sum of memories at a time in MB. */
const program = `
  import * as t from ${JSON.stringify(`file://${built}`)};
  const net = t.chain([t.conv2d({ filters: 40, size: 1 }), t.relu(), t.conv2d({ filters: 1, size: 3 })]);
  const shape = [1, 500, 500, 1];
  const params = t.initialize(net, shape, { seed: 1 });
  const x = t.tensor(shape);
  let most = 0;
  for (let i = 0; i < 300; i++) {
    const y = t.compile(net, shape, params);
    if (i % 10 === 0) y(x);
    most = Math.max(most, process.memoryUsage().rss);
  }
  console.log(Math.round(most / 2 ** 20));
`;

test.skipIf(!existsSync(built))('[compile-memory] hundreds of nets are dropped without being hoarded', () => {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(Number(output)).toBeLessThan(1500);
});
