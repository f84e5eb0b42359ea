// A graph being written: nodes, weights and names, and how the file's tensor stands for the library's. Spec onnx-write.

import { viewOf } from '../formats/bytes.ts';
import { type ElementType, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import type { Draft } from './encode.ts';

/** A tensor of the file: `shape` is the library's, channels last; the file's has its channels first. */
export interface Written {
  readonly name: string;
  readonly shape: Shape;
  /** A flattened image that is not flattened in the file yet: its shape before, channels last. Pointwise nodes may come first. */
  readonly image?: Shape;
  /** Of the flatten that waits. */
  readonly flattenPath?: string;
}

/** FLOAT and DOUBLE of TensorProto. */
const number = { float32: 1, float64: 11 } as const;
const INT64 = 7;

type AttributeValue = number | string | readonly number[] | { readonly float: number };

function attribute(name: string, value: AttributeValue): Draft {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

export class GraphWriter {
  readonly nodes: Draft[] = [];
  readonly initializers: Draft[] = [];
  readonly type: ElementType;
  readonly #names = new Set<string>();
  readonly #weights = new Map<string, Draft>();
  #wanted = (name: string): string => name;

  constructor(type: ElementType) {
    this.type = type;
  }

  /** A name that nothing has yet. */
  unique(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#names.has(name); i++) name = `${wanted}_${i}`;
    this.#names.add(name);
    return name;
  }

  /** Appends a node; gives the name of its output, which is that of the node. */
  node(
    op: string,
    path: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain?: string,
  ): string {
    const name = this.unique(path || op.toLowerCase());
    const list = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    this.nodes.push({ inputs, outputs: [name], name, op, attributes: list, ...(domain !== undefined && { domain }) });
    return name;
  }

  /** Gives the last node more outputs, which nothing reads. */
  addOutputs(...names: readonly string[]): void {
    const last = this.nodes[this.nodes.length - 1] as { readonly outputs: readonly string[] };
    const more = names.map((name) => this.unique(`${last.outputs[0]}.${name}`));
    this.nodes[this.nodes.length - 1] = { ...last, outputs: [...last.outputs, ...more] };
  }

  /** What is written meanwhile at `path` has its weights at another one, each once. */
  weightsOf<T>(path: string, other: string, write: () => T): T {
    const before = this.#wanted;
    this.#wanted = (name) => before(name.startsWith(path) ? other + name.slice(path.length) : name);
    const result = write();
    this.#wanted = before;
    return result;
  }

  /** A weight as the file has it. */
  weight(name: string, { shape, data }: Tensor): string {
    return this.#tensor(name, number[this.type], shape, data.BYTES_PER_ELEMENT, (view, at, i) =>
      data instanceof Float64Array ? view.setFloat64(at, data[i], true) : view.setFloat32(at, data[i], true),
    );
  }

  /** A list of float32 numbers, whatever the type of the weights. */
  floats(name: string, values: readonly number[]): string {
    return this.#tensor(name, number.float32, [values.length], 4, (view, at, i) =>
      view.setFloat32(at, values[i], true),
    );
  }

  /** One number of the type of the weights. */
  number(name: string, value: number): string {
    const data = this.type === 'float64' ? Float64Array.of(value) : Float32Array.of(value);
    return this.weight(name, { shape: [], data });
  }

  /** A list of whole numbers, such as a shape. */
  wholes(name: string, values: readonly number[]): string {
    return this.#tensor(name, INT64, [values.length], 8, (view, at, i) =>
      view.setBigInt64(at, BigInt(values[i]), true),
    );
  }

  #tensor(
    wanted: string,
    type: number,
    shape: Shape,
    bytes: number,
    set: (view: DataView, at: number, i: number) => void,
  ): string {
    const raw = new Uint8Array(sizeOf(shape) * bytes);
    const view = viewOf(raw);
    for (let i = 0; i * bytes < raw.length; i++) set(view, i * bytes, i);
    const own = this.#wanted(wanted);
    const same = this.#weights.get(own);
    if (same && String(same.dims) === String(shape) && (same.raw as Uint8Array).every((byte, i) => byte === raw[i]))
      return same.name as string;
    const name = this.unique(own);
    const draft = { dims: shape, type, name, raw };
    this.#weights.set(own, draft);
    this.initializers.push(draft);
    return name;
  }

  /** An input or an output; the batch is free. */
  port(name: string, fileShape: Shape): Draft {
    const axes = fileShape.map((value, i) => (i === 0 ? { name: 'batch' } : { value }));
    return { name, type: { tensor: { element: number[this.type], shape: { axes } } } };
  }
}
