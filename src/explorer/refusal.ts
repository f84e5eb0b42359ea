// Files that the page does not take: what refuses them, and those that are too large.

/** Refusals of the library have a clause; anything else is a fault of this page. */
export const isRefusal = (error: unknown): error is Error => error instanceof Error && 'clause' in error;

/** Larger files do not fit into the memory of a tab beside what is made of them. */
const MOST_BYTES = 700_000_000;

/** Why a file is not even read; undefined where it is. */
export const tooLarge = ({ name, size }: { readonly name: string; readonly size: number }): string | undefined =>
  size > MOST_BYTES
    ? `${name} has ${Math.round(size / 1e6)} MB; the page takes up to ${MOST_BYTES / 1e6}. The commands of npx toeplitz have no such limit.`
    : undefined;
