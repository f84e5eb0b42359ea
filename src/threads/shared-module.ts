// The module of the kernels over a memory that threads share: the same code, with an import of such a memory.

import type { Kernels } from '../kernels/exports.ts';
import { decode, granted, type Instance } from '../kernels/module.ts';

/** The most pages that addresses of 32 bits reach, here and as LEB128. */
const MOST_PAGES = 0x10000;
const MOST_IN_BYTES = [0x80, 0x80, 0x04];

/** Pages of a new memory. */
const FIRST_PAGES = 16;

/** The section of imports, and limits of a memory that is shared and has a maximum. */
const IMPORTS = 2;
const SHARED = 3;

let module: WebAssembly.Module | undefined;

/** @throws {Refusal} where the host forbids compiling. */
export function sharedModule(): object {
  module ??= granted(
    (reason) => `it forbids compiling kernels for shared memory: ${reason}`,
    () => new WebAssembly.Module(withSharedMemory(decode())),
  );
  return module;
}

/**
 * A new memory that grows.
 *
 * @throws {Refusal} where the host does not give it.
 */
export const sharedMemory = (): WebAssembly.Memory =>
  granted(
    (reason) => `it refuses memory: ${reason}`,
    () => new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES, shared: true }),
  );

/**
 * Memory for words or numbers that threads share, beside that of the kernels.
 *
 * @throws {Refusal} where the host does not give it.
 */
export const sharedBytes = (bytes: number): SharedArrayBuffer =>
  granted(
    (reason) => `it refuses memory that threads share: ${reason}`,
    () => new SharedArrayBuffer(bytes),
  );

/** An instance over a new memory that grows. */
export function sharedInstance(): Instance {
  const memory = sharedMemory();
  const instance = new WebAssembly.Instance(sharedModule() as WebAssembly.Module, { env: { memory } });
  return { kernels: instance.exports as unknown as Kernels, memory };
}

/** The one import of the module is its memory: kind, limits without a maximum, and pages end the section. */
function withSharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let [at, start, end] = [0, 0, 8];
  do {
    at = end;
    let size = 0;
    start = at + 1;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = bytes[start++];
      size |= (byte & 127) << shift;
      more = byte > 127;
    }
    end = start + size;
  } while (bytes[at] !== IMPORTS);
  const section = [...bytes.subarray(start, end - 2), SHARED, bytes[end - 1], ...MOST_IN_BYTES];
  return Uint8Array.of(...bytes.subarray(0, at), IMPORTS, section.length, ...section, ...bytes.subarray(end));
}
