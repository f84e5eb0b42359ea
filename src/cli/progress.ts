// One line that shows the progress of a campaign, on a terminal only.

import type { WriteStream } from 'node:tty';
import type { Progress } from '../oracle/check-operator.ts';

/** Redrawing more often than this only costs time. */
const MILLISECONDS = 80;

export function progressLine(stream: WriteStream): { show(progress: Progress): void; clear(): void } {
  let drawn = 0;
  return {
    show({ op, done, of, failures }) {
      if (!stream.isTTY || (Date.now() - drawn < MILLISECONDS && done < of)) return;
      drawn = Date.now();
      const bar = '█'.repeat(Math.round((20 * done) / of)).padEnd(20, '░');
      stream.write(`\r\x1b[K${bar} ${op} ${done}/${of}${failures > 0 ? `, ${failures} failures` : ''}`);
    },
    clear() {
      if (stream.isTTY && drawn > 0) stream.write('\r\x1b[K');
    },
  };
}
