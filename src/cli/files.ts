// Files on the command line.

import { access, constants, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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
  await checkFolder(file);
  const present = await stat(file).catch(() => undefined);
  if (present?.isDirectory()) throw new UsageError(`cannot write ${file}: it is a directory`);
}

/** Whether something can be put beside this path. */
async function checkFolder(path: string): Promise<void> {
  const folder = dirname(resolve(path));
  try {
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is no directory`);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
  }
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

/** Refuses a directory that holds anything, or could not be made, before there is anything to write. */
export async function checkNewFolder(folder: string): Promise<void> {
  await checkFolder(folder);
  const present = await stat(folder).catch(() => undefined);
  if (present && !present.isDirectory()) throw new UsageError(`cannot write ${folder}: it is a file`);
  if (present && (await readdir(folder)).length > 0)
    throw new UsageError(`cannot write ${folder}: it is not empty; name another, or remove it`);
}

/** A directory with these files and empty folders, which appears when it is complete. */
export async function writeFolder(
  folder: string,
  empty: readonly string[],
  files: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>,
): Promise<void> {
  const part = `${resolve(folder)}.part-${process.pid}`;
  try {
    for (const each of empty) await mkdir(join(part, each), { recursive: true });
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(part, path)), { recursive: true });
      await writeFile(join(part, path), bytes);
    }
    await rmdir(folder).catch(() => {}); // an empty one, which not every system lets a rename replace
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw (error as { code?: unknown }).code === undefined
      ? error
      : new UsageError(`cannot write ${folder}: ${(error as Error).message}`);
  }
}
