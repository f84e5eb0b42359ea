// What the tests of the nets have in common: an image, a narrow copy of a net, refusals, and the published tables.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  describe,
  gradientCheck,
  initialize,
  type Layer,
  mapLayer,
  type Shape,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { ABSENT, shared } from '../shared.ts';

/** A tensor of small numbers of both signs. */
export const image = (shape: Shape): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (((i * 37) % 64) - 25) / 16),
  );

/** The same net with a part of its filters and of its hidden units, so that a test can run it. */
export const narrow = (net: Layer, divisor: number): Layer =>
  mapLayer(net, (_, layer) => {
    const { filters, units } = layer.attributes as { filters?: number; units?: number };
    if (filters) return layer.with({ attributes: { filters: filters / divisor } });
    return units && units % divisor === 0 ? layer.with({ attributes: { units: units / divisor } }) : layer;
  });

/** Size, step and start of the field at the named rows. */
export function fieldsOf(net: Layer, shape: Shape, names: readonly string[]): Record<string, number[]> {
  const { rows } = describe(net, shape);
  return Object.fromEntries(
    names.map((name) => {
      const { size, step, start } = rows.find((row) => row.path === name)!.field[0];
      return [name, [size, step, start]];
    }),
  );
}

/** The fields of a net on square images are those of a table. */
export const expectFields = (net: Layer, size: number, table: Record<string, number[]>): void =>
  expect(fieldsOf(net, [1, size, size, 3], Object.keys(table))).toEqual(table);

/** A copy of a net with a sixteenth of its filters runs, and its gradients agree with finite differences. */
export function runsNarrow(net: Layer, size: number): void {
  const thin = narrow(net, 16);
  const x = image([1, size, size, 3]);
  const params = initialize(thin, x.shape, { seed: 5, type: 'float64' });
  expect(thin.shape(x.shape)).toEqual([1, 3]);
  const report = gradientCheck(thin, x, params, { samples: 2 });
  expect(report.ok, report.text).toBe(true);
}

/** Every call is refused with an error that names the clause. */
export function refused(clause: string, ...calls: readonly (() => unknown)[]): void {
  for (const call of calls) expect(call, String(call)).toThrow(`[${clause}]`);
}

/** Shape without batch and without axes of one cell, parameters, multiply-adds. */
type Counted = readonly [shape: Shape, parameters: number, cost: number];

const counted =
  'conv2d depthwiseConv2d dense lrn batchNorm frozenNorm sum product concat maxPool2d avgPool2d globalAvgPool'.split(
    ' ',
  );
const wide = (shape: Shape): Shape => shape.filter((axis) => axis > 1);

/** The rows of a net that published tables have too. */
export const rowsOf = (net: Layer, shape: Shape, left = (_path: string): boolean => false): Counted[] =>
  describe(net, shape)
    .rows.filter((row) => counted.includes(row.name) && !left(row.path))
    .map((row) => [wide(row.shape.slice(1)), row.parameters + row.statistics, row.cost]);

interface Table {
  readonly params: number;
  readonly macs: number;
  readonly layers: readonly { name: string; op: string; out: number[]; params?: number; macs?: number }[];
}

/**
 * Compares every row, and the totals, with a published table of `data/nets.json`; skipped where that is absent. `left` are paths
 * that the table leaves out, `more` parameters that it counts without a row.
 */
export function sameAsPublished(
  clause: string,
  name: string,
  net: Layer,
  shape: Shape,
  { left, more = 0 }: { readonly left?: (path: string) => boolean; readonly more?: number } = {},
): void {
  const path = shared('data/nets.json');
  test(`[${clause}] every row of the published table of ${name}`, (context) => {
    if (path === undefined) return context.skip(ABSENT);
    const table: Table = JSON.parse(readFileSync(path, 'utf8')).nets[name];
    const theirs = table.layers
      .filter((layer) => layer.op !== 'adaptiveavgpool')
      .map(({ out: [, C, ...space], params = 0, macs = 0 }) => [wide([...space, C]), params, macs]);
    expect(rowsOf(net, shape, left)).toEqual(theirs);
    const { parameters, statistics, cost } = describe(net, shape);
    expect([parameters + statistics + more, cost]).toEqual([table.params, table.macs]);
  });
}
