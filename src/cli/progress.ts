// One line that shows how far long work is, on a terminal only.

import type { WriteStream } from 'node:tty';
import type { Progress } from '../oracle/check-operator.ts';

/** Redrawing more often than this only costs time. */
const MILLISECONDS = 80;

export function progressLine(stream: WriteStream): { show(progress: Progress): void; clear(): void } {
  const { show, clear } = line(stream);
  return {
    show({ op, done, of, failures }) {
      const bar = '█'.repeat(Math.round((20 * done) / of)).padEnd(20, '░');
      show(`${bar} ${op} ${done}/${of}${failures > 0 ? `, ${failures} failures` : ''}`, done === of);
    },
    clear,
  };
}

/** One line of text that is written over. */
export function line(stream: WriteStream): { show(text: string, isLast?: boolean): void; clear(): void } {
  let drawn = 0;
  return {
    show(text, isLast = false) {
      if (!stream.isTTY || (Date.now() - drawn < MILLISECONDS && !isLast)) return;
      drawn = Date.now();
      stream.write(`\r\x1b[K${text}`);
    },
    clear() {
      if (stream.isTTY && drawn > 0) stream.write('\r\x1b[K');
    },
  };
}
