// The module of the kernels and its instances: the embedded bytes or a module that was handed in, and what a host refuses.

import { SpecError, show, wrongType } from '../errors.ts';
import { EMBEDDED, VERSION } from './binary.ts';
import type { Kernels } from './exports.ts';

/** What a host does not do for the kernels, as half a sentence about it: "it has no WebAssembly". */
export class Refusal extends Error {}

/** ASCII as bytes; not every host has a TextEncoder, the fastest way: jsdom has none. */
const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  typeof TextEncoder === 'undefined'
    ? Uint8Array.from(text, (character) => character.charCodeAt(0))
    : new TextEncoder().encode(text);

/** The module: the bytes that assembly/embed.mjs wrote as text. */
export function decode(): Uint8Array<ArrayBuffer> {
  const { size, frequent } = EMBEDDED;
  const isFrequent = (byte: number): number => (Number.parseInt(frequent[byte >> 2], 16) >> (byte & 3)) & 1;
  const order = Uint8Array.from({ length: 256 }, (_, byte) => byte).sort((a, b) => isFrequent(b) - isFrequent(a));
  const text = bytesOf(EMBEDDED.text);
  const bytes = new Uint8Array(size);
  for (let i = 0, next = 0; i < size; i++) {
    let code = text[next++] - 35;
    if (code > 89) code = 92 * code - 8190 + text[next++] - 35;
    bytes[i] = order[code];
  }
  return bytes;
}

/** What a constructor of the host makes. Hosts refuse by errors of many classes: whatever it throws is a refusal. */
export function granted<T>(refused: (reason: string) => string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new Refusal(refused(String((error as Error)?.message ?? error)).replace(/\s+/g, ' '));
  }
}

/** Typed arrays over WebAssembly memory have the host's order of bytes, the kernels WebAssembly's: little-endian. */
const isBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

let module: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  if (isBigEndian) throw new Refusal('it is big-endian');
  if (typeof WebAssembly === 'undefined') throw new Refusal('it has no WebAssembly');
  if (module === undefined) {
    const bytes = decode();
    module = granted(
      (reason) => whyNot(bytes, `it forbids compiling: ${reason}`),
      () => new WebAssembly.Module(bytes),
    );
  }
  return module;
}

/** A host that finds the bytes valid, or refuses to look at them, forbids compiling. */
function whyNot(bytes: Uint8Array<ArrayBuffer>, forbidden: string): string {
  const isValid = granted(
    () => forbidden,
    () => WebAssembly.validate(bytes),
  );
  return isValid ? forbidden : 'its WebAssembly has no 128-bit vectors';
}

/** A `WebAssembly.Memory`, in a type that needs no declarations of the host. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The kernels and their memory. */
export interface Instance {
  readonly kernels: Kernels;
  readonly memory: Memory;
}

/**
 * A new instance of the kernels over memory of its own. Spec kernel-host.
 *
 * @throws {Refusal} where the host does not give one.
 */
export function newInstance(pages: number): Instance {
  const module = compiled();
  const memory = granted(
    (reason) => `it refuses memory: ${reason}`,
    () => new WebAssembly.Memory({ initial: pages }),
  );
  const instance = granted(
    (reason) => `it refuses to instantiate: ${reason}`,
    () => new WebAssembly.Instance(module, { env: { memory } }),
  );
  return { kernels: instance.exports as unknown as Kernels, memory };
}

/** Instances are made from `given` from here on. Spec kernel-module. */
export function adopt(given: object): void {
  const sections = sectionsOf(given);
  if (sections === undefined) {
    throw wrongType('kernel-module', `useKernels: module must be a WebAssembly.Module, got ${show(given)}`);
  }
  const versions = sections.map((bytes) => String.fromCharCode(...new Uint8Array(bytes)));
  if (versions[0] !== VERSION) {
    throw new SpecError(
      'kernel-module',
      `useKernels: module must be toeplitz/kernels.wasm of this version, ${VERSION}, got ${versions[0] ?? 'another module'}`,
    );
  }
  module = given;
}

/** The sections in which assembly/embed.mjs wrote the version; undefined for what is not a module, of whichever realm. */
function sectionsOf(given: object): ArrayBuffer[] | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    return WebAssembly.Module.customSections(given, 'toeplitz');
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}
