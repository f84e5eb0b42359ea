// Models made for tests, in the words of ONNX.

import type { Draft } from '../../src/onnx/encode.ts';
import { encode } from '../../src/onnx/encode.ts';

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { float: number }
  | { floats: number[] }
  | { t: Draft };

export interface NodeDraft {
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly name?: string;
  readonly domain?: string;
}

/** A float32 tensor, or int64 with `whole`. */
export const floats = (name: string, dims: readonly number[], values: readonly number[]): Draft => ({
  name,
  dims,
  type: 1,
  floats: values,
});
export const wholes = (name: string, values: readonly number[], dims: readonly number[] = [values.length]): Draft => ({
  name,
  dims,
  type: 7,
  int64s: values,
});

export function attribute([name, value]: readonly [string, AttributeValue]): Draft {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  if ('float' in value) return { name, type: 1, f: value.float };
  if ('floats' in value) return { name, type: 6, floats: value.floats };
  return { name, type: 4, t: (value as { t: Draft }).t };
}

export type Ports = Readonly<Record<string, readonly (number | string)[]>>;

export const port = (name: string, shape: readonly (number | string)[] | undefined, element = 1): Draft => ({
  name,
  type: {
    tensor: {
      element,
      ...(shape && {
        shape: { axes: shape.map((axis) => (typeof axis === 'number' ? { value: axis } : { name: axis })) },
      }),
    },
  },
});

export interface ModelDraft {
  readonly nodes: readonly NodeDraft[];
  readonly inputs?: Ports;
  readonly outputs?: readonly string[];
  readonly initializers?: readonly Draft[];
  readonly opset?: number;
  readonly element?: number;
}

export function modelOf({
  nodes,
  inputs = {},
  outputs,
  initializers = [],
  opset = 19,
  element = 1,
}: ModelDraft): Uint8Array {
  const last = nodes.at(-1);
  return encode('Model', {
    irVersion: 9,
    opsets: [{ version: opset }],
    graph: {
      name: 'test',
      nodes: nodes.map(({ op, name, domain, inputs: from = ['x'], outputs: to = ['y'], attributes = {} }) => ({
        op,
        name,
        domain,
        inputs: from,
        outputs: to,
        attributes: Object.entries(attributes).map(attribute),
      })),
      initializers,
      inputs: Object.entries(inputs).map(([name, shape]) => port(name, shape, element)),
      // Without a type, which engines infer.
      outputs: (outputs ?? last?.outputs ?? ['y']).map((name) => ({ name })),
    },
  });
}
