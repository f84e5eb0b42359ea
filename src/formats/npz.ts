// .npz: NumPy arrays by name, a zip archive of .npy files. Spec format-npz.

import { SpecError, show, wrongType } from '../errors.ts';
import { checkParams, flatParams } from '../layer/flat-params.ts';
import type { Params } from '../layer/layer.ts';
import { isList, listOf } from '../reading.ts';
import type { Tensor } from '../tensor.ts';
import { asBytes, type Bytes } from './bytes.ts';
import { notOf } from './format-hint.ts';
import { readNpy, writeNpy } from './npy.ts';
import { isZip, unzip, zip } from './zip.ts';

const CLAUSE = 'format-npz';
const ENDING = '.npy';

/**
 * Reads a .npz file, as numpy.savez and savez_compressed write it: its arrays by name, each as `readNpy` reads it; of
 * those in `names` only, if they are given, so that other arrays of text or objects do no harm.
 *
 * @throws {SpecError} format-npz for a file that is not .npz, is cut off, holds a name twice, no .npy, or lacks one of `names`;
 * format-inflate for broken compressed data; format-npy for an array that is not read.
 * @example
 * readNpz(writeNpz({ weight: tensor([2], [1, 2]) })).weight.data // Float32Array [1, 2]
 */
export function readNpz(bytes: Bytes, names?: readonly string[]): Readonly<Record<string, Tensor>> {
  const who = 'readNpz';
  const wanted = isList(names) ? listOf(CLAUSE, who, 'names', names) : names;
  if (wanted !== undefined && !(isList(wanted) && wanted.every((each) => typeof each === 'string')))
    throw wrongType(CLAUSE, `${who}: names must be an array of strings, got ${show(names)}`);
  const file = asBytes(CLAUSE, who, bytes);
  if (!isZip(file)) throw notOf(CLAUSE, who, file, ['npz'], "a file starts with 'PK' and is a zip archive");
  const entries = unzip({ clause: CLAUSE, who }, file);
  const arrays = [...entries.keys()]
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length));
  if (arrays.length === 0 && entries.size > 0)
    throw notOf(CLAUSE, who, file, ['npz'], `an archive must hold .npy files, got ${show([...entries.keys()])}`);
  return Object.fromEntries(
    ((wanted as readonly string[] | undefined) ?? arrays).map((name) => {
      const content = entries.get(`${name}${ENDING}`);
      if (content === undefined)
        throw new SpecError(CLAUSE, `${who}: the file must hold ${show(name)}, and holds ${show(arrays)}`);
      return [name, readArray(who, name, content())];
    }),
  );
}

/** Adds the name of the array to its error. */
function readArray(who: string, name: string, content: Uint8Array): Tensor {
  try {
    return readNpy(content);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const message = error.message.slice(0, -error.clause.length - 3);
    throw new SpecError(error.clause, `${who}: in ${show(name)}: ${message}`);
  }
}

/**
 * Writes tensors under their names, or the parameters of a net under their flat names, as a .npz file that numpy.load
 * reads: stored entries, float32 as `<f4`, float64 as `<f8`. The same arguments give the same bytes.
 *
 * @throws {SpecError} format-npz for more than 4 GiB or 65,534 arrays; tensor-shape and tensor-length for what is no tensor.
 * @example
 * Object.keys(readNpz(writeNpz({ fc: { weight: tensor([2]), bias: tensor([1]) } }))) // ['fc.weight', 'fc.bias']
 */
export function writeNpz(tensors: Params<Tensor>): Uint8Array<ArrayBuffer> {
  checkParams('writeNpz', tensors);
  const files = Object.entries(flatParams(tensors)).map(
    ([name, each]) => [`${name}${ENDING}`, writeNpy(each)] as const,
  );
  return zip({ clause: CLAUSE, who: 'writeNpz' }, new Map(files));
}
