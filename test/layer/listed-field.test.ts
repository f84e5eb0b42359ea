// Receptive fields that are written by hand, and those of more cells or phases than are listed one by one.

import { describe, expect, it } from 'vitest';
import { type AxisField, chain, conv1d, type Field, fieldAt, identity, type Layer, sum } from '../../src/index.ts';
import { hull, mirroredField, spanAt, throughField, windowField } from '../../src/layer/field.ts';
import { fieldOf, MOST_PHASES } from '../../src/layer/field-cells.ts';
import { listedField } from '../../src/layer/listed-field.ts';
import type { Axis } from '../../src/window.ts';

const shape = [1, 9, 1];
const withField = (size: number, step: number, start: number): Layer => ({
  ...identity(),
  field: () => [{ size, step, start }],
});
const window = (size: number, dilation: number, start: number, stride = 1): Field =>
  windowField([{ size, stride, dilation, before: -start } as Axis]);
/** Of `stride` units that follow one another one depends on a cell, the others on none. */
const spread = (stride: number, before = 0): Field => mirroredField([{ size: 1, stride, dilation: 1, before } as Axis]);

describe('a field written by hand', () => {
  it('[layer-field] that is no whole number of cells is composed as a triple', () => {
    const own = withField(2.5, 0.5, -0.25);
    expect(chain([own, conv1d({ filters: 1, size: 3, stride: 2, padding: [[1, 0]] })]).field(shape)).toEqual([
      { size: 3.5, step: 1, start: -0.75 },
    ]);
    expect(chain([conv1d({ filters: 1, size: 3, stride: 2 }), own]).field(shape)).toEqual([
      { size: 6, step: 1, start: -0.5 },
    ]);
    expect(chain([identity(), withField(0.1, 1, 0)]).field(shape)).toEqual([{ size: 0.1, step: 1, start: 0 }]);
    expect(chain([withField(0.1, 1, 0), identity()]).field(shape)).toEqual([{ size: 0.1, step: 1, start: 0 }]);
  });

  it('[layer-field] meets others in the widest hull of the first and the last unit', () => {
    const [slow, fast] = [withField(2.5, 0.5, 1), withField(1.25, 2, 0)];
    expect(sum([slow, fast]).field(shape)).toEqual([{ size: 12.25, step: 0.5, start: 0 }]);
    expect(sum([fast, slow]).field(shape)).toEqual([{ size: 12.25, step: 0.5, start: 0 }]);
    expect(sum([withField(2.5, 1, 1), withField(1.5, 1, -3)]).field(shape)).toEqual([
      { size: 6.5, step: 1, start: -3 },
    ]);
    const cells = withField(3, 1, 0);
    expect(sum([cells, withField(0.5, 2, -8)]).field(shape)).toEqual([{ size: 11, step: 1, start: -8 }]);
    expect(hull([[{ size: 1.5, step: 2, start: 1 }]], [])).toEqual([{ size: 1.5, step: 2, start: 1 }]);
  });

  it('[layer-field] with one number that is not whole is not taken for cells', () => {
    expect(spanAt({ size: 1.5, step: 1, start: 0 }, 1)).toEqual({ start: 1, size: 2 });
    expect(spanAt({ size: 2, step: 0.5, start: 0 }, 1)).toEqual({ start: 1, size: 2 });
    expect(spanAt({ size: 2, step: 1, start: 0.5 }, 1)).toEqual({ start: 2, size: 2 });
    expect(spanAt({ size: 0, step: 1, start: 2 }, 1)).toEqual({ start: 3, size: 0 });
  });

  it('[layer-field] is copied and frozen, and a frozen one is given through', () => {
    const [point] = identity().field(shape);
    const [frozen] = window(3, 1, 0);
    const loose = { size: 3, step: 1, start: -1 };
    expect(throughField([point], [frozen])[0]).toBe(frozen);
    expect(throughField([frozen], [point])[0]).toBe(frozen);
    const [own] = throughField([point], [loose]);
    expect(own).toEqual(loose);
    expect(own).not.toBe(loose);
    expect(Object.isFrozen(own)).toBe(true);
    expect(throughField([loose], [])).toEqual([loose]);
  });

  it('[layer-field] fieldAt refuses entries that are none', () => {
    const message = 'fieldAt: field must be an array of {size, step, start} [layer-field]';
    const axis = { size: 1, step: 1, start: 0 };
    for (const odd of [undefined, null, 5, { ...axis, size: Number.NaN }, { ...axis, step: '1' }, { size: 1, step: 1 }])
      expect(() => fieldAt([odd as AxisField], [0])).toThrow(expect.objectContaining({ message }));
    expect(() => fieldAt(Array(65).fill(axis), Array(65).fill(0))).toThrow(message);
    expect(fieldAt(Array(64).fill(axis), Array(64).fill(3))).toHaveLength(64);
    expect(() => throughField([axis], 5 as never)).toThrow(
      'layer: field must give an array, one entry per axis, got 5 [layer-field]',
    );
  });
});

