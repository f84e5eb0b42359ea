// toeplitz run: runs a model, and writes what comes out.

import { parseArgs } from 'node:util';
import type { Model } from '../onnx/index.ts';
import { plain } from '../plain-text.ts';
import { random } from '../random.ts';
import { allocate, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { besides, destination } from './destination.ts';
import { modelHelp, modelOptions, readModel } from './model-input.ts';
import { progressLine } from './progress.ts';
import { readTensors, tensorFile } from './tensor-files.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz run MODEL [INPUTS…] [options]

Runs a model: a file of ONNX, or a safetensors file of a net. INPUTS are .npz,
.safetensors or .npy files, or folders of .npy, with the inputs of the model by
their names, channels first. Without any, the inputs are drawn from --seed.

  --out FILE      write tensors: .npz or .safetensors
  --outputs a,b   which tensors, or all; default: the outputs of the model
  --seed N        other inputs, drawn from −1 to 1 (1)
  --float64       in float64: the reference of the float32 run
${modelHelp}

Exit code: 0, or 2 if the files or arguments make no sense.

  toeplitz run model.onnx image.npz --outputs all --out ours.npz
`;

const options = {
  ...modelOptions,
  out: { type: 'string' },
  outputs: { type: 'string' },
  seed: { type: 'string', default: '1' },
  float64: { type: 'boolean', default: false },
} as const;

/** Runs the command; gives the exit code. Spec cli-run. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [file, ...sources] = positionals;
  if (file === undefined) throw new UsageError('run: name a MODEL');
  if (!/^\d{1,15}$/.test(values.seed)) throw new UsageError(`run: --seed must be a whole number, got '${values.seed}'`);
  if (values.out !== undefined) tensorFile('run', values.out, {});
  const place = values.out === undefined ? undefined : await destination(values.out);
  const { model, shapes } = await readModel('run', file, values);
  const named = Object.assign({}, ...(await Promise.all(sources.map(readTensors)))) as Record<string, Tensor>;
  const inputs = sources.length === 0 ? drawn(model, shapes, Number(values.seed)) : ofModel(model, named);
  const outputs =
    values.outputs === undefined
      ? model.outputs.map(({ name }) => name)
      : values.outputs === 'all'
        ? undefined
        : values.outputs.split(',');
  const progress = progressLine(process.stderr);
  const results = model.run(values.float64 ? widened(inputs) : inputs, {
    ...(outputs && { outputs }),
    onProgress: ({ done, of, node }) => progress.show({ op: plain(node, 40), done, of, failures: 0 }),
  });
  progress.clear();
  if (place !== undefined && values.out !== undefined)
    await place.write(tensorFile('run', values.out, { ...inputs, ...results }));
  const lines = Object.entries(results).map(
    ([name, tensor]) => `${plain(name, 80)} ${tensor.shape.join('×') || 'one number'}: ${told(tensor)}`,
  );
  besides(place).write(`${lines.join('\n')}\n`);
  return EXIT.clean;
}

/** The least, the mean and the largest number. */
function told({ data }: Tensor): string {
  if (data.length === 0) return 'no numbers';
  let [least, most, sum] = [data[0], data[0], 0];
  for (const value of data) {
    if (!(value >= least)) least = value;
    if (!(value <= most)) most = value;
    sum += value;
  }
  return `from ${short(least)} to ${short(most)}, mean ${short(sum / data.length)}`;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));

/** Those of the tensors that are inputs of the model. */
function ofModel(model: Model, named: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const inputs = model.inputs.filter(({ name }) => Object.hasOwn(named, name));
  const [only] = Object.keys(named);
  if (inputs.length === 0 && model.inputs.length === 1 && Object.keys(named).length === 1)
    return { [model.inputs[0].name]: named[only] };
  return Object.fromEntries(inputs.map(({ name }) => [name, named[name]]));
}

function drawn(model: Model, shapes: Readonly<Record<string, Shape>>, seed: number): Record<string, Tensor> {
  const { uniform } = random(seed);
  return Object.fromEntries(
    model.inputs.map(({ name, shape, type }) => {
      const own = Object.hasOwn(shapes, name)
        ? shapes[name]
        : shape?.map((axis, i) => (typeof axis === 'number' ? axis : i === 0 ? 1 : -1));
      if (own === undefined || own.some((axis) => axis < 0))
        throw new UsageError(`run: give the shape of the input, such as --shape ${plain(name, 80)}=1x3x224x224`);
      const { data } = allocate('run', own, type === 'float64' ? 'float64' : 'float32');
      for (let i = 0; i < sizeOf(own); i++) data[i] = /float/.test(type) ? 2 * uniform() - 1 : 0;
      return [name, { shape: own, data }];
    }),
  );
}

const widened = (inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => [name, { shape, data: new Float64Array(data) }]),
  );
