// Counting without running: one row per operator, sum and concatenation, with shape, parameters, multiply-adds and receptive field.

import { flag, known } from '../attributes.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { declaredParams } from '../layer/declared-params.ts';
import { pointField, throughField } from '../layer/field.ts';
import { checkShapes, flatParams, nameIn } from '../layer/flat-params.ts';
import type { Field, Layer } from '../layer/layer.ts';
import { checkShape, type Shape, sizeOf } from '../tensor.ts';
import { type Memory, memoryOf } from './memory.ts';

/**
 * One operator of a net, or where its branches meet. `size` counts the elements of one image's output; `parameters`
 * excludes the statistics of norms.
 */
export interface Row {
  readonly path: string;
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
  readonly parameters: number;
  readonly statistics: number;
  readonly cost: number;
  readonly field: Field;
}

/** One parameter of a net, under its flat name. `bytes` is its size in float32. */
export interface Variable {
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
  readonly bytes: number;
}

export interface Description {
  /** The first row is the input. */
  readonly rows: readonly Row[];
  readonly variables: readonly Variable[];
  readonly parameters: number;
  /** Running means and variances: not trained. */
  readonly statistics: number;
  /** Multiply-adds of one forward pass. */
  readonly cost: number;
  /** Of the activations, in bytes. */
  readonly memory: Memory;
}

/**
 * The rules of a net, without running it or allocating its parameters: one row per operator. Spec inspect-summary.
 *
 * @example
 * describe(chain({ fc: dense({ units: 10 }) }), [1, 84]).parameters // 850
 */
export function describe(layer: Layer, shape: Shape): Description {
  checkLayer('describe', layer);
  checkShape('describe', shape);
  checkShape('describe', layer.shape(shape));
  checkShapes('describe', layer.params(shape));
  const input: Row = {
    path: '',
    name: 'input',
    shape,
    size: sizeOf(shape.slice(1)),
    parameters: 0,
    statistics: 0,
    cost: 0,
    field: pointField(shape),
  };
  const rows = [input, ...rowsOf(layer, shape, pointField(shape), '')];
  const total = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    rows,
    variables: variablesOf(layer, shape),
    parameters: total((row) => row.parameters),
    statistics: total((row) => row.statistics),
    cost: total((row) => row.cost),
    memory: memoryOf(layer, shape),
  };
}

function rowsOf(layer: Layer, x: Shape, reaching: Field, path: string): Row[] {
  const inputs = layer.inputs?.(x);
  const inner = Object.entries(inputs ?? {}).flatMap(([name, { shape, field }], i) => {
    const rows = rowsOf(layer.children[name], shape, throughField(reaching, field), nameIn(path, name));
    // A shared layer has its parameters here, and its cost where it is used.
    return layer.arrangement === 'shared' && i === 0 ? rows.map((row) => ({ ...row, cost: 0 })) : rows;
  });
  if (inputs && layer.arrangement === 'sequence') return inner;
  const shape = layer.shape(x);
  const own = inputs ? { parameters: 0, statistics: 0, cost: 0 } : { ...countOf(layer, x), cost: layer.cost(x) };
  const field = throughField(reaching, layer.field(x));
  return [...inner, { path, name: layer.name, shape, size: sizeOf(shape.slice(1)), ...own, field }];
}

function variablesOf(layer: Layer, x: Shape): Variable[] {
  return Object.entries(flatParams(layer.params(x))).map(([name, shape]) => {
    const size = sizeOf(shape);
    return { name, shape, size, bytes: 4 * size };
  });
}

/** Elements of the trained tensors, and of the statistics. */
function countOf(layer: Layer, x: Shape): { parameters: number; statistics: number } {
  let [parameters, statistics] = [0, 0];
  for (const { shape, trained = true } of Object.values(flatParams(declaredParams(layer, x)))) {
    if (trained) parameters += sizeOf(shape);
    else statistics += sizeOf(shape);
  }
  return { parameters, statistics };
}

/**
 * The number of trained parameters of a net on inputs of a shape; running statistics are not counted. Spec inspect-parameters.
 *
 * @example
 * parameterCount(conv2d({ filters: 100, size: 3 }), [1, 32, 32, 3]) // 2800
 */
export const parameterCount = (layer: Layer, shape: Shape): number => {
  checkLayer('parameterCount', layer);
  checkShape('parameterCount', shape);
  return countOf(layer, shape).parameters;
};

/**
 * The receptive field of a unit of the output, one `{size, step, start}` per spatial axis: unit p sees the input cells
 * from `start + p·step`, `size` of them; `start` may be negative. Spec layer-field.
 *
 * @example
 * receptiveField(chain([conv2d({ filters: 1, size: 3 }), conv2d({ filters: 1, size: 3 })]), [1, 8, 8, 1])[0].size // 5
 */
export function receptiveField(layer: Layer, shape: Shape): Field {
  checkLayer('receptiveField', layer);
  checkShape('receptiveField', shape);
  return layer.field(shape);
}

/**
 * A net as a table: layer, output shape, its size, parameters, multiply-adds and receptive field. `fold` omits the
 * operators without parameters and multiply-adds that keep the number of units. Spec inspect-summary.
 *
 * @example
 * console.log(summary(chain({ conv: conv2d({ filters: 6, size: 5 }) }), [1, 32, 32, 1]))
 */
export function summary(layer: Layer, shape: Shape, options: { readonly fold?: boolean } = {}): string {
  const who = 'summary';
  checkLayer(who, layer);
  checkShape(who, shape);
  options = known(who, options, ['fold'], 'options');
  const fold = flag('inspect-summary', who, 'fold', options.fold ?? false);
  const { rows, parameters, statistics, cost, memory } = describe(layer, shape);
  const kept = rows.filter(
    (row, i) => !fold || i === 0 || row.parameters + row.statistics + row.cost > 0 || row.size !== rows[i - 1].size,
  );
  const head = ['layer', 'operator', 'output', 'size', 'parameters', 'multiply-adds', 'field'];
  const body = kept.map((row) => [
    row.path,
    row.name,
    row.shape.join('×'),
    count(row.size),
    count(row.parameters),
    count(row.cost),
    row.field.map((axis) => axis.size).join('×'),
  ]);
  const foot = ['total', '', '', '', count(parameters), count(cost), ''];
  const lines = align([head, ...body, foot]);
  const rule = '-'.repeat(lines[0].length);
  const note = statistics > 0 ? [`and ${count(statistics)} running statistics`] : [];
  const activations = `activations: ${count(memory.forward)} bytes at most at once, ${count(memory.training)} bytes for training`;
  return [lines[0], rule, ...lines.slice(1, -1), rule, ...lines.slice(-1), ...note, activations]
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Digits in groups of three. */
const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** Aligns the first three columns to the left and the others to the right, with two blanks between them. */
function align(table: readonly (readonly string[])[]): string[] {
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  return table.map((row) =>
    row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
}
