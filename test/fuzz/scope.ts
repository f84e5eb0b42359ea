// What a call is written with: the public names, values that are nearly right, and values that nobody should pass.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as formats from '../../src/formats/index.ts';
import * as toeplitz from '../../src/index.ts';
import * as inspect from '../../src/inspect/index.ts';
import * as nets from '../../src/nets/index.ts';
import * as onnx from '../../src/onnx/index.ts';
import * as ops from '../../src/ops/index.ts';
import * as oracle from '../../src/oracle/index.ts';
import * as testing from '../../src/testing/index.ts';
import * as threads from '../../src/threads/index.ts';
import * as train from '../../src/train/index.ts';

/** The modules behind the exports of package.json, by subpath. */
export const modules: Readonly<Record<string, object>> = {
  '.': toeplitz,
  './oracle': oracle,
  './testing': testing,
  './nets': nets,
  './formats': formats,
  './inspect': inspect,
  './onnx': onnx,
  './ops': ops,
  './threads': threads,
  './train': train,
};

const refuse = (): never => {
  throw new Error('a trap of the caller');
};

/** Values as they may come from a caller who is careless, or worse. */
const values = {
  /** Whole numbers from 1 to 3, which suit every parameter. */
  floats: (length: number) => Float32Array.from({ length }, (_, i) => 1 + (i % 3)),
  doubles: (length: number) => Float64Array.from({ length }, (_, i) => 1 + (i % 3)),
  cyclicArray: () => {
    const value: unknown[] = [];
    value[0] = value;
    return value;
  },
  cyclicRecord: () => {
    const value: Record<string, unknown> = {};
    value.weight = value;
    return value;
  },
  deep: () => {
    let value: unknown = [];
    for (let i = 0; i < 20_000; i++) value = [value];
    return value;
  },
  deepRecord: () => {
    let value: unknown = {};
    for (let i = 0; i < 20_000; i++) value = { a: value };
    return value;
  },
  bare: () => Object.create(null),
  detached: () => {
    const data = new Float32Array(4);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    return data;
  },
  /** A length that follows a buffer of the caller's; hosts before ES2024 give one that stays. */
  sharedFloats: (length: number) => new Float32Array(new SharedArrayBuffer(4 * length)),
  sharedBytes: (length: number) => new Uint8Array(new SharedArrayBuffer(length)),
  /** Throws at every read. */
  trap: () =>
    new Proxy(
      {},
      { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse },
    ),
  trapArray: () => new Proxy([1, 2, 3], { get: refuse }),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  revokedArray: () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  proxied: (value: object) => (Object(value) === value ? new Proxy(value, {}) : value),
  /** The same, but that one member throws. */
  trapped: (value: object, i: number) => {
    if (Object(value) !== value) return value;
    const keys = Object.keys(value).slice(0, 20);
    const key = keys[i % Math.max(1, keys.length)];
    return new Proxy(value, { get: (target, name) => (name === key ? refuse() : Reflect.get(target, name)) });
  },
  /** The same without a prototype. */
  unrooted: (value: object) => Object.assign(Object.create(null), value),
  withHole: (value: unknown) => {
    if (!Array.isArray(value)) return value;
    const holed = [...value];
    delete holed[0];
    return holed;
  },
  inherited: (value: object) => Object.create(Object(value)),
  /** Converts to a number and to text, or refuses to. */
  numberLike: () => ({ valueOf: () => 2, toString: () => '2' }),
  unconvertible: () => ({ valueOf: refuse, toString: refuse, [Symbol.toPrimitive]: refuse }),
  /** A layer whose method gives what it should not. */
  odd: (method: string, gives: unknown) => ({ ...toeplitz.relu(), [method]: () => gives }),
  /** The same layer, but a member throws when it is read. */
  unreadable: (member: string) =>
    Object.defineProperty({ ...toeplitz.relu() }, member, { get: refuse, enumerable: true }),
  /** Says that it holds more than it does. */
  boasting: (length: number) => Object.defineProperty(new Float32Array(2), 'length', { value: length }),
  growing: () =>
    new Float32Array(
      new (ArrayBuffer as never as new (n: number, o: object) => ArrayBuffer)(16, { maxByteLength: 64 }),
    ),
  thrower: () => () => {
    throw new TypeError('thrown by the caller [layer-rules]');
  },
  rejected: () => {
    const promise = Promise.reject(new TypeError('thrown by the caller [layer-rules]'));
    promise.catch(() => {});
    return promise;
  },
  bytes: (...of: number[]) => Uint8Array.from(of),
};

/** What good calls are about. */
const net = toeplitz.chain({ conv: toeplitz.conv2d({ filters: 2, size: 2 }), relu: toeplitz.relu() });
const params = toeplitz.initialize(net, [1, 3, 3, 1], { seed: 1 });
const x = toeplitz.tensor([1, 3, 3, 1], values.floats(9));
const zeros = {
  name: 'zeros',
  ops: {
    dense: ({ x: { shape }, attributes }: oracle.Call) => toeplitz.tensor([shape[0], attributes.units as number]),
  },
};
const subjects = {
  kernels: new WebAssembly.Module(readFileSync(join(process.cwd(), 'dist', 'kernels.wasm'))),
  net,
  params,
  x,
  zeros,
  report: await oracle.checkEngine(zeros, { ops: ['dense'], seed: 1, cases: 3 }),
  compiled: toeplitz.compile(net, x.shape, params),
  pull: net.vjp(x, params)[1],
  npy: formats.writeNpy(x),
  onnx: onnx.writeOnnx(toeplitz.relu(), [1, 3], {}),
  judgement: onnx.judge(onnx.writeOnnx(toeplitz.relu(), [1, 3], {}), { x: toeplitz.tensor([1, 3]) }),
  netFile: nets.writeNet(toeplitz.relu(), [1, 3], {}),
  npz: formats.writeNpz({ x }),
  png: await formats.writePng(toeplitz.tensor([2, 2, 1], [0, 1, 1, 0])),
  safetensors: formats.writeSafetensors({ x }),
  /** A file with some of its bytes changed. */
  spoilt: (file: Uint8Array, at: number, byte: number) => file.map((each, i) => (i === at % file.length ? byte : each)),
  cut: (file: Uint8Array, length: number) => file.slice(0, length % file.length),
};

const scope: Readonly<Record<string, unknown>> = Object.assign(
  { fc, ...values, ...subjects },
  ...Object.values(modules),
);
const compiledSources = new Map<string, (...of: unknown[]) => unknown>();

/** The value of an expression in these names. */
export function valueIn(source: string): unknown {
  let run = compiledSources.get(source);
  if (run === undefined) {
    run = new Function(...Object.keys(scope), `return (${source});`) as (...of: unknown[]) => unknown;
    compiledSources.set(source, run);
  }
  return run(...Object.values(scope));
}
