// Files on the command line.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { UsageError } from './usage.ts';

/** The bytes of a file that was named; one that cannot be read is wrong usage. */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/** Writes beside the file, then puts it in its place: an interrupted write leaves the old file whole. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
}
