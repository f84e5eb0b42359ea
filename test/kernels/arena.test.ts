// The engine: memory that is refused, calls that fail, and the call after them.

import { expect, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import { hasSimd, withArena } from '../../src/kernels/arena.ts';
import * as kernels from '../../src/kernels/choose.ts';
import { windowAxes } from '../../src/window.ts';

const window = { size: [1, 1, 1], stride: [1, 1, 1], dilation: [1, 1, 1], padding: 'valid' as const, ceil: false };
const g = {
  batch: 1,
  groups: 1,
  channels: 1,
  filters: 1,
  axes: windowAxes('test', window, [1, 1, 3]) as unknown as Parameters<typeof kernels.conv>[0]['axes'],
};

/** The smallest convolution: what a call after a failed one must still give. */
function expectWorking(): void {
  const y = new Float32Array(3);
  kernels.conv(g, Float32Array.of(1, 2, 3), Float32Array.of(2), Float32Array.of(1), y, 'direct');
  expect([...y]).toEqual([3, 5, 7]);
}

test('[kernel-simd] this host has SIMD and runs the kernels', () => expect(hasSimd()).toBe(true));

test('[kernel-memory] more than 4 GiB is refused before anything runs, and the next call works', () => {
  const run = () => withArena('conv2d', (arena) => arena.take(0x100000000));
  expect(run).toThrow(SpecError);
  expect(run).toThrow(/conv2d: .*4 GiB.* got 42949\d{5} bytes \[kernel-memory\]/);
  expectWorking();
});

test('[kernel-memory] a call that fails half-way leaves nothing for the next one', () => {
  const seen: unknown[] = [];
  const fail = () =>
    withArena('test', (arena) => {
      seen.push(arena);
      arena.floats(arena.take(64), 16).fill(Number.NaN);
      throw new Error('planned');
    });
  expect(fail).toThrow('planned');
  withArena('test', (arena) => expect(arena).not.toBe(seen[0]));
  expectWorking();
});

test('[kernel-memory] memory is kept up to 64 MiB and dropped above', () => {
  const arenas = [1, 1, 65, 1].map((mebibytes) =>
    withArena('test', (arena) => {
      arena.take(mebibytes * 1024 * 1024);
      return arena;
    }),
  );
  expect(arenas[1]).toBe(arenas[0]);
  expect(arenas[2]).toBe(arenas[0]);
  expect(arenas[3]).not.toBe(arenas[0]);
  expectWorking();
});
