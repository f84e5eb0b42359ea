// Files on the command line.

import { mkdirSync, renameSync, rmdirSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { access, constants, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SpecError } from '../errors.ts';
import { deeper } from '../formats/json.ts';
import { onEnd, signalsObeyed } from './on-end.ts';
import { codeOf, FileError, orRefused } from './usage.ts';

/** The bytes of a named file or pipe; one that cannot be read is an error of usage, and so is a device, which may never end. */
export const readInput = (file: string): Promise<Uint8Array> =>
  orRefused(`cannot read ${file}`, async () => {
    const present = await at(file);
    if (present?.isCharacterDevice() || present?.isBlockDevice()) throw new FileError('it is a device');
    return readFile(file);
  });

/** The bytes of a file that was not named but found: a pipe is refused too, which may have no writer. */
export const readFound = (file: string): Promise<Uint8Array> =>
  orRefused(`cannot read ${file}`, async () => {
    const present = await at(file);
    if (present !== undefined && !present.isFile()) throw new FileError('it must be a plain file');
    return readFile(file);
  });

/** Reports and manifests are 8 deep; a parser, and what reads its result, may end their stack at thousands. */
const DEEPEST = 64;

/** The text of a file of JSON that is not nested deeper than any that is written here. */
export function jsonText(clause: string, source: string, bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  const at = deeper(text, DEEPEST);
  if (at >= 0)
    throw new SpecError(clause, `${source} must be nested at most ${DEEPEST} deep, and is deeper at character ${at}`);
  return text;
}

/** What exists at this path, if anything does. */
export async function at(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Refuses a directory that cannot be written to, or that cannot be made. Spec cli-files. */
export function checkFolder(folder: string): Promise<void> {
  return orRefused(`cannot write ${folder}`, async () => {
    if (folder === '-') throw new FileError('standard output is no directory; one of this name is ./-');
    let path = resolve(folder);
    let present = await at(path);
    for (; present === undefined; present = await at(path)) path = dirname(path);
    if (!present.isDirectory()) throw new FileError(path === resolve(folder) ? 'it is a file' : `${path} is a file`);
    await access(path, constants.W_OK);
  });
}

/** Refuses a directory that is not empty, or whose parent does not exist, before there is anything to write. */
export async function checkNewFolder(folder: string): Promise<void> {
  await checkFolder(folder);
  await orRefused(`cannot write ${folder}`, async () => {
    if (!(await at(dirname(resolve(folder))))) throw new FileError(`ENOENT: there is no ${dirname(resolve(folder))}`);
    if ((await at(folder)) && (await readdir(folder)).length > 0)
      throw new FileError('it is not empty; name another, or remove it');
  });
}

/** A directory with these files and empty folders, which appears under its name when it is complete. */
export async function writeFolder(
  folder: string,
  empty: readonly string[],
  files: Iterable<{ readonly path: string; readonly bytes: Uint8Array }>,
): Promise<void> {
  await orRefused(`cannot write ${folder}`, async () => {
    const place = (await at(folder)) ? await realpath(folder) : resolve(folder); // a link to a folder stays
    const part = `${place}.part-${process.pid}`;
    const remove = (): void => rmSync(part, { recursive: true, force: true });
    const done = onEnd(remove);
    try {
      for (const each of empty) mkdirSync(join(part, each), { recursive: true });
      for (const { path, bytes } of files) {
        mkdirSync(dirname(join(part, path)), { recursive: true });
        writeFileSync(join(part, path), bytes);
        await signalsObeyed();
      }
      if (await at(place)) rmdirSync(place); // an empty one, which not every system lets a rename replace
      renameSync(part, place);
    } finally {
      remove();
      await signalsObeyed();
      done();
    }
  });
}
