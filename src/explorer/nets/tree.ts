// A net as a tree of what the library says of each part: shape, parameters, multiply-adds, memory, receptive field.

import { describe } from '../../inspect/summary.ts';
import { declaredParams } from '../../layer/declared-params.ts';
import { pointField, throughField } from '../../layer/field.ts';
import { flatParams, nameIn } from '../../layer/flat-params.ts';
import type { Arrangement, Field, Layer } from '../../layer/layer.ts';
import type { OnnxDescription } from '../../onnx/describe.ts';
import type { FreeShape } from '../../onnx/graph.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { counted } from '../numbers.ts';
import type { Subject } from './networks.ts';

export interface Part {
  readonly path: string;
  /** The last name of the path. */
  readonly name: string;
  readonly op: string;
  /** Without the batch; nothing where it is not known. */
  readonly shape?: FreeShape;
  readonly parameters: number;
  readonly cost: number;
  /** Bytes of its output in float32. */
  readonly memory: number;
  /** Cells of the input on each axis that a unit sees; nothing where it is not known. */
  readonly field?: Field;
  readonly arrangement?: Arrangement;
  readonly parts: readonly Part[];
}

export interface Net {
  readonly title: string;
  readonly input?: FreeShape;
  readonly parts: readonly Part[];
  readonly parameters: number;
  readonly cost: number;
  /** The most bytes of activations that are needed at once. */
  readonly memory: number;
  /** What the file says that is not in the parts. */
  readonly notes: readonly string[];
}

const withoutBatch = <T>(shape: readonly T[]): readonly T[] => (shape.length > 1 ? shape.slice(1) : shape);

export function netOf({ title, net, shape }: Subject): Net {
  const { parameters, cost, memory } = describe(net, shape);
  const root = partOf(net, shape, pointField(shape), '', '');
  return {
    title,
    input: withoutBatch(shape),
    parts: root.parts.length > 0 && root.arrangement === 'sequence' ? root.parts : [root],
    parameters,
    cost,
    memory: memory.forward,
    notes: [],
  };
}

function partOf(layer: Layer, x: Shape, reaching: Field, path: string, name: string): Part {
  const inputs = Object.entries(layer.inputs?.(x) ?? {});
  const parts = inputs.map(([child, input]) =>
    partOf(layer.children[child], input.shape, throughField(reaching, input.field), nameIn(path, child), child),
  );
  const shape = layer.shape(x);
  const own = parts.length > 0 ? sumOf(parts) : { parameters: parametersOf(layer, x), cost: layer.cost(x) };
  return {
    path,
    name: name || layer.name,
    op: layer.name,
    shape: withoutBatch(shape),
    ...own,
    memory: 4 * sizeOf(shape),
    field: throughField(reaching, layer.field(x)),
    ...(layer.arrangement && { arrangement: layer.arrangement }),
    parts,
  };
}

const sumOf = (parts: readonly Part[]) => ({
  parameters: parts.reduce((sum, part) => sum + part.parameters, 0),
  cost: parts.reduce((sum, part) => sum + part.cost, 0),
});

const parametersOf = (layer: Layer, x: Shape): number =>
  Object.values(flatParams(declaredParams(layer, x))).reduce(
    (sum, { shape, trained = true }) => sum + (trained ? sizeOf(shape) : 0),
    0,
  );

const shownOf = ({ rows }: OnnxDescription) => rows.filter(({ by }) => by !== 'folded');

export const opsetOf = (description: OnnxDescription): string =>
  `Opset ${description.opset}, ${counted(shownOf(description).length, 'node')}`;

/** A problem often has others behind it. */
const MOST_PROBLEMS = 5;

/** A model of ONNX, node by node; shapes are as the file has them, channels first. */
export function netOfOnnx(title: string, description: OnnxDescription): Net {
  const { rows, inputs, parameters, cost, memory } = description;
  const shown = shownOf(description);
  const [input] = inputs;
  const all = [...new Set(rows.flatMap(({ problem = [] }) => problem))];
  const problems = all.slice(0, MOST_PROBLEMS).map((problem) => `Not run here: ${problem}`);
  if (all.length > MOST_PROBLEMS) problems.push(`${all.length - MOST_PROBLEMS} other nodes are not run either.`);
  return {
    title,
    ...(input?.shape && { input: withoutBatch(input.shape) }),
    parts: shown.map((row) => ({
      path: row.name,
      name: row.name || row.op,
      op: row.op,
      ...(row.outputs[0]?.shape && { shape: withoutBatch(row.outputs[0].shape) }),
      parameters: row.parameters,
      cost: row.cost,
      memory: row.memory,
      ...(row.field && { field: row.field }),
      parts: [],
    })),
    parameters,
    cost,
    memory,
    notes: [`${opsetOf(description)}; shapes are as the file has them, channels first.`, ...problems],
  };
}

/** The tensors of a safetensors file, each with its shape. */
export const netOfTensors = (title: string, tensors: Readonly<Record<string, { readonly shape: Shape }>>): Net => ({
  title,
  parts: Object.entries(tensors).map(([name, { shape }]) => ({
    path: name,
    name,
    op: 'tensor',
    shape,
    parameters: sizeOf(shape),
    cost: 0,
    memory: 4 * sizeOf(shape),
    parts: [],
  })),
  parameters: Object.values(tensors).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  cost: 0,
  memory: 0,
  notes: ['A safetensors file holds tensors and no net: there are no shapes of activations in it.'],
});

/** All operators, without what they are grouped in. */
export const operatorsOf = (parts: readonly Part[]): Part[] =>
  parts.flatMap((part) => (part.parts.length > 0 ? operatorsOf(part.parts) : [part]));
