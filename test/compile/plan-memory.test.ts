// The plan of a compiled net: which steps remain, how much memory they take and where it is used twice, what is refused, and that the memory goes when the function goes.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { planned } from '../../src/compile/compile.ts';
import { addInPlace, fuse, placed, planMemory } from '../../src/compile/plan-memory.ts';
import * as t from '../../src/index.ts';
import * as o from '../../src/ops/index.ts';
import { allocating } from '../../src/tensor.ts';

/** The number of steps, and the bytes of the activations, for a batch of 1. */
function planOf(net: t.Layer, shape: t.Shape) {
  const { program, input, result } = planned(net, shape, t.initialize(net, shape, { seed: 1 }), {});
  const output = program.dense(result);
  const steps = placed(fuse(program.steps, output));
  addInPlace(steps, input, output);
  const { bytes, shared } = planMemory(steps, input, output);
  return { steps: steps.length, bytes, shared: [...shared].map(([time, roots]) => [time, roots.length]) };
}

/** 1000 float32 and what a tile may read behind them, in multiples of 16. */
const ROOM = 4032;

const shape = [1, 10, 10, 10];

const one = () => t.conv2d({ filters: 10, size: 1 });

describe('the plan', () => {
  it('[compile-memory] a chain takes the memory of two values, however long it is', () => {
    expect(planOf(one(), shape)).toMatchObject({ steps: 1, bytes: 2 * ROOM });
    for (const length of [2, 3, 8])
      expect(planOf(t.chain(Array.from({ length }, one)), shape)).toMatchObject({ steps: length, bytes: 2 * ROOM });
  });

  it('[compile-memory] norms and rectifiers are done where results are stored, in their order and once', () => {
    const [norm, relu] = [t.frozenNorm(), t.relu()];
    const steps = (...layers: t.Layer[]) => planOf(t.chain([one(), ...layers]), shape).steps;
    expect(steps(relu)).toBe(1);
    expect(steps(norm)).toBe(1);
    expect(steps(norm, relu)).toBe(1);
    expect(steps(relu, relu)).toBe(1);
    expect(steps(norm, norm)).toBe(2);
    expect(steps(relu, norm)).toBe(2);
    expect(steps(relu, norm, relu)).toBe(2);
  });

  it('[compile-memory] what another step reads too is kept', () => {
    const block = t.chain({ conv: one(), both: t.sum([t.relu(), t.identity()]) });
    expect(planOf(block, shape)).toMatchObject({ steps: 3 });
  });

  it('[compile-memory] a sum overwrites one of its parts that nobody reads afterwards', () => {
    const two = t.sum([one(), one()]);
    expect(planOf(two, shape)).toMatchObject({ steps: 3, bytes: 3 * ROOM });
    const residual = t.chain([one(), t.sum([t.chain([one(), one()]), t.identity()])]);
    expect(planOf(residual, shape)).toMatchObject({ steps: 4, bytes: 3 * ROOM });
    // Only so do two values have to be kept at a time: the first part is overwritten, or the second.
    const [first, second] = [t.sum([t.identity(), one()]), t.sum([one(), t.identity()])];
    for (const inner of [first, second, t.sum([first, t.identity()]), t.sum([t.identity(), second])])
      expect(planOf(t.chain([one(), inner, one()]), shape)).toMatchObject({ bytes: 2 * ROOM });
    // The third is not, for the first two are added before it is read.
    const three = t.sum([t.relu(), t.relu(), t.identity()]);
    expect(planOf(t.chain([one(), three, one()]), shape)).toMatchObject({ bytes: 3 * ROOM });
  });

  it('[compile-memory] a value with margins lies in a whole that has room for them', () => {
    const padded = t.conv2d({ filters: 10, size: 3, padding: 1 });
    const block = t.chain([one(), t.concat([t.identity(), padded]), one()]);
    expect(planOf(block, shape)).toMatchObject({ steps: 3 });
  });

  it('[compile-memory] a value that is flattened for one reader, and read as it is by another, is not copied', () => {
    const flat = t.chain([t.flatten(), t.dense({ units: 10 })]);
    const mean = t.chain([t.globalAvgPool(), t.dense({ units: 10 })]);
    expect(planOf(t.chain([one(), t.concat([flat, mean])]), shape)).toMatchObject({ steps: 4 });
  });

  it('[compile-memory] [compile-bits] a part that is read afterwards is not overwritten', () => {
    const inner = t.sum([t.identity(), t.relu(), t.identity()]);
    for (const parts of [
      [t.chain([inner, one()]), t.identity()],
      [t.chain([t.relu(), t.sum([t.identity(), t.scale({ factor: 2 })]), one()]), t.relu(), t.identity()],
    ]) {
      const net = t.chain([one(), t.sum(parts), t.relu()]);
      const params = t.initialize(net, shape, { seed: 2 });
      const x = t.tensor(
        shape,
        Array.from({ length: 1000 }, (_, i) => ((i * 37) % 101) - 50),
      );
      expect(t.compile(net, shape, params)(x)).toEqual(net.forward(x, params));
    }
  });

  it('[compile-memory] what has kernels is no call of forward', () => {
    for (const [net, x = shape] of [
      [t.chain([t.lrn(), t.relu(), t.frozenNorm()])],
      [t.chain([t.maxPool2d({ size: 2 }), t.avgPool2d({ size: 2 }), t.globalMaxPool({ keep: true })])],
      [t.concat([t.sum([one(), t.identity()]), o.product([one(), t.globalAvgPool({ keep: true })])])],
      [t.chain([t.convTranspose2d({ filters: 10, size: 2 }), t.flatten(), t.dense({ units: 2 })])],
      [o.product([t.identity(), t.identity()]), [1, 2, 3, 2, 3, 2]],
    ] as const) {
      const { program } = planned(net, x, t.initialize(net, x, { seed: 1 }), {});
      expect(program.steps.filter(({ isCall }) => isCall)).toEqual([]);
    }
  });

  it('[compile-memory] a result that the host refuses is refused by name', () => {
    const run = t.compile(t.relu(), [1, 2], {});
    const x = t.tensor([1, 2], [1, -2]);
    const full = () => {
      throw new RangeError('no room');
    };
    expect(() => allocating(full, () => run(x))).toThrow(
      'compile: the host refuses 2 elements of float32 (no room) [tensor-size]',
    );
    expect([...run(x).data]).toEqual([1, 0]);
  });

  it('[compile-input] a net with a value of one axis takes no smaller batch', () => {
    const net = t.chain([t.crossEntropy({ labels: [0, 1] }), t.relu()]);
    const run = t.compile(net, [2, 3], {});
    expect(() => run(t.tensor([1, 3]))).toThrow('compile: x must have the shape [2,3] it was compiled for');
  });

  it('[compile-memory] calls of forward are marked, for threads have no part in them', () => {
    const net = t.chain([one(), { ...t.relu() }, one()]);
    const { program } = planned(net, shape, t.initialize(net, shape, { seed: 1 }), {});
    expect(program.steps.filter(({ isCall }) => isCall)).toHaveLength(1);
  });

  it('[compile-memory] parts that are joined lie in their whole', () => {
    const joined = t.concat([one(), one()]);
    expect(planOf(joined, shape)).toMatchObject({ steps: 2, bytes: ROOM + 8032 });
    expect(planOf(t.chain([one(), t.flatten()]), shape)).toMatchObject({ steps: 1, bytes: 2 * ROOM });
    expect(planOf(t.chain([one(), t.sum([t.identity()]), one()]), shape)).toMatchObject({ steps: 2, bytes: 2 * ROOM });
  });

  it('[compile-memory] the largest value is placed first, and smaller ones beside it', () => {
    const wide = t.chain([t.conv2d({ filters: 100, size: 1 }), t.conv2d({ filters: 1, size: 1 }), one(), one()]);
    expect(planOf(wide, shape)).toMatchObject({ steps: 4, bytes: 40032 + ROOM });
  });

  it('[compile-memory] margins are cleared again where other values have used their memory', () => {
    const padded = () => t.conv2d({ filters: 10, size: 3, padding: 1 });
    // The first step copies x into a place with margins.
    const { steps, shared } = planOf(t.chain([padded(), padded(), padded()]), shape);
    expect([steps, shared]).toEqual([
      4,
      [
        [0, 2],
        [1, 1],
        [2, 1],
        [3, 1],
      ],
    ]);
    expect(planOf(t.chain([]), shape).shared).toEqual([]);
  });
});

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
  for (let i = 0; i < 100; i++) {
    const y = t.compile(net, shape, params);
    if (i % 10 === 0) y(x);
    most = Math.max(most, process.memoryUsage().rss);
  }
  console.log(Math.round(most / 2 ** 20));
`;

test.skipIf(!existsSync(built))('[compile-memory] a hundred nets are dropped without being hoarded', () => {
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(Number(output)).toBeLessThan(1500);
});
