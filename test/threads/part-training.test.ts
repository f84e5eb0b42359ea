// The parts of training's kernels, run on one thread: the last part first, or by turns, so that parts that need each other's
// results or write into each other's give other bits.

import { expect, test } from 'vitest';
import * as t from '../../src/index.ts';
import { SCRATCH_BYTES } from '../../src/kernels/declared.ts';
import { onArena } from '../../src/kernels/scratch-arena.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { sizeOf } from '../../src/tensor.ts';
import { parted } from '../../src/threads/part.ts';
import { type Call, SharedArena } from '../../src/threads/shared-arena.ts';
import { kept } from '../../src/threads/step-threads.ts';
import { Structs } from '../../src/threads/struct-copies.ts';
import { firstDifference } from '../kernels/twins.ts';
import { examples as layers } from '../layers.ts';

/** Parts all calls, however short. */
class Parted extends SharedArena {
  readonly threads: number;
  readonly byTurns: boolean;
  shared = 0;

  constructor(threads: number, byTurns: boolean) {
    super();
    this.threads = threads;
    this.byTurns = byTurns;
  }

  override parallel(body: () => void): void {
    const structs = new Structs(this);
    const calls = this.noted(body, (call) => kept(structs, call));
    const sections = parted(this, calls, this.threads, 0);
    const scratch = sections[0]?.map(() => this.take(SCRATCH_BYTES)) ?? [];
    for (const section of sections) {
      if (section.filter((own) => own.length > 0).length > 1) this.shared++;
      const turns = this.byTurns ? Math.max(...section.map((own) => own.length)) : 1;
      for (let turn = 0; turn < turns; turn++)
        for (let thread = this.threads - 1; thread >= 0; thread--) {
          this.kernels.setScratch(scratch[thread]);
          const own = section[thread];
          for (const call of this.byTurns ? own.slice(turn, turn + 1) : own) this.#make(call);
        }
    }
  }

  #make({ name, numbers }: Call): void {
    (this.kernels[name] as (...all: number[]) => void)(...numbers);
  }
}

const filled = (shape: t.Shape, seed: number): t.Tensor =>
  t.tensor(
    shape,
    Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => ((Math.imul(i + seed, 0x9e3779b1) >>> 8) & 0xfff) / 0x719 - 1,
    ),
  );

/** y, dx and all gradients of parameters. */
function pulled(layer: t.Layer, shape: t.Shape): [string, t.Tensor['data']][] {
  const [y, pull] = layer.vjp(filled(shape, 1), t.initialize(layer, shape, { seed: 1 }));
  const { x, params } = pull(filled(y.shape, 7));
  return [
    ['y', y.data],
    ['dx', x.data],
    ...Object.entries(flatParams(params)).map(([name, p]) => [name, p.data] as const),
  ].map(([name, data]) => [name as string, (data as Float32Array).slice()]);
}

/** Channels that do not fill their last vector: what a row writes beyond them belongs to another thread. */
const norms = [1, 2, 3, 5, 6, 7, 9].map((channels) => ({
  name: `batchNorm of ${channels} channels`,
  layer: t.batchNorm() as t.Layer,
  shape: [3, 2, 3, channels] as t.Shape,
}));

test.each([...layers, ...norms])('[train-threads] the gradients of $name in parts', ({ layer, shape }) => {
  const expected = pulled(layer, shape);
  for (const threads of [2, 3])
    for (const byTurns of [false, true]) {
      const arena = new Parted(threads, byTurns);
      const found = onArena(arena, () => pulled(layer, shape));
      for (const [i, [name, data]] of found.entries())
        expect(firstDifference(data, expected[i][1]), `${name} on ${threads}`).toBe(-1);
    }
});

test('[train-threads] each kernel of a norm is shared as soon as there is something to share', () => {
  const arena = new Parted(2, false);
  onArena(arena, () => pulled(t.batchNorm(), [2, 3, 3, 6]));
  // Sums, sums of squares, y; for the gradients both again, sums of dy and of dy·x̂, dx.
  expect(arena.shared).toBe(8);
});
