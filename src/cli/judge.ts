// toeplitz judge: every node of a model, held against what an engine gave for it.

import { parseArgs } from 'node:util';
import { isWrong } from '../judge/judgement.ts';
import { type JudgementReporter, judge, renderJudgement } from '../onnx/index.ts';
import type { Traits } from '../oracle/engine.ts';
import { plain } from '../plain-text.ts';
import { aboveZero } from './campaign-options.ts';
import { destination } from './destination.ts';
import { modelHelp, modelOptions, readModel } from './model-input.ts';
import { progressLine } from './progress.ts';
import { readTensors } from './tensor-files.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz judge MODEL ACTIVATIONS… [options]

Judges what an engine computed for a model, node by node, each on the engine's
own inputs of it: a node that fails is proved to be wrong, whatever the nodes
before it gave. ACTIVATIONS are .npz, .safetensors or .npy files, or folders of
.npy, with the tensors by the names of the model, its inputs too; several files
of one input are joined. Nodes whose tensors are not there are judged together
with the next one that is.

  --precision a=F,b=F
                  what the engine rounds: operands, accumulator, output to tf32,
                  bfloat16 or float16
  --winograd M    3×3 convolutions by F(M×M, 3×3), M = 2 or 4
  --subnormals ieee, --padding multiplied, --nan free
                  other traits, as those of an engine for toeplitz check
  --ulp N         units in the last place that exp, log, roots … may be off (4)
  --layout NHWC   the channels of images come last in ACTIVATIONS
  --reporter R    text, json, junit, tap, github (text)
  --out FILE      the report goes there instead of standard output
${modelHelp}

Exit code: 0 no node is wrong, 1 a node is wrong, 2 the files or arguments make
no sense, 4 no node is wrong, but most could not be judged.

  toeplitz expose model.onnx --out exposed.onnx
  python my_engine.py exposed.onnx activations.npz
  toeplitz judge model.onnx activations.npz
`;

const options = {
  ...modelOptions,
  precision: { type: 'string' },
  winograd: { type: 'string' },
  subnormals: { type: 'string' },
  padding: { type: 'string' },
  nan: { type: 'string' },
  ulp: { type: 'string' },
  layout: { type: 'string' },
  reporter: { type: 'string', default: 'text' },
  out: { type: 'string' },
} as const;

/** Runs the command; gives the exit code. Spec cli-judge. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [file, ...sources] = positionals;
  if (file === undefined || sources.length === 0) throw new UsageError('judge: name a MODEL and the ACTIVATIONS');
  const { subnormals, padding, nan, layout } = values;
  const reporter = values.reporter as JudgementReporter;
  if (!['text', 'json', 'junit', 'tap', 'github'].includes(reporter))
    throw new UsageError(`judge: --reporter must be text, json, junit, tap or github, got '${reporter}'`);
  const place = values.out === undefined ? undefined : await destination(values.out);
  const { model, shapes } = await readModel('judge', file, values);
  const activations = [];
  for (const source of sources) activations.push(await readTensors(source));
  const progress = progressLine(process.stderr);
  const judgement = judge(model, activations, {
    traits: {
      ...(subnormals && { subnormals }),
      ...(padding && { padding }),
      ...(nan && { nan }),
      ...(values.ulp !== undefined && { ulp: aboveZero('ulp', values.ulp) }),
    } as Traits,
    ...(values.precision !== undefined && { precision: precisionOf(values.precision) }),
    ...(values.winograd !== undefined && { winograd: { m: Number(values.winograd) as 2 | 4, r: 3 } }),
    ...(layout !== undefined && { layout: layout as 'NCHW' }),
    shapes,
    onProgress: ({ done, of, node }) => progress.show({ op: plain(node, 40), done, of, failures: 0 }),
  });
  progress.clear();
  const text = renderJudgement(judgement, reporter);
  if (place === undefined) process.stdout.write(text);
  else await place.write(text);
  if (judgement.clean) return EXIT.clean;
  return isWrong(judgement) ? EXIT.mismatch : EXIT.thin;
}

/** `operands=bfloat16,output=bfloat16`, or one format for all three. */
function precisionOf(text: string): NonNullable<Traits['precision']> {
  const entries = text.split(',').map((each) => each.split('='));
  if (entries.some((each) => each.length !== 2))
    throw new UsageError(`judge: --precision must be such as operands=bfloat16,output=bfloat16, got '${text}'`);
  return Object.fromEntries(entries) as NonNullable<Traits['precision']>;
}
