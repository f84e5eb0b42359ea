// Who has which arena: the scratch arena that calls share, which is also the trial of the host, and one for each compiled net.

import { Arena, FIRST_BYTES, refusedMemory } from './arena.ts';
import { Refusal } from './module.ts';

/** An arena above this is dropped after the call that grew it. */
const KEPT_BYTES = 64 * 1024 * 1024;

let scratch: Arena | undefined;
let refusal: Refusal | undefined;

/**
 * Why this host does not run the kernels, or undefined where it does. The first scratch arena is the trial; a host that
 * refused is not asked again before `askAgain`. Spec kernel-host.
 */
export function refused(): Refusal | undefined {
  if (scratch === undefined && refusal === undefined) {
    try {
      scratch = new Arena();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal = error;
    }
  }
  return refusal;
}

/** Forgets that the host refused, and the instance of the module before. */
export function askAgain(): void {
  refusal = undefined;
  scratch = undefined;
}

/** Runs `body` on the scratch arena. One that a call fails on is dropped, so that no state survives it. */
export function withArena<T>(who: string, body: (arena: Arena) => T, key?: readonly unknown[]): T {
  const arena = scratch ?? newArena('kernel-memory', who);
  scratch = undefined;
  arena.reset(who, undefined, key);
  const result = body(arena);
  if (arena.isOwned || arena.bytes <= KEPT_BYTES) scratch = arena;
  return result;
}

/** Runs what `plan` makes on the scratch arena; an arena may keep it for the next call of the same key. */
export const runPlanned = <T>(who: string, plan: (arena: Arena) => () => T, key: readonly unknown[]): T =>
  withArena(who, (arena) => arena.planned(() => plan(arena))(), key);

/** Runs `body`, and every call in it on the given arena. */
export function onArena<T>(arena: Arena, body: () => T): T {
  const before = scratch;
  scratch = arena;
  try {
    return body();
  } finally {
    scratch = before;
  }
}

/** An arena of zeros for a compiled net: the scratch arena, if no call has used it, or a new one. Spec compile-memory. */
export function ownArena(who: string): Arena {
  const arena = scratch?.isUnused ? scratch : newArena('compile-memory', who);
  if (arena === scratch) scratch = undefined;
  arena.reset(who, 'compile-memory');
  return arena;
}

/** An arena where the first one was granted. */
function newArena(clause: string, who: string): Arena {
  try {
    return new Arena();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw refusedMemory(clause, who, FIRST_BYTES);
  }
}