describe('what is listed', () => {
  /** What the first unit of the union of the windows sees through a layer of which every second unit depends on nothing. */
  const seen = (...windows: Field[]) => spanAt(throughField(spread(2), hull(windows, [1]))[0], 0);

  it('[layer-field] cells that touch are one run: only gaps are counted', () => {
    const far = window(1, 1, 3001);
    expect(seen(window(1000, 2, 0), window(1000, 2, 1), far)).toEqual({ size: 1000, start: 0 });
  });

  it('[layer-field] 1024 runs keep their gaps; of more, all between counts', () => {
    expect(seen(window(1024, 2, 1)).size).toBe(0);
    expect(seen(window(512, 2, 1), window(512, 2, 2001)).size).toBe(0);
    expect(seen(window(512, 2, 1), window(513, 2, 2001))).toEqual({ size: 1512, start: 1 });
    expect(window(1025, 2, -1)).toEqual([{ size: 2049, step: 1, start: -1 }]);
    expect(seen(window(1025, 2, 1))).toEqual({ size: 1024, start: 1 });
  });

  it('[layer-field] of a long run only both ends are looked at, and it may see nothing', () => {
    const nothing = fieldOf({ period: 1, shift: 1, sets: [[]] });
    expect(throughField([nothing], window(5000, 1, 0))).toEqual([{ size: 0, step: 1, start: 0 }]);
    const two = throughField(window(2, 8, 1), window(2, 1, 0));
    expect(spanAt(throughField(spread(4), two)[0], 0).size).toBe(0);
    expect(throughField(window(2, 7, 3), window(5000, 1, 0))).toEqual([{ size: 5007, step: 1, start: 3 }]);
  });

  it('[layer-field] up to 4096 phases have their own cells; beyond, the triple is what remains', () => {
    const most = throughField(spread(MOST_PHASES / 4), spread(4))[0];
    expect([0, 1, 4, MOST_PHASES, MOST_PHASES + 4].map((p) => spanAt(most, p).size)).toEqual([1, 0, 0, 1, 0]);
    const far = throughField(spread(MOST_PHASES / 2, 5), spread(4, 3));
    expect(far).toEqual([{ size: 1, step: 1 / (2 * MOST_PHASES), start: 5.75 / (MOST_PHASES / 2) }]);
    expect(spanAt(far[0], 0).size).toBe(1);
    expect(hull([spread(2), spread(2, 1)], [9])).toEqual([{ size: 1, step: 0.5, start: 0 }]);
    const united = (n: number) => hull([window(2, 4, 0, 2), window(1, 1, 1, 3)], [n])[0];
    expect([0, 1, 2].map((p) => spanAt(united(MOST_PHASES), p))).toEqual([
      { start: 0, size: 5 },
      { start: 2, size: 5 },
      { start: 4, size: 5 },
    ]);
    expect(spanAt(united(MOST_PHASES), 5)).toEqual({ start: 10, size: 7 });
    expect(united(MOST_PHASES + 1)).toEqual({ size: MOST_PHASES + 2, step: 2, start: 0 });
  });

  it('[layer-field] units listed one by one, and the rough field of more', () => {
    const rough = { size: 7, step: 1, start: -3 };
    const last = (p: number) => (p === 2 ? 4 : p);
    const field = listedField(4, 0.5, (p) => p, last, rough);
    expect(field).toEqual({ size: 3, step: 0.5, start: 0 });
    expect([0, 1, 2, 3].map((p) => spanAt(field, p))).toEqual([
      { start: 0, size: 1 },
      { start: 1, size: 1 },
      { start: 2, size: 3 },
      { start: 3, size: 1 },
    ]);
    expect(
      listedField(
        MOST_PHASES,
        1,
        (p) => p,
        (p) => p,
        rough,
      ),
    ).toEqual({ size: 1, step: 1, start: 0 });
    expect(
      listedField(
        MOST_PHASES + 1,
        1,
        (p) => p,
        (p) => p,
        rough,
      ),
    ).toEqual(rough);
  });
});
