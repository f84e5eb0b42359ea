// Files on the command line.

import { access, constants, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './usage.ts';

/** The bytes of a file that was named; one that cannot be read is wrong usage. */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/** Refuses a file that could not be written, before there is anything to write. */
export async function checkTarget(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK);
    if ((await stat(dirname(file))).isDirectory() === false) throw new Error(`${dirname(file)} is no directory`);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${(error as Error).message}`);
  }
  const present = await stat(file).catch(() => undefined);
  if (present?.isDirectory()) throw new UsageError(`cannot write ${file}: it is a directory`);
}

/** Writes beside the file, then puts it in its place: an interrupted write leaves the old file whole. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(`${file}.part`, bytes);
    await rename(`${file}.part`, file);
  } catch (error) {
    await rm(`${file}.part`, { force: true });
    throw new UsageError(`cannot write ${file}: ${(error as Error).message}`);
  }
}
