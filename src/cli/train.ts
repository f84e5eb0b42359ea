// toeplitz train: LeNet-5 on digits, generated ones or IDX files.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SpecError } from '../errors.ts';
import { summary } from '../inspect/summary.ts';
import { initialize } from '../layer/initialize.ts';
import type { Layer } from '../layer/layer.ts';
import { lenet5, readNet, writeNet } from '../nets/index.ts';
import { plain } from '../plain-text.ts';
import type { Shape } from '../tensor.ts';
import { augment } from '../train/augment.ts';
import { minibatches } from '../train/batches.ts';
import { fit } from '../train/fit.ts';
import type { FitResult } from '../train/fit-options.ts';
import { evaluate } from '../train/metrics.ts';
import { momentum } from '../train/optimizer.ts';
import type { Progress } from '../train/progress.ts';
import { cosine } from '../train/schedule.ts';
import { besides, type Destination, destination } from './destination.ts';
import { type Frame, ownFrame, readDigits } from './digits.ts';
import { readInput } from './files.ts';
import { curveSvg, samplesPng } from './train-pictures.ts';
import { codeOf, EXIT, UsageError } from './usage.ts';

export const help = `toeplitz train [options]

Trains the lecture's LeNet-5 on 28×28 digits, by default on generated ones.

  --images FILE        IDX file of images [n, 28, 28], also .gz; or a folder with
                       a folder of PNG files for each of up to 10 classes, which
                       are numbered by name: then --labels is left out, colours
                       become grey, and images larger than 32×32 become 28×28
  --labels FILE        IDX file of their labels
  --test-images FILE   IDX files to measure on; without them, every tenth
  --test-labels FILE   example is kept for that
  --epochs N           passes over the data (12)
  --batch N            examples in a step (32)
  --rate X             learning rate (0.05), falling along a cosine
  --momentum X         (0.9)
  --decay X            weight decay (0.0001)
  --shift N            shift images by up to N pixels (2)
  --threads N          threads that share the work, at most as many as there are
                       processors (1)
  --seed N             another start, order, and shifts (1)
  --net FILE           train this net (a safetensors file of writeNet or of --out)
                       from its parameters on; what it takes decides the size of
                       images and whether they have colours
  --out FILE           write the net and its weights in one file (safetensors);
                       beside a plain file, as FILE.svg and FILE.png without
                       .safetensors, the curve of this run and images held out,
                       the wrong ones framed
  --checkpoint FILE    write the state of training after every epoch and on
                       Ctrl-C; where the file exists, go on from it

The same command gives the same weights to the last bit on every host.
Exit code: 0, 1 training failed, 2 invalid usage or data, 130 interrupted without a
checkpoint to go on from.
`;

const options = {
  images: { type: 'string' },
  labels: { type: 'string' },
  'test-images': { type: 'string' },
  'test-labels': { type: 'string' },
  epochs: { type: 'string', default: '12' },
  batch: { type: 'string', default: '32' },
  rate: { type: 'string', default: '0.05' },
  momentum: { type: 'string', default: '0.9' },
  decay: { type: 'string', default: '0.0001' },
  shift: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
  threads: { type: 'string', default: '1' },
  net: { type: 'string' },
  out: { type: 'string' },
  checkpoint: { type: 'string' },
} as const;

function number(name: string, text: string): number {
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new UsageError(`--${name} must be a number, got '${text}'`);
  return Number(text);
}

function count(name: string, text: string): number {
  const value = number(name, text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`--${name} must be a whole number of at least 1, got '${text}'`);
  return value;
}

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  const value = (name: 'rate' | 'momentum' | 'decay' | 'shift' | 'seed'): number => number(name, values[name]);
  const [epochs, size] = [count('epochs', values.epochs), count('batch', values.batch)];
  const threads = count('threads', values.threads);
  const host = await import('../threads/host.ts');
  host.threadsOf('train', threads);
  const { out, checkpoint, curve, samples } = await destinations(values);
  const { net, shape, start: first, frame } = await netToTrain(values.net, value('seed'));
  const { train, test, classes } = await readDigits(values, frame);
  const say = (text: string): boolean => besides(out).write(`${text}\n`);
  say(summary(net, shape, { fold: true }));
  say(`\n${train.x.shape[0]} images to train on, ${test.x.shape[0]} to measure on`);
  if (classes.length > 0) say(`classes: ${classes.map((name, i) => `${i} ${plain(name)}`).join(', ')}`);
  const batches = minibatches(train, {
    size,
    seed: value('seed'),
    augment: augment({ shift: value('shift') }),
  });
  const stop = new AbortController();
  process.on('SIGINT', () => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort()));
  const file = values.checkpoint;
  const resume = file !== undefined && existsSync(file) ? await readInput(file) : undefined;
  if (resume) say(`going on from ${file}`);
  const line = progressLine();
  const start = performance.now();
  const result = await fitOrSay(net, first, batches, {
    optimizer: momentum({ rate: value('rate'), momentum: value('momentum'), decay: value('decay') }),
    schedule: cosine({ steps: epochs * batches.length }),
    epochs,
    seed: value('seed'),
    threads,
    signal: stop.signal,
    onProgress: line,
    ...(resume && { resume }),
    ...(checkpoint && { onCheckpoint: checkpoint.write }),
  });
  if (result === undefined) return EXIT.mismatch;
  if (result.step < epochs * batches.length) {
    const kept = checkpoint
      ? `the same command goes on from ${file}`
      : 'nothing was kept: there is no --checkpoint FILE';
    say(`\nstopped after step ${result.step}; ${kept}`);
    return checkpoint ? EXIT.clean : EXIT.interrupted;
  }
  const { reason } = host.hostThreads();
  const alone = threads > 1 && reason !== undefined ? ` on one thread: ${reason}` : '';
  say(`trained in ${((performance.now() - start) / 1000).toFixed(1)} s${alone}`);
  const { accuracy, loss } = evaluate(net, result.params, minibatches(test, { size: 200, shuffle: false }));
  say(`on the ${test.x.shape[0]} images held out: ${(100 * accuracy).toFixed(2)} % right, loss ${loss.toFixed(4)}`);
  if (out) {
    await out.write(
      writeNet(net, shape, result.params, values.net === undefined ? { metadata: { net: 'lenet5' } } : {}),
    );
    if (!out.isOutput) say(`wrote ${values.out}`);
    await curve?.write(curveSvg(result.history));
    await samples?.write(await samplesPng(net, result.params, test));
    if (curve && samples) say(`wrote ${curve.path} and ${samples.path}`);
  }
  return EXIT.clean;
}

