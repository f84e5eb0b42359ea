// Files that the page does not take: what refuses them, those that are too large, and those that cannot be read.

/** Refusals of the library have a clause; anything else is a fault of this page. */
export const isRefusal = (error: unknown): error is Error => error instanceof Error && 'clause' in error;

/** Larger files do not fit into the memory of a tab beside what is made of them. */
const MOST_BYTES = 700_000_000;

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The bytes of a file, or why it is not read. */
export async function bytesOf(file: Blob & { readonly name: string }): Promise<NamedBytes | string> {
  const { name, size } = file;
  if (size > MOST_BYTES)
    return `${name} has ${Math.round(size / 1e6)} MB; the page takes up to ${MOST_BYTES / 1e6}. The commands of npx toeplitz have no such limit.`;
  try {
    return { name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch (error) {
    // What a browser refuses to read: a folder, a file that is gone or has changed, one that nobody may read.
    if (!(error instanceof DOMException)) throw error;
    return `${name} cannot be read: it is a folder, or has moved or changed since it was chosen. Choose it again.`;
  }
}
