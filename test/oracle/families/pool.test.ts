// The cells under the windows of a pool, held against a depthwise convolution by ones.

import { expect, it } from 'vitest';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { eachCell, poolGeometry, shapeBy } from '../../../src/oracle/families/pool.ts';
import type { WindowedCase } from '../../../src/oracle/windows/case.ts';
import { random } from '../../../src/random.ts';
import { conv, convInputGrad } from '../../../src/reference/convolution.ts';
import { inputs, outputs, taps } from '../../../src/window.ts';

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
