// Answers that are pasted or dropped: numbers in any brackets, JSON, npy, npz, safetensors.

import { readNpy } from '../../formats/npy.ts';
import { readNpz } from '../../formats/npz.ts';
import { readSafetensors } from '../../formats/safetensors.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { numberIn } from '../numbers.ts';
import type { Answer } from './question.ts';

/** The shape of nested lists, if all lists of a depth have one length. */
function shapeIn(value: unknown): Shape | undefined {
  if (!Array.isArray(value)) return [];
  const inner = value.map(shapeIn);
  const [first] = inner;
  if (first === undefined || inner.some((each) => each?.join() !== first.join())) return undefined;
  return [value.length, ...first];
}

const number = (text: string): number => {
  const match = /^([+−–-]?)(inf(?:inity)?|∞|nan)$/i.exec(text);
  if (!match) return numberIn(text);
  return match[2].toLowerCase() === 'nan' ? Number.NaN : match[1] === '' || match[1] === '+' ? Infinity : -Infinity;
};

/**
 * Typed numbers as y. Brackets that nest say the shape; a flat list of as many numbers as there should be has the shape it
 * should have. Gives a sentence where something is no number.
 */
export function readNumbers(text: string, shape: Shape): Answer | string {
  const words = text.replace(/\b(?:array|tensor|Float32Array|dtype=\S+)\b|[[\](){},;|]/g, ' ').trim();
  const parts = words.split(/\s+/).filter((each) => each !== '');
  const values = parts.map(number);
  const odd = parts.find((each, i) => Number.isNaN(values[i]) && !/^[+−–-]?nan$/i.test(each));
  if (odd !== undefined) return `“${odd.slice(0, 40)}” is no number. Type ${sizeOf(shape)} numbers, in any brackets.`;
  const data = Float32Array.from(values);
  const nested = nestedShape(text);
  const isPlain = nested === undefined || nested.length < 2;
  return { y: { shape: isPlain ? (data.length === sizeOf(shape) ? shape : [data.length]) : nested, data } };
}

function nestedShape(text: string): Shape | undefined {
  try {
    return shapeIn(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** All tensors of a file as they are. */
export const readAll = (name: string, bytes: Uint8Array): Answer =>
  name.toLowerCase().endsWith('.npz') ? readNpz(bytes) : readSafetensors(bytes).tensors;

/** Numbers of any type as float32: an answer is judged as float32. */
const asFloat32 = ({ shape, data }: Tensor): Tensor => ({
  shape,
  data: data instanceof Float32Array ? data : Float32Array.from(data),
});

/** The tensors of a file, by name; a single one is y. */
export function readTensors(name: string, bytes: Uint8Array): Answer {
  const kind = name.toLowerCase();
  const tensors = kind.endsWith('.npy') ? { y: readNpy(bytes) } : readAll(name, bytes);
  const entries = Object.entries(tensors).map(([each, tensor]) => [each, asFloat32(tensor)] as const);
  return entries.length === 1 && entries[0][0] !== 'x' ? { y: entries[0][1] } : Object.fromEntries(entries);
}
