// Tensors by name from files: .npz, .safetensors, .npy, and folders of .npy. Spec cli-tensors.

import { readdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { SpecError } from '../errors.ts';
import { readNpy } from '../formats/npy.ts';
import { readNpz, writeNpz } from '../formats/npz.ts';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import type { Tensor } from '../tensor.ts';
import { at, readInput } from './files.ts';
import { orRefused, UsageError } from './usage.ts';

export type Named = Readonly<Record<string, Tensor>>;

/** The tensors of one file or folder; an error says of which file it is. */
export async function readTensors(path: string): Promise<Named> {
  const present = await orRefused(`cannot read ${path}`, () => at(path));
  if (present?.isDirectory()) return readFolder(path);
  if (present !== undefined && !present.isFile()) throw new UsageError(`cannot read ${path}: it is no plain file`);
  const bytes = await readInput(path);
  return inFile(path, () => {
    if (/\.npz$/i.test(path)) return readNpz(bytes);
    if (/\.npy$/i.test(path)) return { [basename(path).replace(/\.npy$/i, '')]: readNpy(bytes) };
    if (/\.safetensors$/i.test(path)) return readSafetensors(bytes).tensors;
    throw new UsageError(`${path} must be .npz, .safetensors, .npy or a folder of .npy`);
  });
}

/** Every .npy below a folder; a name with slashes may lie in folders of its own. */
async function readFolder(folder: string): Promise<Named> {
  const entries = await orRefused(`cannot read ${folder}`, () =>
    readdir(folder, { recursive: true, withFileTypes: true }),
  );
  const files = entries
    .filter((entry) => entry.isFile() && /\.npy$/i.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  if (files.length === 0) throw new UsageError(`${folder} must hold .npy files, and holds none`);
  const tensors: [string, Tensor][] = [];
  for (const file of files) {
    const name = relative(folder, file)
      .replace(/\.npy$/i, '')
      .split(sep)
      .join('/');
    const bytes = await readInput(file);
    tensors.push([name, inFile(file, () => readNpy(bytes))]);
  }
  return Object.fromEntries(tensors);
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new UsageError(`cannot use ${file}: ${error.message}`);
  }
}

/** Tensors as a file, by its ending; standard output is .npz. */
export function tensorFile(who: string, file: string, tensors: Named): Uint8Array {
  if (/\.npz$/i.test(file) || file === '-') return writeNpz(tensors);
  if (/\.safetensors$/i.test(file)) return writeSafetensors(tensors);
  throw new UsageError(`${who}: --out must end in .npz or .safetensors, got '${file}'`);
}
