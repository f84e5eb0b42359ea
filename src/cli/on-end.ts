// What is undone when the command ends before its time, also by a signal: processes are ended, temporary files removed.
//
// Temporary files are made by synchronous calls. An asynchronous one goes on in a thread of its own while the command
// ends, and would make anew what was just removed.

import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';

const open = new Set<() => void>();

/** The signals that end a process unless it says otherwise. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

const undoAll = (): void => {
  for (const undo of open) undo();
};

const onSignal = (signal: NodeJS.Signals): void => {
  if (process.listenerCount(signal) > 1) return; // the command has its own way to end
  process.exit(128 + constants.signals[signal]); // undoes all
};

/** Calls `undo` when the process ends, unless the function that it returns is called first. */
export function onEnd(undo: () => void): () => void {
  if (open.size === 0) {
    process.on('exit', undoAll);
    for (const signal of endingSignals) process.on(signal, onSignal);
  }
  open.add(undo);
  return () => {
    open.delete(undo);
    if (open.size > 0) return;
    process.off('exit', undoAll);
    for (const signal of endingSignals) process.off(signal, onSignal);
  };
}

/** Until signals that came during synchronous calls were obeyed: the event loop looks for them once in each turn. */
export async function signalsObeyed(): Promise<void> {
  await setImmediate();
  await setImmediate(); // the first one may end the turn in which the calls were made
}
