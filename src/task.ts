// Tasks: recursion without the host's stack, so that layers and parameters may be nested as deep as memory goes.

import { at } from './errors.ts';

/** A computation that yields the ones it waits for, and is sent their results. */
// biome-ignore lint/suspicious/noExplicitAny: each yield is answered with the result of what it yields
export type Task<T> = Generator<Part, T, any>;

/** What concerns the child of that name; without a name, errors from it do not say where. */
export interface Part {
  readonly name?: string | undefined;
  readonly task: Task<unknown>;
}

// biome-ignore lint/correctness/useYield: it waits for nothing
export function* plain<T>(run: () => T): Task<T> {
  return run();
}

/** Runs a task to its end. An error from within says where, as `at` does. Spec layer-names. */
export function run<T>(task: Task<T>): T {
  const open: Part[] = [{ task }];
  let sent: unknown;
  for (;;) {
    const { task: current } = open[open.length - 1];
    const step = located(open, () => current.next(sent));
    if (!step.done) {
      open.push(step.value);
      sent = undefined;
      continue;
    }
    open.pop();
    if (open.length === 0) return step.value as T;
    sent = step.value;
  }
}

function located<R>(open: readonly Part[], next: () => R): R {
  try {
    return next();
  } catch (error) {
    const path = open.flatMap(({ name }) => name ?? []).join('.');
    if (path === '') throw error;
    return at(path, () => {
      throw error;
    });
  }
}
