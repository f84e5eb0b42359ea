// Which implementation this host runs, and how a host that forbids compiling is given the kernels.

import { adopt } from './module.ts';
import { askAgain, refused } from './scratch-arena.ts';

/** What float32 runs on a host. */
export interface Host {
  /** `'kernels'`, the SIMD WebAssembly, or `'loops'`, plain JavaScript: the same bits, slower. */
  readonly runs: 'kernels' | 'loops';
  /** Why not the kernels; undefined where they run. */
  readonly reason: string | undefined;
}

/**
 * Says whether this host runs float32 on the SIMD kernels or on the plain loops, and why not on the kernels. It finds out
 * when it is first asked, or at the first computation, and keeps the answer. Spec kernel-host.
 *
 * @example
 * host().runs // 'kernels'
 */
export function host(): Host {
  const refusal = refused();
  return { runs: refusal ? 'loops' : 'kernels', reason: refusal?.message };
}

/**
 * Runs the kernels from a `WebAssembly.Module` that the host or the caller compiled: `toeplitz/kernels.wasm` of this
 * version, where compiling bytes is forbidden, or where one thread sends it to others. A host on which the loops run is
 * asked again; where the kernels run already, the next call runs on this module. spec/guide/hosts.md shows how hosts import it. Spec kernel-module.
 *
 * @throws {TypeError} kernel-module for what is not a `WebAssembly.Module`.
 * @throws {SpecError} kernel-module for another module, or for the kernels of another version.
 * @example
 * const other = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
 * try { useKernels(other); } catch (error) { console.log(error.clause); }
 * // kernel-module
 */
export function useKernels(module: object): void {
  adopt(module);
  askAgain();
}

let isSaid = false;

/** Whether float32 runs the kernels here. Where it does not, the console says so, once. Spec kernel-host. */
export function runsKernels(): boolean {
  const refusal = refused();
  if (refusal !== undefined && !isSaid) {
    isSaid = true;
    globalThis.console?.warn?.(
      `toeplitz: float32 runs in plain JavaScript on this host, the same bits but slower, because ${refusal.message} [kernel-host]`,
    );
  }
  return refusal === undefined;
}
