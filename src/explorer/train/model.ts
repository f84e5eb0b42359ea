// The state of the training tab: the run, its curve, the weights that it has come to, and the drawn digit.

import { computed, signal } from '@preact/signals';
import { loadWeights } from '../../formats/weights.ts';
import { activations } from '../../inspect/activations.ts';
import { initialize } from '../../layer/initialize.ts';
import { softmax } from '../../ops/softmax.ts';
import { type Running, startJob } from '../jobs/start.ts';
import type { NamedBytes } from '../refusal.ts';
import { settings } from '../settings.ts';
import { announce } from '../view/announce.tsx';
import { type Files, framed, generated, INNER, net, shape } from './data.ts';
import type { Measured, Point } from './job.ts';
import { defaults, readPlan, type TrainTexts } from './texts.ts';

export const chosen = settings<TrainTexts>({ ...defaults });
export const plan = computed(() => readPlan(chosen.texts.value));

export const points = signal<readonly Point[]>([]);
export const measured = signal<readonly Measured[]>([]);
export const error = signal<string | undefined>(undefined);
export const note = signal<string | undefined>(undefined);
export const running = signal<Running | undefined>(undefined);
/** Weights that were loaded from a file, before anything was trained on. */
const loaded = signal<Uint8Array | undefined>(undefined);

/** The IDX files that were opened. */
export const files = signal<{ readonly images?: NamedBytes; readonly labels?: NamedBytes }>({});

export const checkpoint = computed(() => measured.value.at(-1)?.checkpoint ?? loaded.value);

/** The weights: of the last checkpoint, of a file, or those that training begins with. */
export const params = computed(() => {
  const bytes = checkpoint.value;
  if (bytes) return loadWeights(net, shape, bytes).params;
  return initialize(net, shape, { seed: plan.value.plan?.seed ?? 1 });
});

function filesFor(data: string): Files | undefined {
  if (data !== 'files') return undefined;
  const { images, labels } = files.value;
  if (!images || !labels) throw new RangeError('Choose two IDX files: one of images, one of labels.');
  return { images: images.bytes, labels: labels.bytes };
}

/** Begins from the start, or goes on where it was stopped. */
export function train(goesOn: boolean): void {
  const { plan: wanted } = plan.value;
  if (!wanted || running.value) return;
  error.value = undefined;
  note.value = undefined;
  let given: Files | undefined;
  try {
    given = filesFor(chosen.texts.value.data);
  } catch (problem) {
    if (!(problem instanceof RangeError)) throw problem;
    error.value = problem.message;
    return;
  }
  const last = measured.value.at(-1);
  const resume = goesOn ? last?.checkpoint : undefined;
  /** What was trained before stays until the new run has something to show: its files may be refused. */
  let hasBegun = goesOn;
  const end = (text: string): void => {
    running.value = undefined;
    announce(text);
  };
  const epochs = resume ? Math.max(wanted.epochs, (last?.epoch ?? 0) + wanted.epochs) : wanted.epochs;
  running.value = startJob(
    'train',
    { plan: { ...wanted, epochs }, files: given, resume, start: resume ? undefined : loaded.value },
    {
      message(message) {
        if (!hasBegun) {
          points.value = [];
          measured.value = [];
          hasBegun = true;
        }
        if ('point' in message) points.value = [...points.value, message.point];
        else measured.value = [...measured.value, message.measured];
      },
      error(text) {
        error.value = text;
        end('The training ended with an error.');
      },
      done: () => end('The training has ended.'),
    },
  );
}

/** What was opened or dropped: an IDX file, which may be packed by gzip, or weights. */
export function take(file: NamedBytes): void {
  const [first, second, type, axes] = file.bytes;
  const isPacked = first === 0x1f && second === 0x8b;
  const isIdx = isPacked || (first === 0 && second === 0 && type >= 8);
  if (isIdx) {
    const isLabels = isPacked ? /label/i.test(file.name) : axes === 1;
    files.value = { ...files.value, [isLabels ? 'labels' : 'images']: file };
    chosen.set({ data: 'files' });
  } else load(file.name, file.bytes);
}

/** Reads weights; what is wrong with them is said, and the weights from before stay. */
export function load(name: string, bytes: Uint8Array): void {
  error.value = running.value ? 'Stop the training first: it goes on from its own weights.' : undefined;
  if (running.value) return;
  try {
    const { missing, misshapen, unread } = loadWeights(net, shape, bytes);
    if (missing.length + misshapen.length + unread.length > 0) {
      const what = [...missing, ...unread, ...misshapen.map((each) => each.name)].slice(0, 4).join(', ');
      error.value = `${name} does not hold the weights of LeNet-5 with 10 classes: ${what} and perhaps others are missing or have another shape. What was trained before stays.`;
      return;
    }
  } catch (problem) {
    // Only refusals of the file have a clause.
    if (!(problem instanceof Error && 'clause' in problem)) throw problem;
    error.value = `${name} cannot be read: ${problem.message}. Open weights of LeNet-5 (.safetensors), or IDX files of digits.`;
    return;
  }
  loaded.value = bytes;
  points.value = [];
  measured.value = [];
  note.value = `Loaded ${name}. Training begins from these weights.`;
}

/** The drawn digit, 28×28 cells from 0 to 1. */
export const drawn = signal<Float32Array>(digitOf(4));

export function digitOf(label: number): Float32Array {
  const { x } = generated(20, 11);
  const all = x.data.slice((10 + label) * 1024, (11 + label) * 1024);
  return Float32Array.from(
    { length: INNER * INNER },
    (_, i) => all[(Math.floor(i / INNER) + 2) * 32 + (i % INNER) + 2],
  );
}

export const image = computed(() => framed({ shape: [1, INNER, INNER, 1], data: drawn.value }));
/** The outputs of all layers for the drawn digit. */
export const outputs = computed(() => activations(net, image.value, params.value));
export const probabilities = computed(() => Array.from(softmax().forward(outputs.value.out, {}).data));

/** Images to measure units on. */
export const samples = computed(() => generated(100, 5).x);
export const sampleOutputs = computed(() =>
  activations(net, samples.value, params.value, ['relu1', 'relu2', 'relu3', 'relu4']),
);
