// The host with another number of processors, and the workers that are made on it.

import { Worker, type WorkerOptions } from 'node:worker_threads';

const given = process.getBuiltinModule;

/** To be called after each test that changed the host. */
export function restoreHost(): void {
  process.getBuiltinModule = given;
}

/** From now on the host has so many processors, and its workers another text or other limits; gives them, as they are made. */
export function hostOf(processors = 2, change = (text: string) => text, limits: WorkerOptions = {}): Worker[] {
  const made: Worker[] = [];
  class Watched extends Worker {
    constructor(text: string, own: WorkerOptions) {
      super(change(text), { ...own, ...limits });
      made.push(this);
    }
  }
  process.getBuiltinModule = ((name: string) => {
    if (name === 'node:worker_threads') return { Worker: Watched };
    if (name === 'node:os') return { availableParallelism: () => processors };
    return given(name);
  }) as typeof given;
  return made;
}
