// What the spec forbids is asked of an engine that validates, which must refuse it; and what is asked of every engine.

import { describe, expect, it } from 'vitest';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, operandsOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { familyOf } from '../../../src/oracle/families/index.ts';
import { type Call, checkEngine, explain } from '../../../src/oracle/index.ts';
import type { WindowedCase } from '../../../src/oracle/windows/case.ts';
import { forward, names } from '../this-library.ts';

const validating = (op: string, answer: (call: Call) => ReturnType<typeof forward>) =>
  checkEngine(
    { name: 'validating', traits: { validates: true }, ops: { [op]: answer } },
    { ops: [op], cases: 80, brief: true },
  );

describe('a case that must be refused', () => {
  it.each(['conv2d', 'maxPool2d', 'softmax', 'lrn', 'crossEntropy', 'locallyConnected1d'])(
    '[oracle-reject] is refused by this library, and is asked only of engines that validate: %s',
    async (op) => {
      const [{ counts }] = (await validating(op, forward)).operators;
      expect(counts).toEqual({ pass: 80 });
      const asked = (validates: boolean) =>
        Array.from({ length: 80 }, (_, i) => drawCase(op, false, 1, i, { traits: { validates } })).filter(
          (c) => c.reject,
        );
      expect(asked(true).length).toBeGreaterThan(1);
      expect(asked(false)).toEqual([]);
      for (const c of asked(true)) {
        expect(caseId(parseCaseId(caseId(c)))).toBe(caseId(c));
        expect(() =>
          familyOf(op)
            .operators[op].make(familyOf(op).attributes(c) as never)
            .shape(familyOf(op).input(c)),
        ).toThrow();
      }
    },
  );

  it('[oracle-reject] that gets a result is a finding, with the smallest such case; what is skipped is none', async () => {
    const lax = (call: Call) => {
      const { stride } = call.attributes as { stride: number[] };
      return forward({ ...call, attributes: { ...call.attributes, stride: stride.map((n) => Math.max(1, n)) } });
    };
    const [{ findings, counts }] = (await validating('maxPool2d', lax)).operators;
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'should-reject',
      verdict: { message: expect.stringContaining('must be refused') },
    });
    expect(findings[0].id).toMatch(/^maxPool2d\+reject\/n1h1w1c1_k1x1s(0|-1|1)x(0|-1|1)pvd1x1e0/);
    expect(findings[0].literal.typescript).toMatch(/stride: \[(0|-1|1), (0|-1|1)\]/);
    expect(counts['should-reject']).toBeGreaterThan(0);
  });

  it('[oracle-reject] is written with +reject; one that the spec allows is no such case, and the other way round', () => {
    const id = 'conv2d+reject/n1h3w3c2_o2k3x3s0x1pvd1x1g1b0/f32/exact/7';
    expect(caseId(parseCaseId(id))).toBe(id);
    expect(() => parseCaseId(id.replace('s0x1', 's1x1'))).toThrow('that the spec forbids');
    expect(() => parseCaseId(id.replace('+reject', ''))).toThrow('that the spec allows');
    expect(explain(id).expected).toEqual({});
    expect(explain(id).literal.python).toContain('stride=[0, 1]');
    const none = parseCaseId('relu+reject/n0h2w2c3_/f32/exact/7');
    expect(operandsOf(none, layerOf(none)).x.shape).toEqual([0, 2, 2, 3]);
    expect(shapeOf(none)).toEqual([1, 2, 2, 3]);
  });
});

describe('the cases of a campaign', () => {
  const first = (op: string, cases = 200): WindowedCase[] =>
    Array.from({ length: cases }, (_, i) => drawCase(op, false, 1, i) as WindowedCase);
  const some = (op: string, holds: (c: WindowedCase) => boolean, cases?: number): number =>
    first(op, cases).filter(holds).length;

  it('[oracle-cases] ask early what was never asked: infinities, large values, odd widths, padding in numbers', () => {
    const is =
      (...values: string[]) =>
      (c: WindowedCase) =>
        values.includes(c.values);
    expect(some('maxPool2d', is('minus'), 80)).toBeGreaterThan(0);
    expect(some('maxPool2d', is('low'), 80)).toBeGreaterThan(0);
    for (const op of ['conv2d', 'avgPool2d', 'dense']) expect(some(op, is('large'), 80)).toBeGreaterThan(0);
    const isTwo = ({ size, stride, space, dilation }: WindowedCase) =>
      [size, stride].every((pair) => pair.every((n) => n === 2)) && dilation[1] === 1 && space[1] % 2 === 1;
    for (const op of ['conv2d', 'maxPool2d', 'avgPool2d']) expect(some(op, isTwo, 120)).toBeGreaterThan(0);
    const isPadded = ({ padding }: WindowedCase): boolean =>
      typeof padding !== 'string' && padding.flat().some((n) => n > 0);
    const isPoint = (c: WindowedCase) => isPadded(c) && c.size.every((n) => n === 1) && c.stride.every((n) => n === 1);
    expect(some('conv2d', isPoint, 80)).toBeGreaterThan(0);
    for (const op of ['conv2d', 'maxPool2d', 'avgPool2d'])
      expect(some(op, (c) => isPadded(c) && c.dilation.some((n) => n > 1))).toBeGreaterThan(5);
    const isWide = ({ size, stride }: WindowedCase) =>
      size.some((n, i) => n >= 4 && size[1 - i] === 1) && stride[0] !== stride[1];
    expect(some('conv2d', isWide)).toBeGreaterThan(0);
    expect(some('conv2d', (c) => c.values === 'real' && 9 * c.channels >= 576)).toBeGreaterThan(0);
    const cells = (c: WindowedCase) => c.batch * c.space.reduce((product, n) => product * n, 1);
    for (const op of ['conv1d', 'conv2d', 'conv3d', 'maxPool2d', 'avgPool2d', 'depthwiseConv2d', 'convTranspose2d'])
      expect(some(op, (c) => cells(c) > 65536, 20)).toBeGreaterThan(0);
  });

  it('[oracle-history] one in ten has the shapes of the one before and another attribute: a plan that is kept by shapes is found', async () => {
    for (const op of ['conv2d', 'maxPool2d', 'softmax', 'lrn']) {
      const plans = new Map<string, Call['attributes']>();
      const keeping = (call: Call) => {
        const key = [call.x.shape, (call.weight as Call['x'] | undefined)?.shape].join(';');
        plans.set(key, plans.get(key) ?? call.attributes);
        return forward({ ...call, attributes: plans.get(key)! });
      };
      const report = await checkEngine(
        { name: 'keeping', ops: { [op]: keeping } },
        { ops: [op], cases: 150, brief: true },
      );
      expect(report.clean, op).toBe(false);
    }
  });
});

it('[oracle-reject] every operator has cases that must be refused', () => {
  for (const op of names) {
    const c = drawCase(op, false, 1, 3);
    const all = [...familyOf(op).refusals(c)];
    expect(all.length, op).toBeGreaterThan(0);
  }
});
