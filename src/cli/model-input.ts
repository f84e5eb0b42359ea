// A model on the command line: a file of ONNX, a net in one file, or weights and the name of their net. Spec cli-model.

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { SpecError, show } from '../errors.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { netIn } from '../nets/net-file.ts';
import { type Model, readOnnx, type ShapeOptions } from '../onnx/index.ts';
import { writeModel } from '../onnx/write.ts';
import type { Shape } from '../tensor.ts';
import { readInput } from './files.ts';
import { loadNet, netLines } from './show-input.ts';
import { FileError, isRefusal, UsageError } from './usage.ts';

export const modelOptions = {
  net: { type: 'string' },
  classes: { type: 'string' },
  shape: { type: 'string', multiple: true },
} as const;

export const modelHelp = `\
  --net NAME      the net of a safetensors file that does not say it:
                  ${netLines(18)}
  --classes N     units of its last layer, where they are not the paper's
  --shape NAME=1x3x224x224
                  the shape of an input, channels first; a free first axis is 1
                  without it. May be given several times`;

interface Values {
  readonly net?: string;
  readonly classes?: string;
  readonly shape?: readonly string[];
}

export interface ModelInput {
  readonly model: Model;
  readonly bytes: Uint8Array;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** The model of a file, and the shapes that the command line gives. */
export async function readModel(who: string, file: string, values: Values): Promise<ModelInput> {
  const { shapes = {} } = readShapes(values.shape ?? []);
  const given = await readInput(file);
  const isWeights = /\.safetensors$/i.test(file);
  if (!isWeights && values.net !== undefined) throw new UsageError(`${who}: --net is for safetensors files`);
  const bytes = isWeights ? ofWeights(who, given, values) : given;
  const model = readOnnx(bytes, { external: besides(file) });
  const names = model.inputs.map(({ name }) => name);
  const odd = Object.keys(shapes).find((name) => !names.includes(name));
  if (odd !== undefined)
    throw new SpecError(
      'onnx-shape',
      `${who}: --shape is of an input, ${names.map(show).join(', ')}, got ${show(odd)}`,
    );
  return { model, bytes, shapes };
}

/** Weights as a model of ONNX. */
function ofWeights(who: string, file: Uint8Array, { net, classes }: Values): Uint8Array {
  const count = classes === undefined ? undefined : Number(classes);
  if (count !== undefined && !(Number.isSafeInteger(count) && count > 0))
    throw new UsageError(`${who}: --classes must be a whole number from 1 on, got '${classes}'`);
  const whole = net === undefined ? netIn(readSafetensors(file)) : undefined;
  if (whole) return writeModel(whole.layer, whole.shape, whole.params, true);
  const { net: layer, shape, params } = loadNet(net, count, file, who);
  return writeModel(layer, shape, params, true);
}

function readShapes(given: readonly string[]): ShapeOptions {
  const shapes = given.map((each) => {
    const [, name, axes] = /^(.+)=(\d+(?:x\d+)*)$/.exec(each) ?? [];
    if (name === undefined) throw new UsageError(`--shape must be such as x=1x3x224x224, got '${each}'`);
    return [name, axes.split('x').map(Number)] as const;
  });
  return { shapes: Object.fromEntries(shapes) };
}

/** Files of external data, from the folder of the model and nowhere else, whatever the model says. */
function besides(file: string): (location: string) => Uint8Array {
  // Every tensor asks for its file anew.
  const files = new Map<string, Uint8Array>();
  return (location) => {
    try {
      const known = files.get(location);
      if (known) return known;
      const folder = realpathSync(dirname(file));
      const path = realpathSync(join(folder, location));
      if (!path.startsWith(folder + sep)) throw new FileError('it is not in the folder of the model');
      if (!statSync(path).isFile()) throw new FileError('it must be a plain file');
      const bytes = readFileSync(path);
      files.set(location, bytes);
      return bytes;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new UsageError(`cannot read the external data '${location}': ${error.message}`);
    }
  };
}