/** LeNet-5 with drawn parameters, or the net of a file with its own. */
async function netToTrain(file: string | undefined, seed: number) {
  if (file === undefined) {
    const { height, width, channels } = ownFrame;
    const [net, shape] = [lenet5(), [1, height, width, channels]];
    return { net, shape, start: initialize(net, shape, { seed }), frame: ownFrame };
  }
  const { layer: net, shape, params: start } = readNet(await readInput(file));
  return { net, shape, start, frame: frameOf(file, net, shape) };
}

/** What the net of a file takes and gives: grey images or images of colours, and a row of numbers for each. */
function frameOf(file: string, net: Layer, shape: Shape): Frame {
  const [, height, width, channels] = shape;
  if (shape.length !== 4 || !(channels === 1 || channels === 3))
    throw new UsageError(
      `train: the net of ${file} must take images of [height, width, 1 or 3], got [${shape.slice(1)}]`,
    );
  const y = net.shape(shape);
  if (y.length !== 2)
    throw new UsageError(`train: the net of ${file} must give a number for each class, got [${y.slice(1)}]`);
  return { height, width, channels, classes: y[1] };
}

/** Where the weights and the checkpoints go, before anything is read. */
async function destinations(values: { readonly out?: string; readonly checkpoint?: string }) {
  const open = (file: string | undefined, isPlain: boolean): Promise<Destination> | undefined =>
    file === undefined ? undefined : destination(file, isPlain);
  const [out, checkpoint] = [await open(values.out, false), await open(values.checkpoint, true)];
  if (out && out.path === checkpoint?.path)
    throw new UsageError(`--out and --checkpoint must be two files, got ${values.out} twice`);
  const [curve, samples] = out && (await isPlainFile(out.path)) ? beside(out.path) : [];
  if (checkpoint && (checkpoint.path === curve || checkpoint.path === samples))
    throw new UsageError(`--checkpoint must be none of the files beside the weights, got ${values.checkpoint}`);
  return { out, checkpoint, curve: await open(curve, true), samples: await open(samples, true) };
}

/** Or one to be made; a standard stream is none, wherever it leads. */
async function isPlainFile(path: string): Promise<boolean> {
  if (/^\/(dev|proc)\//.test(path)) return false;
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return true;
  }
}

const beside = (path: string): readonly [curve: string, samples: string] => {
  const base = path.replace(/\.safetensors$/, '');
  return [`${base}.svg`, `${base}.png`];
};

/** Trains. A loss that is not finite is reported, not thrown: earlier checkpoints remain valid. */
async function fitOrSay(...args: Parameters<typeof fit>): Promise<FitResult | undefined> {
  try {
    return await fit(...args);
  } catch (error) {
    if (!(error instanceof SpecError && error.clause === 'train-loss')) throw error;
    process.stderr.write(`toeplitz: ${error.message}\n`);
    return undefined;
  }
}

/** On a terminal one line redrawn ten times a second; a line per epoch in any case. */
function progressLine(): (progress: Progress) => void {
  let drawn = 0;
  return ({ epoch, epochs, step, steps, loss, accuracy, imagesPerSecond, secondsLeft }) => {
    const ends = step % (steps / epochs) === 0;
    const isTerminal = process.stderr.isTTY;
    if (!ends && (!isTerminal || performance.now() - drawn < 100)) return;
    drawn = performance.now();
    const text = `epoch ${epoch + 1}/${epochs}  step ${step}/${steps}  loss ${loss.toFixed(4)}  ${(100 * accuracy).toFixed(2)} % right  ${Math.round(imagesPerSecond)} images/s  ${Math.ceil(secondsLeft)} s left`;
    process.stderr.write(isTerminal ? `\r\x1b[K${text}${ends ? '\n' : ''}` : `${text}\n`);
  };
}
