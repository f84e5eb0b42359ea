// The cells under the windows of a pool, held against a depthwise convolution by ones.

import { expect, it } from 'vitest';
import { ask, partsOf } from '../../../src/oracle/ask/ask.ts';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { eachCell, poolGeometry, shapeBy } from '../../../src/oracle/families/pool.ts';
import type { Call } from '../../../src/oracle/index.ts';
import type { WindowedCase } from '../../../src/oracle/windows/case.ts';
import { random } from '../../../src/random.ts';
import { conv, convInputGrad } from '../../../src/reference/convolution.ts';
import { inputs, outputs, taps } from '../../../src/window.ts';
import { forward } from '../this-library.ts';

it.each(['avgPool1d', 'avgPool2d', 'avgPool3d'])('[pool-average] adds what a convolution adds: %s', (op) => {
  const draw = random(5);
  const numbers = (length: number) => Float64Array.from({ length }, () => draw.normal());
  for (let i = 0; i < 90; i++) {
    const c = drawCase(op, false, 4, i);
    const g = poolGeometry(layerOf(c), shapeOf(c));
    const ones = new Float64Array(taps(g.axes) * g.groups).fill(1);
    const x = numbers(g.batch * inputs(g.axes) * g.groups);
    const dy = numbers(g.batch * outputs(g.axes) * g.groups);
    const [y, dx, sums, shares] = [dy, x, dy, x].map(({ length }) => new Float64Array(length));
    conv(g, x, ones, undefined, y);
    convInputGrad(g, dy, ones, dx);
    eachCell(g, (output, cell) => {
      for (let k = 0; k < g.groups; k++) {
        sums[output + k] += x[cell + k];
        shares[cell + k] += dy[output + k];
      }
    });
    const bytes = (data: Float64Array) => Buffer.from(data.buffer);
    expect([caseId(c), bytes(sums).equals(bytes(y)), bytes(shares).equals(bytes(dx))]).toEqual([caseId(c), true, true]);
  }
});

it('[dialect-results] other rules for ceil keep the last window, or drop it where there is padding', () => {
  const at = (attributes: string) => parseCaseId(`avgPool1d/n1${attributes}d1e1a0/f32/exact/1`) as WindowedCase;
  const [padded, plain, exact] = [at('h2c3_k2s3p0.1'), at('h4c3_k1s5pv'), at('h6c3_k1s5pv')];
  expect(shapeBy('keep', padded)).toEqual([1, 2, 3]);
  expect(shapeBy('drop if padded', padded)).toBeUndefined();
  expect(shapeBy('drop if padded', plain)).toEqual([1, 2, 3]);
  for (const rule of ['drop', 'none'] as const) expect(shapeBy(rule, plain)).toBeUndefined();
  for (const c of [{ ...plain, ceil: false }, exact]) expect(shapeBy('keep', c)).toBeUndefined();
});

it('[dialect-results] by another rule for ceil y has another shape, and the gradient of x that of x', () => {
  const c = parseCaseId('avgPool1d+gradient/n1h4c3_k1s5pvd1e1a0/f32/exact/1');
  const shapes = (gradient: boolean) =>
    partsOf({ dialect: 'webnn', traits: {} }, { ...c, gradient }).map(([part, { shape }]) => [part, shape]);
  expect(shapes(false)).toEqual([['y', [1, 2, 3]]]);
  expect(shapes(true)).toEqual([['x', [1, 4, 3]]]);
});

it('[dialect-results] a result with axes of size 1 is read as ours without them', async () => {
  const keeps = ({ x: { shape, data } }: Call) => ({
    shape: [shape[0], shape[1], 1],
    data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) =>
      Math.max(...data.slice(i * shape[2], (i + 1) * shape[2])),
    ),
  });
  const engine = inProcess({ name: 'keeps', dialect: 'torch', ops: { globalMaxPool: keeps } });
  const { verdict } = await ask(engine, parseCaseId('globalMaxPool/n2w3c2_/f32/exact/1'));
  expect(verdict.kind).toBe('pass');
});

it('[oracle-probes] a result in the memory of an argument is found by one call', async () => {
  const lends = inProcess({ name: 'lends', ops: { relu: ({ x }) => ({ shape: x.shape, data: x.data }) } });
  const { verdict } = await ask(lends, parseCaseId('relu/n1c2_/f32/ones/1'));
  expect(verdict.kind).toBe('aliased');
  const right = inProcess({ name: 'right', ops: { relu: forward } });
  expect((await ask(right, parseCaseId('relu/n1c2_/f32/ones/1'))).verdict.kind).toBe('pass');
});
