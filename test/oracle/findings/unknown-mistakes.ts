// Engines whose mistake nobody knows.

import type { Tensor } from '../../../src/index.ts';
import { type Call, checkEngine, type Engine } from '../../../src/oracle/index.ts';
import { random } from '../../../src/random.ts';
import { forward } from '../this-library.ts';

/** The right result, each value changed; `draw` gives the same number below n for the same call. */
export const changed =
  (change: (y: number, i: number, call: Call, draw: (n: number) => number) => number) =>
  (call: Call): Tensor => {
    const { shape, data } = forward(call);
    const drawn = seedOf(call);
    return { shape, data: data.map((value, i) => change(value, i, call, (n) => drawn % n)) };
  };

export const campaign = async (engine: Engine, op: string, cases: number, seed = 1, brief = true) =>
  (await checkEngine(engine, { ops: [op], cases, seed, brief })).operators[0];

/** A number that depends on the call alone. */
const seedOf = ({ x }: Call): number =>
  random(
    Float64Array.from(x.data).reduce((sum, v) => Math.trunc(sum * 3 + (v === v ? v * 64 : 5)) % 65521, 7),
  ).uint32();

/** What each does, and the engine. */
export const unknown: [what: string, engine: (call: Call) => Tensor][] = [
  ['adds 1 to the first value', changed((y, i) => (i === 0 ? y + 1 : y))],
  ['adds a little to every value', changed((y, i, _, draw) => y + ((i + draw(5)) % 5))],
  ['is off by 1 in one call of eight', changed((y, i, _, draw) => (i === 0 && draw(8) === 0 ? y + 1 : y))],
  ['gives 0 in one call of twelve', changed((y, i, _, draw) => (i === 0 && draw(12) === 0 ? 0 : y))],
  ['gives whole numbers of its own', changed((_, i, __, draw) => ((draw(41) + i * 17) % 41) - 20)],
  [
    'loses one value',
    (call) => {
      const lost = seedOf(call) % 30;
      return changed((y, i) => (i === lost ? 0 : y))(call);
    },
  ],
  ['is off by 50 roundings in every value', changed((y) => Math.fround(y * (1 + 3e-6)))],
  ['turns the output round', (call) => ({ shape: forward(call).shape, data: forward(call).data.reverse() })],
];
