// What the runner wrote down of tests and mutants, read again.

import { existsSync, readFileSync } from 'node:fs';

/** The lines that are whole; who is ended while it writes leaves a part of one. */
export const entriesOf = (journal) =>
  existsSync(journal)
    ? readFileSync(journal, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    : [];

/** Tests that are done, those that a mutant harmed, what slow ones meet, mutants that are dead, and which test let which mutant pass. */
export function replay(journal) {
  const entries = entriesOf(journal);
  const list = (key) => entries.filter((entry) => key in entry);
  return {
    done: new Set(list('done').map(({ done }) => done)),
    late: new Map(list('late').map(({ late, ...measured }) => [late, measured])),
    careful: new Set(list('careful').map(({ careful }) => careful)),
    dead: new Set(list('dead').map(({ dead }) => dead)),
    passed: new Set(list('passed').map(({ passed, test }) => `${test} ${passed}`)),
    met: new Set(list('met').flatMap(({ met }) => met)),
    loaded: new Set(list('loaded').flatMap(({ loaded }) => loaded)),
  };
}
