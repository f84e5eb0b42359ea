// A file of one's own: a model of ONNX, or the tensors of a safetensors file. What is wrong with it is said.

import { signal } from '@preact/signals';
import { readSafetensors } from '../../formats/safetensors.ts';
import { netIn } from '../../nets/net-file.ts';
import { type Model, type OnnxLayer, readOnnx } from '../../onnx/model.ts';
import { isRefusal, tooLarge } from '../refusal.ts';
import { type Net, netOf, netOfOnnx, netOfTensors } from './tree.ts';

export interface OwnFile {
  readonly name: string;
  readonly net: Net;
  readonly bytes: Uint8Array;
  /** Where the model is one layer, that layer. */
  readonly layer?: OnnxLayer;
  /** Why it is none. */
  readonly why?: string;
}

export const own = signal<OwnFile | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

/** Reads a file, and says whether it could be; the one before stays where this one is refused. */
export async function readOwn(file: Blob & { readonly name: string }): Promise<boolean> {
  problem.value = tooLarge(file);
  if (problem.value !== undefined) return false;
  try {
    own.value = ownFileOf(file.name, new Uint8Array(await file.arrayBuffer()));
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    problem.value = `${file.name} cannot be read: ${error.message}`;
    return false;
  }
}

export function ownFileOf(name: string, bytes: Uint8Array): OwnFile {
  if (isSafetensors(name)) {
    const file = readSafetensors(bytes);
    const layer = netIn(file);
    if (!layer) return { name, bytes, net: netOfTensors(name, file.tensors) };
    return { name, bytes, net: netOf({ title: name, net: layer.layer, shape: layer.shape }), layer };
  }
  const model = readOnnx(bytes);
  const description = netOfOnnx(name, model.describe());
  const made = layerOf(model);
  if (typeof made === 'string') return { name, bytes, net: description, why: made };
  const net = netOf({ title: name, net: made.layer, shape: made.shape });
  return {
    name,
    bytes,
    net: { ...net, notes: [...description.notes.slice(0, 1), 'Shown as a layer, channels last.'] },
    layer: made,
  };
}

const isSafetensors = (name: string): boolean => name.toLowerCase().endsWith('.safetensors');

function layerOf(model: Model): OnnxLayer | string {
  try {
    return model.layer();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
}
