// Receptive fields are the support of the gradient, for every layer and combinator, also through transposed layers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AxisField,
  avgPool1d,
  chain,
  concat,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  fieldAt,
  globalAvgPool,
  identity,
  type Layer,
  type Params,
  receptiveField,
  type Shape,
  SpecError,
  softmax,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { brokenLaws, laws } from '../../src/testing/index.ts';

const ones = (shapes: Params<Shape>): Params<Tensor> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? tensor(value, Array(value.reduce((a: number, b: number) => a * b, 1)).fill(1), 'float64')
        : ones(value as Params<Shape>),
    ]),
  );

/** From the first to the last cell of the one spatial axis with a gradient that is not 0, for unit p. */
function support(layer: Layer, n: number, p: number): { start: number; size: number } | undefined {
  const x = tensor([1, n, 1], Array(n).fill(1), 'float64');
  const [y, pull] = layer.vjp(x, ones(layer.params(x.shape)));
  const C = y.shape[2];
  const dy = tensor(
    y.shape,
    Array.from(y.data, (_, i) => (Math.floor(i / C) === p ? 1 : 0)),
    'float64',
  );
  const cells = [...pull(dy).x.data.entries()].filter(([, value]) => value !== 0).map(([i]) => i);
  return cells.length === 0 ? undefined : { start: cells[0], size: cells[cells.length - 1] - cells[0] + 1 };
}

/** Every unit whose field lies inside the input, far from its borders, where none of the cells between is padding. */
function agrees(layer: Layer, n: number, margin: number, isInside: (p: number) => boolean = () => true): number {
  const shape = [1, n, 1];
  const field = layer.field(shape);
  const units = layer.shape(shape)[1];
  let [inner, widest] = [0, 0];
  for (let p = 0; p < units; p++) {
    const [{ start, size }] = fieldAt(field, [p]);
    widest = Math.max(widest, size);
    expect(size).toBeLessThanOrEqual(field[0].size);
    if (size > 0) expect(start).toBeGreaterThanOrEqual(field[0].start + p * field[0].step - 1e-9);
    const found = support(layer, n, p);
    if (found !== undefined) {
      expect(found.start).toBeGreaterThanOrEqual(start);
      expect(found.start + found.size).toBeLessThanOrEqual(start + size);
    }
    if (p < units * margin || p > units * (1 - margin)) continue;
    if (start < 0 || start + size > n || !isInside(p)) continue;
    inner++;
    if (size === 0) expect(found).toBeUndefined();
    else expect(found).toEqual({ start, size });
  }
  return inner;
}

/** Whether a unit of a chain reads no cell beyond the borders of any layer within: those hide what would be behind them. */
function readsInside(list: readonly Layer[], n: number): (p: number) => boolean {
  let shape: Shape = [1, n, 1];
  const rests = list.map((layer, i) => {
    const [cells, field] = [shape[1], chain(list.slice(i)).field(shape)];
    shape = layer.shape(shape);
    return { cells, field };
  });
  return (p) =>
    rests.every(({ cells, field }) => {
      const [{ start, size }] = fieldAt(field, [p]);
      return start >= 0 && start + size <= cells;
    });
}

const conv = fc
  .record({
    size: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    padding: fc.constantFrom<'same' | 'same-lower' | number>('same', 'same-lower', 0, 1, 2),
  })
  .map((a) => conv1d({ filters: 1, bias: false, ...a }));
const pool = fc
  .record({ size: fc.integer({ min: 1, max: 4 }), stride: fc.integer({ min: 1, max: 5 }), ceil: fc.boolean() })
  .map((a) => avgPool1d(a));
const transposed = fc
  .record({
    size: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    padding: fc.constantFrom<'same' | 'same-lower' | number>('same', 'same-lower', 0, 1),
    out: fc.nat({ max: 3 }),
  })
  .map(({ out, ...a }) =>
    convTranspose1d({
      filters: 1,
      bias: false,
      ...a,
      outputPadding: typeof a.padding === 'string' ? 0 : out % a.stride,
    }),
  );
/** The number of units that the net has on n cells, if its windows fit. */
function unitsOf(net: Layer, n: number): number | undefined {
  try {
    return net.shape([1, n, 1])[1];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return undefined;
  }
}

const layers = fc.oneof(conv, pool, transposed, transposed);

