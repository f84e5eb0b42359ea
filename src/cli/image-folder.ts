// A folder of PNG images, read in the order of their names; its own folders, if it has any, are the classes. Spec cli-images.

import { type Dirent, promises } from 'node:fs';
import { join } from 'node:path';
import { SpecError } from '../errors.ts';
import { readPng } from '../formats/png.ts';
import type { Tensor } from '../tensor.ts';
import { at, readFound } from './files.ts';
import { orRefused, UsageError } from './usage.ts';

export interface ImageFolder {
  /** The names of the folders in it, in order; none where the images lie side by side. */
  readonly classes: readonly string[];
  /** With the number of their class, 0 where there are none; `[height, width, 1 to 4 channels]` from 0 to 1. */
  readonly images: readonly { readonly path: string; readonly label: number; readonly image: Tensor }[];
}

export const isFolder = async (path: string): Promise<boolean> =>
  (await orRefused(`cannot read ${path}`, () => at(path)))?.isDirectory() ?? false;

/** Images that are refused rather than left out silently. */
const OTHER_IMAGES = /\.(jpe?g|gif|webp|bmp|tiff?|avif)$/i;

/** The entries in the order of their code units, which depends on no language; without hidden files of the system. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await orRefused(`cannot read ${folder}`, () => promises.readdir(folder, { withFileTypes: true }));
  return entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function pngsOf(who: string, folder: string, entries: readonly Dirent[]): string[] {
  const odd = entries.find(({ name }) => OTHER_IMAGES.test(name));
  if (odd) throw new UsageError(`${who}: the images must be PNG, got '${join(folder, odd.name)}': convert it`);
  return entries.filter(({ name }) => /\.png$/i.test(name)).map(({ name }) => join(folder, name));
}

/** Reads every image, one by one. */
export async function readImageFolder(who: string, folder: string): Promise<ImageFolder> {
  const entries = await entriesOf(folder);
  const classes = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const beside = pngsOf(who, folder, entries);
  if (classes.length > 0 && beside.length > 0)
    throw new UsageError(
      `${who}: '${folder}' must hold images or folders of them, got '${classes[0]}' and '${beside[0]}'`,
    );
  const images: ImageFolder['images'][number][] = [];
  const add = async (path: string, label: number): Promise<void> => {
    images.push({ path, label, image: await readImage(who, path) });
  };
  for (const path of beside) await add(path, 0);
  for (const [label, name] of classes.entries()) {
    const inner = join(folder, name);
    const paths = pngsOf(who, inner, await entriesOf(inner));
    if (paths.length === 0) throw new UsageError(`${who}: every class must have a PNG image, got none in '${inner}'`);
    for (const path of paths) await add(path, label);
  }
  if (images.length === 0) throw new UsageError(`${who}: there must be a PNG image in '${folder}', got none`);
  return { classes, images };
}

async function readImage(who: string, path: string): Promise<Tensor> {
  const file = await readFound(path);
  try {
    return await readPng(file);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new UsageError(`${who}: '${path}': ${error.message}`);
  }
}
