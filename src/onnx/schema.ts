// The messages of ONNX that are read and written, with the numbers of their fields in onnx.proto. Spec onnx-file.
// Fields that are not listed are passed over; subgraphs stay bytes, for no operator that has one is run.

import type { Numbers } from './numbers.ts';

/** How the payload of a field is read; of numbers that may be many, only where they lie is noted. */
export type Kind = 'int' | 'float' | 'text' | 'bytes' | 'ints' | 'floats' | 'doubles' | MessageName;

/** `name`, `kind`, and whether the field may stand several times. Lists of numbers always may. */
export type Field = readonly [name: string, kind: Kind, repeated?: 'repeated'];

export const schema = {
  Model: {
    1: ['irVersion', 'int'],
    2: ['producerName', 'text'],
    3: ['producerVersion', 'text'],
    8: ['opsets', 'Opset', 'repeated'],
    7: ['graph', 'Graph'],
    14: ['metadata', 'Entry', 'repeated'],
    25: ['functions', 'bytes', 'repeated'],
  },
  Opset: { 1: ['domain', 'text'], 2: ['version', 'int'] },
  Entry: { 1: ['key', 'text'], 2: ['value', 'text'] },
  Graph: {
    2: ['name', 'text'],
    1: ['nodes', 'Node', 'repeated'],
    5: ['initializers', 'Tensor', 'repeated'],
    15: ['sparseInitializers', 'bytes', 'repeated'],
    11: ['inputs', 'ValueInfo', 'repeated'],
    12: ['outputs', 'ValueInfo', 'repeated'],
    13: ['valueInfo', 'ValueInfo', 'repeated'],
  },
  Node: {
    1: ['inputs', 'text', 'repeated'],
    2: ['outputs', 'text', 'repeated'],
    3: ['name', 'text'],
    4: ['op', 'text'],
    7: ['domain', 'text'],
    5: ['attributes', 'Attribute', 'repeated'],
  },
  Attribute: {
    1: ['name', 'text'],
    21: ['reference', 'text'],
    20: ['type', 'int'],
    2: ['f', 'float'],
    3: ['i', 'int'],
    4: ['s', 'bytes'],
    5: ['t', 'Tensor'],
    6: ['g', 'bytes'],
    7: ['floats', 'floats'],
    8: ['ints', 'ints'],
    9: ['strings', 'bytes', 'repeated'],
  },
  Tensor: {
    8: ['name', 'text'],
    1: ['dims', 'ints'],
    2: ['type', 'int'],
    4: ['floats', 'floats'],
    5: ['int32s', 'ints'],
    6: ['strings', 'bytes', 'repeated'],
    7: ['int64s', 'ints'],
    10: ['doubles', 'doubles'],
    11: ['uint64s', 'ints'],
    13: ['external', 'Entry', 'repeated'],
    14: ['location', 'int'],
    9: ['raw', 'bytes'],
  },
  ValueInfo: { 1: ['name', 'text'], 2: ['type', 'Type'] },
  Type: { 1: ['tensor', 'TensorType'] },
  TensorType: { 1: ['element', 'int'], 2: ['shape', 'Axes'] },
  Axes: { 1: ['axes', 'Axis', 'repeated'] },
  Axis: { 1: ['value', 'int'], 2: ['name', 'text'] },
} as const satisfies Readonly<Record<string, Readonly<Record<number, readonly [string, string, 'repeated'?]>>>>;

export type MessageName = keyof typeof schema;

/** What the rows above say, as types: a field that is absent is undefined, a repeated one empty. */
interface Payloads extends Messages {
  int: number;
  float: number;
  text: string;
  bytes: Uint8Array;
  ints: Numbers;
  floats: Numbers;
  doubles: Numbers;
}

type Fields<M extends MessageName> = (typeof schema)[M][keyof (typeof schema)[M]];
type Lists = 'ints' | 'floats' | 'doubles';
type Value<F> = F extends readonly [string, infer K extends keyof Payloads, 'repeated']
  ? readonly Payloads[K][]
  : F extends readonly [string, infer K extends keyof Payloads]
    ? K extends Lists
      ? Payloads[K]
      : Payloads[K] | undefined
    : never;

export type Message<M extends MessageName> = {
  readonly [F in Fields<M> as F extends readonly [infer N extends string, ...unknown[]] ? N : never]: Value<F>;
};

export interface Messages {
  Model: Message<'Model'>;
  Opset: Message<'Opset'>;
  Entry: Message<'Entry'>;
  Graph: Message<'Graph'>;
  Node: Message<'Node'>;
  Attribute: Message<'Attribute'>;
  Tensor: Message<'Tensor'>;
  ValueInfo: Message<'ValueInfo'>;
  Type: Message<'Type'>;
  TensorType: Message<'TensorType'>;
  Axes: Message<'Axes'>;
  Axis: Message<'Axis'>;
}
