// What a campaign of the usual size asks: no size of any axis below which everything is right may hide what is wrong above.

import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { isPossible } from '../../../src/oracle/cases/tensors.ts';
import { averageFamily } from '../../../src/oracle/families/average.ts';
import { convFamily } from '../../../src/oracle/families/conv.ts';
import { denseFamily } from '../../../src/oracle/families/dense.ts';
import { depthwiseFamily } from '../../../src/oracle/families/depthwise.ts';
import { familyOf } from '../../../src/oracle/families/index.ts';
import { maxFamily } from '../../../src/oracle/families/max.ts';
import { transposedFamily } from '../../../src/oracle/families/transposed.ts';
import { type Call, checkEngine, explain } from '../../../src/oracle/index.ts';
import type { WindowedCase } from '../../../src/oracle/windows/case.ts';
import { some } from '../../some.ts';
import { forward, gradient, withFault } from '../this-library.ts';

const CASES = 200;

const drawn = (op: string, gradient: boolean, seed = 1): WindowedCase[] =>
  Array.from({ length: CASES }, (_, i) => drawCase(op, gradient, seed, i) as WindowedCase);

/** Each axis that an operator has, by the number that a kernel writer blocks or unrolls. */
function axesOf(c: WindowedCase): Record<string, number> {
  const family = familyOf(c.op);
  const perChannel = [depthwiseFamily, maxFamily, averageFamily].some((each) => each === family);
  const spatial = (['space', 'size', 'stride', 'dilation'] as const).flatMap((name) =>
    c[name].map((value, axis) => [`${name} ${axis}`, value] as const),
  );
  return {
    batch: c.batch,
    channels: c.groups * c.channels,
    ...((!perChannel || family === depthwiseFamily) && { filters: perChannel ? c.filters : c.groups * c.filters }),
    ...((family === convFamily || family === transposedFamily) && { groups: c.groups }),
    ...Object.fromEntries(spatial),
  };
}

/** Past which blocks each axis must go, and leave a rest. */
const blocks: Record<string, readonly number[]> = {
  channels: [4, 8, 16, 32],
  filters: [4, 8, 16, 32],
  space: [4, 8, 16, 32],
  batch: [4],
};
const least: Record<string, number> = { batch: 9, groups: 5, size: 7, stride: 5, dilation: 4 };

const windowed = [convFamily, depthwiseFamily, maxFamily, averageFamily, denseFamily, transposedFamily].flatMap(
  (family) => Object.keys(family.operators),
);

describe.each(windowed.flatMap((op) => [false, true].map((gradient) => ({ op, gradient }))))(
  'the cases of $op (gradient: $gradient)',
  ({ op, gradient }) => {
    const cases = drawn(op, gradient);

    it('[oracle-sizes] go past every block with a rest, on each axis by itself', () => {
      const perMultiplier = familyOf(op) === depthwiseFamily;
      for (const axis of Object.keys(axesOf(cases[0]))) {
        const values = cases.map((c) => axesOf(c)[axis]);
        const kind = axis.split(' ')[0];
        const past = kind === 'filters' && perMultiplier ? [4] : (blocks[kind] ?? []);
        for (const block of past)
          expect(
            values.some((value) => value > block && value % block !== 0),
            `${axis} past ${block}`,
          ).toBe(true);
        if (least[kind]) expect(Math.max(...values), axis).toBeGreaterThanOrEqual(least[kind]);
      }
    });

    it('[oracle-caseid] are possible, and their ids name them', () => {
      for (const c of cases) {
        expect(isPossible(c), caseId(c)).toBe(true);
        expect(caseId(parseCaseId(caseId(c)))).toBe(caseId(c));
      }
    });
  },
);

/** An engine that is right up to some size of one axis: beyond it, what it computes is lost. */
const upTo = (op: string, isLost: (call: Call, y: Tensor, i: number) => boolean) =>
  withFault(op, (call) => {
    const y = forward(call);
    return { ...y, data: y.data.map((value, i) => (isLost(call, y, i) ? 0 : value)) };
  });

const attribute = (call: Call, name: string, axis: number) => (call.attributes[name] as number[])[axis];
/** Whether i lies in what is left over by whole blocks of the last axis but `back`. */
const inRest = (y: Tensor, i: number, back: number, block: number): boolean => {
  const axis = y.shape.length - 1 - back;
  const size = y.shape[axis];
  const inner = y.shape.slice(axis + 1).reduce((product, each) => product * each, 1);
  return size > block && Math.floor(i / inner) % size >= size - (size % block);
};

type Threshold = [op: string, what: string, isLost: (call: Call, y: Tensor, i: number) => boolean, id: string];

describe('an engine with a threshold', () => {
  const thresholds: Threshold[] = [
    ['conv2d', 'kernels of height 5', (call) => attribute(call, 'size', 0) >= 5, 'h5w1c1_o1k5x1s1x1'],
    ['conv2d', 'kernels of height 7', (call) => attribute(call, 'size', 0) >= 7, 'h7w1c1_o1k7x1s1x1'],
    ['conv2d', 'filters past blocks of 16', (_, y, i) => inRest(y, i, 0, 16), 'h1w1c1_o17k1x1s1x1'],
    ['conv2d', 'filters past blocks of 32', (_, y, i) => inRest(y, i, 0, 32), 'h1w1c1_o33k1x1s1x1'],
    ['conv2d', 'columns past blocks of 16', (_, y, i) => inRest(y, i, 1, 16), 'h1w17c1_o1k1x1s1x1'],
    ['conv2d', 'images past blocks of 4', (_, y, i) => inRest(y, i, 3, 4), 'n5h1w1c1_o1k1x1s1x1'],
    ['conv2d', '4 groups', (call) => (call.attributes.groups as number) >= 4, 'h1w1c4_o4k1x1s1x1'],
    ['conv2d', 'stride 5', (call) => attribute(call, 'stride', 1) >= 5, 'h1w1c1_o1k1x1s1x5'],
    ['dense', 'units past blocks of 32', (_, y, i) => inRest(y, i, 0, 32), 'n1c1_u33'],
    ['maxPool2d', 'channels past blocks of 16', (_, y, i) => inRest(y, i, 0, 16), 'h1w1c17_k1x1s1x1'],
    ['convTranspose1d', 'columns past blocks of 16', (_, y, i) => inRest(y, i, 1, 16), 'n1'],
  ];
  it.each(some(thresholds, 5))(
    '[oracle-sizes] is caught: %s, %s, and reduced to the least size',
    async (op, what, isLost, id) => {
      // Some by the cases of one seed, some by those of another.
      const seed = 1 + (what.length % 2);
      const [finding] = (await checkEngine(upTo(op, isLost), { ops: [op], seed, brief: true })).operators[0].findings;
      expect(finding?.id).toContain(id);
      expect(explain(finding.id).op).toBe(op);
    },
  );

  it('[oracle-sizes] is caught in its gradients', async () => {
    const engine = {
      name: 'few filters',
      ops: { conv2d: forward },
      gradients: {
        conv2d: (call: Parameters<typeof gradient>[0]) => {
          const all = gradient(call);
          return (call.attributes.filters as number) > 32
            ? { ...all, x: { ...all.x!, data: all.x!.data.map(() => 0) } }
            : all;
        },
      },
    };
    const { operators } = await checkEngine(engine, { ops: ['conv2d'], brief: true });
    expect(operators[1].findings[0].id).toContain('_o33k1x1');
  });
});