describe('receptive fields', () => {
  it('[layer-field] through transposed layers only whole cells count', () => {
    const size = (...list: Layer[]) => receptiveField(chain(list), [1, 32, 1])[0].size;
    const conv = conv1d({ filters: 1, size: 3, stride: 2, padding: 1 });
    const twice = convTranspose1d({ filters: 1, size: 4, stride: 2, padding: 1 });
    expect(size(twice)).toBe(2);
    expect(size(conv, twice)).toBe(5);
    const same = conv1d({ filters: 1, size: 3, padding: 1 });
    expect(size(avgPool1d({ size: 2 }), same, convTranspose1d({ filters: 1, size: 2, stride: 2 }))).toBe(6);
    const [fourth, back] = [
      conv1d({ filters: 1, size: 1, stride: 4 }),
      convTranspose1d({ filters: 1, size: 1, stride: 4 }),
    ];
    const gaps = chain([fourth, back, avgPool1d({ size: 2, stride: 1 })]).field([1, 101, 1]);
    expect([24, 25, 27].map((p) => fieldAt(gaps, [p])[0].size)).toEqual([1, 0, 1]);
    const [first, second] = [0, 1].map((p) => fieldAt(chain([conv, twice]).field([1, 32, 1]), [p])[0]);
    expect([first, second]).toEqual([
      { start: -3, size: 5 },
      { start: -1, size: 5 },
    ]);
  });

  it('[layer-field] of any chain the field of every inner unit is the support of its gradient', () => {
    let inner = 0;
    const cut: Layer[] = [
      avgPool1d({ size: 1, stride: 5 }),
      convTranspose1d({ filters: 1, bias: false, size: 1, padding: 1 }),
      conv1d({ filters: 1, bias: false, size: 1, stride: 2, padding: 'same' }),
      convTranspose1d({ filters: 1, bias: false, size: 3, dilation: 2 }),
    ];
    fc.assert(
      fc.property(fc.array(layers, { minLength: 1, maxLength: 4 }), (list) => {
        const net = chain(list);
        const units = unitsOf(net, 100);
        fc.pre(units !== undefined && units <= 250);
        inner += agrees(net, 100, 0.25, readsInside(list, 100));
      }),
      { numRuns: 60, examples: [[cut]] },
    );
    expect(inner).toBeGreaterThan(200);
  });

  it('[layer-field] branches have the union of their fields, also with different steps', () => {
    const c = (size: number, stride: number, dilation = 1): Layer =>
      conv1d({ filters: 1, bias: false, size, stride, dilation, padding: 'same' });
    const up = (size: number, stride: number): Layer =>
      convTranspose1d({ filters: 1, bias: false, size, stride, padding: 'same' });
    const nets: Layer[] = [
      sum([c(3, 1), c(3, 1, 4), identity()]),
      concat([chain([c(3, 2), up(4, 2)]), c(1, 1), chain([c(5, 3), up(1, 3)])]),
      chain([
        concat([chain([c(2, 2), up(3, 2)]), identity()]),
        conv1d({ filters: 1, size: 2, dilation: 3, stride: 2 }),
      ]),
      sum([c(3, 2), chain([c(2, 4), up(4, 2)])]),
      sum([conv1d({ filters: 1, size: 3, stride: 2 }), conv1d({ filters: 1, size: 32 })]),
      chain([sum([conv1d({ filters: 1, size: 3, stride: 2 }), conv1d({ filters: 1, size: 32 })]), c(3, 1)]),
      sum([softmax({ axis: 1 }), identity()]),
    ];
    for (const net of nets.slice(0, 4)) expect(agrees(net, 60, 0.25)).toBeGreaterThan(5);
    for (const net of nets.slice(4, 6)) expect(agrees(net, 60, 0.1)).toBeGreaterThan(10);
    expect(receptiveField(nets[4], [1, 60, 1])).toEqual([{ size: 32, step: 1, start: 0 }]);
    expect(receptiveField(nets[6], [1, 60, 1])).toEqual([{ size: 60, step: 0, start: 0 }]);
    expect(receptiveField(chain([c(3, 2), globalAvgPool()]), [1, 60, 1])).toEqual([{ size: 61, step: 0, start: 0 }]);
  });

  it('[layer-field] the law holds in two and three dimensions, and finds fields that are too wide or too narrow', () => {
    const down = conv2d({ filters: 2, size: [3, 2], stride: [2, 1], padding: [1, 0] });
    const up = convTranspose2d({ filters: 1, size: [4, 3], stride: [2, 3], padding: [1, 2], outputPadding: [0, 2] });
    const net = chain({ down, up });
    laws(net, [1, 13, 11, 2], { kind: 'affine' });
    laws(
      chain([
        conv3d({ filters: 1, size: [1, 2, 3], dilation: [1, 2, 1] }),
        convTranspose3d({ filters: 1, size: [2, 1, 3], stride: [2, 1, 2], dilation: [1, 1, 3] }),
      ]),
      [1, 3, 5, 6, 1],
      { kind: 'affine' },
    );
    const withField = (change: (axis: AxisField) => AxisField): Layer => ({
      ...net,
      field: (x) => net.field(x).map(change),
    });
    const broken = (layer: Layer) => brokenLaws(layer, [1, 13, 11, 2], { kind: 'affine', runs: 8, seed: 1 });
    expect(broken(withField((axis) => axis))).toEqual([]);
    expect(broken(withField(({ size, step, start }) => ({ size: size - 1, step, start })))).toContain(
      'receptive field',
    );
    expect(broken(withField(({ size, step, start }) => ({ size: size + 2, step, start: start - 1 })))).toContain(
      'receptive field is the support of the gradient',
    );
  });

  it('[layer-field] huge windows and strides have a field without delay', () => {
    const huge = 0x7fffffff;
    expect(convTranspose1d({ filters: 1, size: 3, stride: 1e6 }).field([1, 2, 1])).toEqual([
      { size: 1, step: 1e-6, start: -2e-6 },
    ]);
    const same = conv1d({ filters: 1, size: huge, padding: 'same' });
    expect(chain([same, same, convTranspose1d({ filters: 1, size: 2, stride: 2 })]).field([1, 4, 1])[0].size).toBe(
      2 * huge - 1,
    );
  });

  it('[layer-field] fieldAt: invalid arguments are refused, and a hand-written field is accepted as it is', () => {
    expect(fieldAt([{ size: 3, step: 2, start: -1 }], [4])).toEqual([{ start: 7, size: 3 }]);
    expect(fieldAt([{ size: 1.5, step: 0.5, start: -0.5 }], [1])).toEqual([{ start: 0, size: 2 }]);
    expect(() => fieldAt([{ size: 3, step: 2, start: -1 }], [])).toThrow(
      'fieldAt: position must have a number for each of the 1 axes of the field, got 0 [layer-field]',
    );
    expect(() => fieldAt({} as [], [0])).toThrow(
      'fieldAt: field must be an array of {size, step, start} [layer-field]',
    );
    expect(() => fieldAt([], ['a'] as never)).toThrow('position must be an array of whole numbers [layer-field]');
  });
});
