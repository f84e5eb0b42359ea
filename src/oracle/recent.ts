// Results that are asked for several times: what a question holds, what its answer may be, what is found out about it.

import type { Case } from './case.ts';

/** So many numbers are kept, some 20 MB; and those of so many objects at least, however many they are: a case, the one
 * before it, and those that bring out what an engine keeps. */
const [NUMBERS, LEAST] = [0x200000, 4];
/** As many numbers as an object takes with what is made of it, such as the layer of a case: of small ones there are thousands. */
const OBJECT = 1024;

/** A function of an object and of words about it, which keeps its last results; nobody writes into them. */
export function recent<K extends object, V>(
  sizeOf: (value: V) => number,
): (key: K, words: unknown, make: () => V) => V {
  const kept = new Map<K, Map<unknown, V>>();
  let numbers = 0;
  const sizeOfAll = (values: Map<unknown, V>): number =>
    [...values.values()].reduce((sum, each) => sum + sizeOf(each), OBJECT);
  return (key, words, make) => {
    const values = kept.get(key) ?? new Map<unknown, V>();
    if (!kept.delete(key)) numbers += OBJECT;
    kept.set(key, values); // the last one
    if (values.has(words)) return values.get(words)!;
    const value = make();
    values.set(words, value);
    numbers += sizeOf(value);
    for (const [oldest, theirs] of kept) {
      if (numbers <= NUMBERS || kept.size <= LEAST) break;
      kept.delete(oldest);
      numbers -= sizeOfAll(theirs);
    }
    return value;
  };
}

/** What `make` gives for a case, kept as long as cases of the same operator are asked for: campaigns go by operators. */
export function ofPresentOperator<V>(make: (c: Case) => V): (c: Case) => V {
  let op: string | undefined;
  let kept = new WeakMap<Case, { readonly value: V }>();
  return (c) => {
    if (c.op !== op) {
      op = c.op;
      kept = new WeakMap();
    }
    const found = kept.get(c) ?? { value: make(c) };
    kept.set(c, found);
    return found.value;
  };
}
