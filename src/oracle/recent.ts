// Results that are asked for several times in a row: what a question holds, what its answer may be.

/** How many are kept: a case, the one before it, and those that bring out what an engine keeps. */
const KEPT = 4;

/** The function of some objects, which keeps its last results; nobody writes into them. */
export function recent<K extends readonly unknown[], V>(make: (...key: K) => V): (...key: K) => V {
  const kept: { readonly key: K; readonly value: V }[] = [];
  return (...key) => {
    const found = kept.find((each) => each.key.every((part, i) => part === key[i]));
    if (found) return found.value;
    const value = make(...key);
    kept.push({ key, value });
    if (kept.length > KEPT) kept.shift();
    return value;
  };
}
