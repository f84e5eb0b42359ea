// The arena: memory that is refused, calls that fail, and the call after them.

import { expect, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import * as kernels from '../../src/kernels/choose.ts';
import { ownArena, refused, withArena } from '../../src/kernels/scratch-arena.ts';
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

test('[compile-memory] a compiled net takes scratch memory that no call has used, and no other', () => {
  const fail = () =>
    withArena('test', () => {
      throw new Error('planned');
    });
  expect(fail).toThrow('planned'); // what earlier calls left is dropped
  expect(refused()).toBe(undefined); // and made anew, to try the host
  const net = ownArena('test');
  const zeros = net.floats(net.take(64), 16);
  expect([...zeros]).toEqual(Array(16).fill(0));
  const used = withArena('test', (arena) => arena);
  expect(used).not.toBe(net);
  expect(ownArena('test')).not.toBe(used);
  withArena('test', (arena) => expect(arena).toBe(used));
  expectWorking();
});
