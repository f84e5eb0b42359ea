// toeplitz expose: the same model with more outputs, for an engine whose activations are to be judged.

import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { exposable } from '../onnx/expose.ts';
import { type Exposed, expose } from '../onnx/index.ts';
import { aboveZero } from './campaign-options.ts';
import { destination } from './destination.ts';
import { checkFolder } from './files.ts';
import { modelHelp, modelOptions, readModel } from './model-input.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz expose MODEL --out FILE.onnx [options]

Writes the same model with more of its tensors as outputs, so that any engine
gives them; toeplitz judge compares what comes out. Everything at once keeps an
engine from fusing nodes, and may take more memory than there is.

  --out FILE      where the model goes; with --parts a folder
  --names a,b     only these tensors
  --every N       those of every N-th node
  --parts K       several models of K more outputs each: run them one after the
                  other on one input, and give judge what all of them gave
${modelHelp
  .split('\n')
  .filter((line) => !/shape|1x3|without it|several times/.test(line))
  .join('\n')}

Exit code: 0, or 2 if the file is no model or the arguments make no sense.

  toeplitz expose model.onnx --out exposed.onnx
`;

const options = {
  ...modelOptions,
  out: { type: 'string' },
  names: { type: 'string' },
  every: { type: 'string' },
  parts: { type: 'string' },
} as const;

/** Runs the command; gives the exit code. Spec cli-expose. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length !== 1) throw new UsageError('expose: name one MODEL');
  const { out, names, every, parts } = values;
  if (out === undefined) throw new UsageError('expose: --out FILE.onnx is missing');
  if ([names, every, parts].filter((each) => each !== undefined).length > 1)
    throw new UsageError('expose: one of --names, --every and --parts');
  const [file] = positionals;
  if (parts !== undefined) return inParts(file, out, aboveZero('parts', parts), values);
  const place = await destination(out);
  const { model } = await readModel('expose', file, values);
  const which: Exposed = names?.split(',') ?? (every === undefined ? 'all' : { every: aboveZero('every', every) });
  const bytes = expose(model, which);
  await place.write(bytes);
  if (!place.isOutput) process.stdout.write(`${out}\n`);
  return EXIT.clean;
}

async function inParts(
  file: string,
  folder: string,
  outputs: number,
  values: Parameters<typeof readModel>[2],
): Promise<number> {
  await checkFolder(folder);
  const { model } = await readModel('expose', file, values);
  const count = Math.max(1, Math.ceil(exposable(model).length / outputs));
  const name = basename(file, extname(file));
  const { mkdir } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  for (let part = 1; part <= count; part++) {
    const path = join(folder, `${name}-${part}.onnx`);
    await (await destination(path)).write(expose(model, { part, outputs }));
    process.stdout.write(`${path}\n`);
  }
  return EXIT.clean;
}
