// Of the cases of a campaign some in `npm test`, all in `npm run test:slow`. What is slow: CONTRIBUTING.md.

/** Whether this is the slow suite, in which a file `name.slow.test.ts` runs all of `name.test.ts`. */
export const isSlow = process.env.TOEPLITZ_SLOW !== undefined;

/** The first of a list, the last, and others evenly between them, `count` altogether; in the slow suite all. */
export function some<T>(list: readonly T[], count: number): T[] {
  if (isSlow || count >= list.length) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.round((i * (list.length - 1)) / Math.max(1, count - 1))]);
}
