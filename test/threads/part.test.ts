// The parts of steps, run on one thread: the last part first, so that one that needs another's result gives other bits, or by
// turns, call by call, so that two that share memory do.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Activation } from '../../src/compile/activation.ts';
import { assemble } from '../../src/compile/assemble.ts';
import { Recorder } from '../../src/compile/recorder.ts';
import type { Layer, Params, Shape, Tensor } from '../../src/index.ts';
import * as t from '../../src/index.ts';
import { SCRATCH_BYTES } from '../../src/kernels/declared.ts';
import { sizeOf } from '../../src/tensor.ts';
import { parted } from '../../src/threads/part.ts';
import { type Call, SharedArena } from '../../src/threads/shared-arena.ts';
import { examples } from '../compile/random-nets.ts';
import { firstDifference } from '../kernels/twins.ts';
import { examples as layers } from '../layers.ts';

const filled = (shape: Shape): Tensor =>
  t.tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((Math.imul(i + 1, 0x9e3779b1) >>> 8) & 0xfff) / 0x719 - 1),
  );

/** y of a net whose sections run thread by thread, the last one first; how many sections more than one thread shares. */
function inParts(
  net: Layer,
  x: Tensor,
  params: Params<Tensor>,
  threads: number,
  { arithmetic = 'exact', byTurns = false }: { arithmetic?: 'exact' | 'winograd'; byTurns?: boolean } = {},
) {
  const program = new Recorder(arithmetic);
  const [input, first] = program.input(x.shape);
  const result = program.layer(net, first, params) as Activation;
  const arena = new SharedArena();
  arena.reset('compile', 'compile-memory');
  const assembled = assemble(arena, program, input, result);
  const scratch = Array.from({ length: threads }, () => arena.take(SCRATCH_BYTES));
  assembled.x.set(x.data);
  let shared = 0;
  const plans: number[][] = [];
  const runAll = (calls: readonly Call[]): void => {
    for (const { name, numbers } of calls) (arena.kernels[name] as (...all: number[]) => void)(...numbers);
  };
  assembled.run(x.shape[0], (run, isCall) => {
    if (isCall) {
      run();
      return;
    }
    for (const section of parted(arena, arena.noted(run), threads, 0)) {
      if (section.filter((calls) => calls.length > 0).length > 1) shared++;
      const turns = Math.max(...section.map((calls) => calls.length));
      const run = (thread: number, calls: readonly Call[]): void => {
        arena.kernels.setScratch(scratch[thread]);
        runAll(calls);
      };
      for (let turn = 0; turn < (byTurns ? turns : 1); turn++)
        for (let thread = threads - 1; thread >= 0; thread--)
          run(thread, byTurns ? section[thread].slice(turn, turn + 1) : section[thread]);
      plans.push(...section.map((calls) => calls.map(({ numbers }) => numbers[0])));
    }
  });
  return { y: assembled.y.slice(), shared, plans };
}

const threads = [1, 2, 3, 7];

test.each(layers)('[threads-bits] $name in parts', ({ layer, shape }) => {
  const params = t.initialize(layer, shape, { seed: 1 });
  const x = filled(shape);
  const y = t.compile(layer, shape, params)(x).data as Float32Array;
  for (const count of threads)
    for (const byTurns of [false, true])
      expect(firstDifference(inParts(layer, x, params, count, { byTurns }).y, y), `${count}`).toBe(-1);
});

test('[threads-bits] any composition of layers in parts', () => {
  fc.assert(
    fc.property(examples, fc.constantFrom(...threads), fc.boolean(), ({ net, params, x }, count, byTurns) => {
      const { y } = inParts(net, x, params, count, { byTurns });
      expect(firstDifference(y, net.forward(x, params).data as Float32Array)).toBe(-1);
    }),
    { numRuns: 150, endOnFailure: true },
  );
});

/** Sizes on both sides of a tile of four positions, of eight filters, and of four panels side by side. */
const SIZES = [1, 3, 4, 5, 9];
const FILTERS = [1, 7, 8, 9, 32, 33, 64, 65];

test('[threads-bits] convolutions of every few positions and filters, also by im2col, Winograd and groups', () => {
  for (const size of SIZES)
    for (const filters of FILTERS) {
      const nets: [Layer, 'exact' | 'winograd'][] = [
        [t.chain([t.conv2d({ filters, size: 3, padding: 'same' }), t.relu()]), 'exact'],
        [t.chain([t.conv2d({ filters, size: 3, padding: 'same', algorithm: 'im2col' }), t.frozenNorm()]), 'exact'],
        [t.conv2d({ filters, size: 3, padding: 'same', algorithm: 'winograd' }), 'winograd'],
        [t.conv2d({ filters: 2 * filters, size: 2, padding: 'same', groups: 2 }), 'exact'],
        [t.chain([t.conv2d({ filters, size: 1 }), t.convTranspose2d({ filters, size: 3, stride: 2 })]), 'exact'],
      ];
      for (const [net, arithmetic] of nets) {
        const shape = [2, size, size + 1, 4];
        const params = t.initialize(net, shape, { seed: filters });
        const x = filled(shape);
        const y = t.compile(net, shape, params, { arithmetic })(x).data as Float32Array;
        for (const [count, byTurns] of [
          [2, false],
          [2, true],
          [3, true],
        ] as const) {
          const parts = inParts(net, x, params, count, { arithmetic, byTurns });
          expect(firstDifference(parts.y, y), `${size}, ${filters}`).toBe(-1);
        }
      }
    }
});

test('[threads-bits] each kernel is shared as soon as there is something to share', () => {
  const shape = [1, 12, 12, 16];
  const nets = [
    t.conv2d({ filters: 16, size: 3 }),
    t.chain([t.flatten(), t.dense({ units: 64 })]),
    t.conv2d({ filters: 16, size: 3, algorithm: 'winograd' }),
    t.depthwiseConv2d({ size: 3 }),
    t.maxPool2d({ size: 2 }),
    t.avgPool2d({ size: 2 }),
    t.lrn({ size: 5, alpha: 1, beta: 0.75, k: 1 }),
    t.sum([t.identity(), t.relu()]),
  ];
  for (const net of nets) {
    const params = t.initialize(net, shape, { seed: 1 });
    const { shared, plans } = inParts(net, filled(shape), params, 2);
    expect(shared, net.name).toBeGreaterThan(0);
    // Kernels keep lists of cells and taps where their plan says.
    if (/Pool|depthwise/.test(net.name))
      expect(
        plans[0].filter((plan) => plans[1].includes(plan)),
        net.name,
      ).toEqual([]);
  }
});
