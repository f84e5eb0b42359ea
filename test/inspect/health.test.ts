// Health of units and of filters: exact small cases, and the verdicts that section V3 asks for.

import { expect, test } from 'vitest';
import { filters, tensor } from '../../src/index.ts';
import { filterHealth, unitHealth } from '../../src/inspect/index.ts';

/** Samples × units from one list per unit. */
const units = (...columns: number[][]) =>
  tensor(
    [columns[0].length, columns.length],
    columns[0].flatMap((_, i) => columns.map((column) => column[i])),
  );

test('[inspect-health] independent sparse units are good (V3)', () => {
  const report = unitHealth(units([1, 0, 0, 0, 2, 0, 0, 0], [0, 3, 0, 0, 0, 3, 0, 0], [0, 0, 0, 5, 0, 0, 0, 1]));
  expect([report.verdict, report.reasons, report.dead, report.constant]).toEqual(['good', [], [], []]);
  expect(report.zeros).toEqual({
    units: [0.75, 0.75, 0.75],
    samples: [2, 2, 3, 2, 2, 2, 3, 2].map((zeros) => zeros / 3),
  });
  expect(report.variance).toEqual([31 / 64, 108 / 64, 172 / 64]);
});

test('[inspect-health] more than a quarter of constant columns is bad; those at 0 are dead', () => {
  const alive = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ];
  const three = unitHealth(units(...alive, [0, 0, 0, 0]));
  expect([three.verdict, three.dead, three.constant]).toEqual(['good', [3], [3]]);
  const two = unitHealth(units(...alive.slice(1), [0, 0, 0, 0], [7, 7, 7, 7]));
  expect([two.dead, two.constant]).toEqual([[2], [2, 3]]);
  expect(two.reasons).toEqual(['50 % of the units are constant over the batch, more than 25 %']);
  expect(unitHealth(units(...alive.slice(1), [0, 0, 0, 0], [7, 7, 7, 7]), { constant: 0.5 }).verdict).toBe('good');
});

test('[inspect-health] identical columns are bad: their correlation is 1, that of opposite ones −1', () => {
  const [a, b, c] = [
    [1, 2, 3, 6],
    [2, 4, 6, 12],
    [-1, -2, -3, -6],
  ];
  const { correlation, verdict, reasons } = unitHealth(units(a, b, c));
  expect([verdict, reasons]).toEqual(['bad', ['the units are correlated: mean |ρ| 1, more than 0.5']]);
  expect(correlation.mean).toBeCloseTo(1, 12);
  expect(Array.from(correlation.matrix.data, (each) => Math.round(each * 1e9) / 1e9)).toEqual([
    1, 1, -1, 1, 1, -1, -1, -1, 1,
  ]);
  expect(unitHealth(units(a, b), { correlation: 1 }).correlation.greatest?.pair).toEqual([0, 1]);
});

test('[inspect-health] orthogonal units have exactly correlation 0; a constant one is not included', () => {
  const { correlation } = unitHealth(units([1, 1, -1, -1], [1, -1, 1, -1], [4, 4, 4, 4]));
  expect(correlation.mean).toBe(0);
  expect(Array.from(correlation.matrix.data)).toEqual([1, 0, Number.NaN, 0, 1, ...Array(4).fill(Number.NaN)]);
});

test('[inspect-health] every place of every image is a sample', () => {
  const flat = units([1, 0, 2, 0, 0, 3], [0, 4, 0, 0, 1, 0]);
  expect(unitHealth(tensor([1, 3, 2, 2], flat.data))).toEqual(unitHealth(flat));
});

test('[inspect-health] the report as text', () => {
  expect(unitHealth(units([1, 0, 0, 0], [0, 0, 0, 0], [2, 0, 0, 2])).text.split('\n')).toEqual([
    '3 units over 4 samples: bad, because 33.3 % of the units are constant over the batch, more than 25 %; the units are correlated: mean |ρ| 0.577, more than 0.5',
    '  zeros: a unit is 0 on 50 % to 100 % (half of them 75 % or more) of the samples; in a sample 33.3 % to 100 % (half of them 100 % or more) of the units are 0',
    '  dead (always 0): 1 (1); constant: 1 (1)',
    '  variance of a unit: 0 to 1 (half of them 0.188 or more)',
    '  correlation of two: mean |ρ| 0.577, greatest 0.577 between 0 and 2',
  ]);
});

test('[inspect-health] thresholds and values are checked', () => {
  const y = units([1, 0], [0, 1]);
  expect(() => unitHealth(y, { constant: 2 })).toThrow(
    /constant must be a number from 0 to 1, got 2 \[inspect-health\]/,
  );
  expect(() => unitHealth(y, { dead: 0.5 } as never)).toThrow(/\[layer-attributes\]/);
  expect(() => unitHealth(tensor([3]))).toThrow(/at least two axes/);
  expect(() => unitHealth(units([1, Number.NaN]))).toThrow(/must be finite, got NaN at index 1/);
});

test('[inspect-filter-health] smooth, differing filters are good; hand-made blurs and edges have structure', () => {
  const rows = [1, 1, 1, 0, 0, 0, -1, -1, -1];
  const columns = [1, 0, -1, 1, 0, -1, 1, 0, -1];
  const weight = tensor(
    [3, 3, 1, 2],
    rows.flatMap((value, i) => [value, columns[i]]),
  );
  const report = filterHealth(weight);
  expect([report.verdict, report.correlation.mean, report.dead]).toEqual(['good', 0, []]);
  expect(report.norm).toEqual([Math.sqrt(6), Math.sqrt(6)]);
  // Six pairs along the stripes are equal, six across are (1, 0) and (0, −1).
  expect(report.structure[0]).toBeCloseTo(report.structure[1], 12);
  expect(report.structure[0]).toBeCloseTo(4.75 / 6.25, 12);
  expect(filterHealth(filters.edgeAll.weight).structure[0]).toBeLessThan(0);
});

test('[inspect-filter-health] noise, repeated filters and dead filters are bad, each for its own reason', () => {
  const checker = [1, -1, 1, -1, 1, -1, 1, -1, 1];
  expect(filterHealth(tensor([3, 3, 1, 1], checker)).reasons).toEqual([
    'they look like noise: structure -1, less than 0.1',
  ]);
  const ramp = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const both = (other: (value: number) => number) =>
    tensor(
      [3, 3, 1, 2],
      ramp.flatMap((value) => [value, other(value)]),
    );
  expect(filterHealth(both((value) => 2 * value)).reasons).toEqual([
    'the filters are correlated: mean |ρ| 1, more than 0.5',
  ]);
  const dead = filterHealth(
    both((value) => (value === 9 ? 1e-3 : 0)),
    { correlation: 1 },
  );
  expect([dead.dead, dead.reasons]).toEqual([[1], ['50 % of the filters are dead, more than 25 %']]);
  expect(filterHealth(tensor([1, 1, 2, 2], [1, 2, 3, 1])).text).toContain('no neighbours that vary');
});

test('[inspect-filter-health] neighbours lie on the spatial axes, not across channels', () => {
  // Channel 0 rises, channel 1 falls: each is smooth along the axis.
  const weight = tensor([4, 2, 1], [0, 30, 10, 20, 20, 10, 30, 0]);
  expect(filterHealth(weight).structure[0]).toBeGreaterThan(0);
});
