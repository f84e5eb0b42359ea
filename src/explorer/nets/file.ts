// A file that the user opens: a model of ONNX, or the tensors of a safetensors file, or what is wrong with it.

import { signal } from '@preact/signals';
import { readSafetensors, type SafetensorsFile } from '../../formats/safetensors.ts';
import { namedNets } from '../../nets/named.ts';
import { isWhole, namedWeights } from '../../nets/named-weights.ts';
import { netIn } from '../../nets/net-file.ts';
import type { Model, OnnxLayer } from '../../onnx/model.ts';
import { readOnnx } from '../../onnx/read.ts';
import type { Shape } from '../../tensor.ts';
import { bytesOf, isRefusal } from '../refusal.ts';
import { readSize, sizeProblem } from './networks.ts';
import { type Net, netOf, netOfOnnx, netOfTensors, opsetOf } from './tree.ts';

export interface OwnFile {
  readonly name: string;
  readonly net: Net;
  readonly bytes: Uint8Array;
  /** Where the model is one layer, that layer. */
  readonly layer?: OnnxLayer;
  /** Why it is none. */
  readonly why?: string;
  /** Whether it leaves the height or the width of its images open. */
  readonly free?: boolean;
}

export const own = signal<OwnFile | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

/** Reads a file, and says whether it could be; the one before stays where this one is refused. */
export async function readOwn(file: Blob & { readonly name: string }): Promise<boolean> {
  const read = await bytesOf(file);
  problem.value = typeof read === 'string' ? read : undefined;
  if (typeof read === 'string') return false;
  try {
    own.value = ownFileOf(read.name, read.bytes);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    problem.value = `${file.name} cannot be read: ${error.message}. Open a model (.onnx), or a net or weights (.safetensors).`;
    return false;
  }
}

/** Whether the net of a name takes images of any size: all that are named, and a file that leaves it open. */
export const hasSize = (name: string): boolean => name !== 'own' || own.value?.free === true;

/** The file on images of a size, which matters where the file leaves it open, or why that cannot be. */
export function ownAt({ name, bytes, free }: OwnFile, size: string): OwnFile | string {
  const space = readSize(size, USUAL);
  if (!space) return sizeProblem(size, USUAL);
  try {
    return ownFileOf(name, bytes, free ? space : undefined);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return `${name} does not take ${space.join('×')}: ${error.message}`;
  }
}

const OPEN = 'The file leaves the size of its images open: type it at “Image”.';

/** Of a model that leaves height and width open. */
const USUAL = [224, 224] as const;

export function ownFileOf(name: string, bytes: Uint8Array, space: readonly [number, number] = USUAL): OwnFile {
  if (isSafetensors(name)) {
    const file = readSafetensors(bytes);
    const layer = netIn(file) ?? namedIn(file, bytes);
    if (!layer) return { name, bytes, net: netOfTensors(name, file.tensors) };
    return { name, bytes, net: netOf({ title: name, net: layer.layer, shape: layer.shape }), layer };
  }
  const model = readOnnx(bytes);
  const [shapes, free] = shapesAt(model, space);
  const description = model.describe({ shapes });
  const made = layerOf(model, shapes);
  const file = { name, bytes, ...(free && { free }) };
  if (typeof made === 'string') return { ...file, net: netOfOnnx(name, description), why: made };
  const net = netOf({ title: name, net: made.layer, shape: made.shape });
  return {
    ...file,
    net: { ...net, notes: [`${opsetOf(description)}, shown as a layer: channels last.`, ...(free ? [OPEN] : [])] },
    layer: made,
  };
}

/** Height and width for each input of images that leaves them open, and whether there is one. */
function shapesAt({ inputs }: Model, space: readonly [number, number]) {
  const open = inputs.flatMap(({ name, shape = [] }): [string, number[]][] => {
    const [batch, channels, ...rest] = shape;
    const isImage = rest.length === 2 && typeof channels === 'number' && rest.some((axis) => typeof axis === 'string');
    if (!isImage) return [];
    const sides = rest.map((axis, i) => (typeof axis === 'number' ? axis : space[i]));
    return [[name, [typeof batch === 'number' ? batch : 1, channels, ...sides]]];
  });
  return [Object.fromEntries(open), open.length > 0] as const;
}

/** The published net whose weights a file says it holds, if it holds all of them. */
function namedIn(file: SafetensorsFile, bytes: Uint8Array): OnnxLayer | undefined {
  const name = file.metadata.net;
  if (name === undefined || !Object.hasOwn(namedNets, name)) return undefined;
  const { net, shape, loaded } = namedWeights(namedNets[name as keyof typeof namedNets], file, bytes);
  return isWhole(loaded) ? { layer: net, shape, params: loaded.params } : undefined;
}

const isSafetensors = (name: string): boolean => name.toLowerCase().endsWith('.safetensors');

function layerOf(model: Model, shapes: Readonly<Record<string, Shape>>): OnnxLayer | string {
  try {
    return model.layer({ shapes });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
}
