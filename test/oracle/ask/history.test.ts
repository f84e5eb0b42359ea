// Engines that keep what they should not from one call to the next.

import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import { type Call, checkEngine, type Engine, explain, render } from '../../../src/oracle/index.ts';
import { forward, gradient, withFault } from '../this-library.ts';

const findings = async (engine: Engine, op = 'conv2d') =>
  (await checkEngine(engine, { ops: [op], brief: true })).operators.flatMap((each) => each.findings);

/** A conv2d whose weights are packed once for each key. */
function packsBy(key: (call: Call) => string, pack: (weight: Tensor) => Tensor): Engine {
  const packed = new Map<string, Tensor>();
  return withFault('conv2d', (call) => {
    const known = packed.get(key(call)) ?? pack(call.weight!);
    packed.set(key(call), known);
    return forward({ ...call, weight: known });
  });
}

const own = (weight: Tensor): Tensor => ({ shape: weight.shape, data: weight.data.slice() });

describe('an engine that keeps', () => {
  it('[oracle-history] packed weights by shape is stale, and is shown by one cell after another', async () => {
    const engine = packsBy(({ weight, attributes }) => `${weight!.shape} ${attributes.padding}`, own);
    const report = await checkEngine(engine, { ops: ['conv2d'], brief: true });
    const found = report.operators[0].findings;
    expect(found.map(({ kind }) => kind)).toEqual(['stale']);
    const [{ id, after, passesAlone, verdict }] = found;
    const [now, before] = [explain(id), explain(after!)];
    expect([now.x.shape, now.weight!.shape, before.weight!.shape]).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    expect(verdict.first!.got).toBe(now.x.data[0] * before.weight!.data[0]);
    expect(verdict.first!.expected).toBe(now.x.data[0] * now.weight!.data[0]);
    expect(passesAlone).toBeUndefined();
    expect(render(report)).toContain(`  case ${id}\n  after ${after}\n`);
  });

  it('[oracle-history] packed weights by shape in its gradients is stale', async () => {
    const packed = new Map<string, Tensor>();
    const engine: Engine = {
      name: 'packs',
      ops: { dense: forward },
      gradients: {
        dense: (call) => {
          const key = `${call.weight!.shape}`;
          const weight = packed.get(key) ?? own(call.weight!);
          packed.set(key, weight);
          return gradient({ ...call, weight });
        },
      },
    };
    const found = await findings(engine, 'dense');
    expect(found.map(({ kind, verdict: { part } }) => ({ kind, part }))).toEqual([{ kind: 'stale', part: 'x' }]);
  });

  it('[oracle-history] all packed weights in one place is unstable', async () => {
    const scratch = new Float32Array(1 << 16);
    const inOne = ({ shape, data }: Tensor): Tensor => {
      scratch.set(data);
      return { shape, data: scratch.subarray(0, data.length) };
    };
    const found = await findings(packsBy(({ weight }) => [...weight!.data].join(), inOne));
    expect(found.map(({ kind }) => kind)).toContain('unstable');
    expect(found.find(({ kind }) => kind === 'unstable')!.verdict.message).toMatch(
      /after others in between: the first answer is \S+ at \[[\d, ]+\], the second answer \S+$/,
    );
  });

  it('[oracle-history] nothing is asked no more than its share', async () => {
    let calls = 0;
    const engine = withFault('conv2d', (call) => {
      calls++;
      return forward(call);
    });
    expect(await findings(engine)).toEqual([]);
    // Two calls a question: 200 questions, and three more for each of 25 probes.
    expect(calls).toBe(2 * (200 + 3 * 25) - 2);
  });
});
