// A finding in the engine's own words: places and tensors in its layout, the case in its language.

import { expect, it } from 'vitest';
import { toChannelsFirst, toChannelsLast, weightToChannelsLast } from '../../../src/layout.ts';
import { conv2d } from '../../../src/ops/convolution.ts';
import { checkEngine, type Engine, render } from '../../../src/oracle/index.ts';
import { placeOf } from '../../../src/places.ts';

/** Right except for the second row, third column of the second filter. */
const wrong: Engine = {
  name: 'wrong',
  layout: { x: 'NCHW', weight: 'OIHW' },
  language: 'python',
  ops: {
    conv2d({ attributes, x, weight, bias }) {
      const params = { weight: weightToChannelsLast(weight!), ...(bias && { bias }) };
      const y = toChannelsFirst(conv2d(attributes as never).forward(toChannelsLast(x), params));
      const data = y.data.map((value, i) => {
        const [, o, row, column] = placeOf(y.shape, i);
        return o === 1 && row === 1 && column === 2 ? value + 1 : value;
      });
      return { shape: y.shape, data };
    },
  },
};

it('[oracle-report] a finding counts places, writes tensors and the case as the engine has them, and says so', async () => {
  const id = 'conv2d/n1h4w4c2_o3k1x1s1x1pvd1x1g1b0/f32/exact/5';
  const report = await checkEngine(wrong, { case: [id] });
  const [{ findings }] = report.operators;
  const [{ verdict, inEngine, literal }] = findings;
  expect(verdict.first?.index).toEqual([0, 1, 2, 1]);
  expect(inEngine).toMatchObject({ axes: 'NCHW', first: [0, 1, 1, 2] });
  expect(literal.python).toContain('# in the layout of the engine: x NCHW, weight OIHW');
  expect(literal.python).toMatch(/x = numpy\.array\(\[.*\], 'float32'\)\.reshape\(1, 2, 4, 4\)/);
  expect(literal.python).toMatch(/weight = numpy\.array\(\[.*\], 'float32'\)\.reshape\(3, 2, 1, 1\)/);
  for (const form of ['text', 'junit', 'tap'] as const) {
    const text = render(report, form);
    expect(text).toContain('first at [0, 1, 1, 2] of NCHW: expected');
    expect(text).toContain('attributes = dict(filters=3, size=[1, 1]');
    expect(text).not.toContain('const x = tensor');
  }
  expect(report.engine.language).toBe('python');
});

it('[oracle-report] in one dimension and in our own layout the letters are those that fit', async () => {
  const flat: Engine = {
    ...wrong,
    ops: {
      conv1d: ({ x, attributes }) => ({
        shape: [x.shape[0], attributes.filters as number, x.shape[2]],
        data: new Float32Array(x.shape[0] * Number(attributes.filters) * x.shape[2]),
      }),
    },
  };
  const id = 'conv1d/n1w4c2_o3k1s1pvd1g1b0/f32/exact/5';
  const [{ findings }] = (await checkEngine(flat, { case: [id] })).operators;
  expect(findings[0].inEngine?.axes).toBe('NCW');
  const ours: Engine = {
    name: 'ours',
    ops: {
      conv1d: ({ x, attributes }) => ({
        shape: [...x.shape.slice(0, 2), attributes.filters as number],
        data: new Float32Array(x.shape[1] * x.shape[0] * Number(attributes.filters)),
      }),
    },
  };
  const report = await checkEngine(ours, { case: [id] });
  expect(report.operators[0].findings[0].inEngine).toBeUndefined();
  expect(render(report, 'text')).toMatch(/first at \[0, 0, 0\]: expected/);
});
