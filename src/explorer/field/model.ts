// The state of the receptive field: the net, the layer and the unit that are chosen, the image, and the gradient at it.

import { computed, effect, signal } from '@preact/signals';
import { memoryOf } from '../../inspect/memory.ts';
import { type Running, startJob } from '../jobs/start.ts';
import { own, ownAt } from '../nets/file.ts';
import { isNet, type Subject, subjectOf } from '../nets/networks.ts';
import { bytesText, fieldText } from '../nets/words.ts';
import { settings } from '../settings.ts';
import { announce } from '../view/announce.tsx';
import { type Inside, insideOf } from './field.ts';
import { drawnImage, imageOf } from './image.ts';

export const chosen = settings({ net: 'lenet5', size: '', layer: 'pool2', unit: '', image: 'rings', channel: '' });

export const subject = computed((): Subject | string => {
  const { net, size } = chosen.texts.value;
  if (net !== 'own') return subjectOf(isNet(net) ? net : 'lenet5', size);
  if (!own.value) return 'Open a model first.';
  const file = ownAt(own.value, size);
  if (typeof file === 'string') return file;
  if (!file.layer)
    return `This file is no single layer on images, so no field is known: ${file.why ?? 'it holds no net'}.`;
  const { layer, shape } = file.layer;
  return shape.length === 4 ? { title: file.name, net: layer, shape } : 'This model takes no images.';
});

export const found = computed(() => {
  const current = subject.value;
  return typeof current === 'string' ? undefined : { ...current, insides: insideOf(current.net, current.shape) };
});

export const inside = computed((): Inside | undefined => {
  const insides = found.value?.insides ?? [];
  return insides.find(({ path }) => path === chosen.texts.value.layer) ?? insides.at(-1);
});

/** The chosen unit: the nearest one if it lies outside, and the middle one if none is chosen. */
export const unit = computed((): [number, number] => {
  const [rows, columns] = inside.value?.output ?? [1, 1];
  const [row, column] = chosen.texts.value.unit.split(/[\s,×]+/).map(Number);
  const within = (value: number | undefined, count: number): number =>
    value === undefined || Number.isNaN(value)
      ? Math.floor(count / 2)
      : Math.min(count - 1, Math.max(0, Math.floor(value)));
  return [within(chosen.texts.value.unit.trim() === '' ? undefined : row, rows), within(column, columns)];
});

const channels = computed(() => inside.value?.output[2] ?? 1);
const channel = computed((): number | undefined => {
  const text = chosen.texts.value.channel.trim();
  return /^\d+$/.test(text) && Number(text) < channels.value ? Number(text) : undefined;
});

/** What is wrong with the unit and the channel that were typed. */
export const unitProblems = computed(() => {
  const { unit: place, channel: text } = chosen.texts.value;
  const [rows, columns] = inside.value?.output ?? [1, 1];
  const written =
    unit.value.join(' ') ===
    place
      .trim()
      .split(/[\s,×]+/)
      .join(' ');
  return {
    ...(place.trim() !== '' &&
      !written && {
        unit: `Row and column, up to ${rows - 1} ${columns - 1}: the nearest is ${unit.value.join(' ')}.`,
      }),
    ...(text.trim() !== '' &&
      channel.value === undefined && { channel: `A channel from 0 to ${channels.value - 1}, or nothing for all.` }),
  };
});

export const ownImage = signal<Blob | undefined>(undefined);
const fileImage = signal<{ key: string; data: Float32Array } | undefined>(undefined);
export const imageProblem = signal<string | undefined>(undefined);

export const image = computed((): Float32Array => {
  const current = found.value;
  if (!current) return new Float32Array();
  const [, rows, columns, channels] = current.shape;
  const file = fileImage.value;
  if (chosen.texts.value.image === 'own' && file?.key === current.shape.join()) return file.data;
  return drawnImage(chosen.texts.value.image, rows, columns, channels);
});

/** The magnitude of the gradient at each pixel; undefined while it is computed. */
export const effective = signal<Float32Array | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);

if (typeof document !== 'undefined') {
  effect(() => {
    const [file, current] = [ownImage.value, found.value];
    if (!file || !current) return;
    const [, rows, columns, channels] = current.shape;
    imageOf(file, rows, columns, channels).then(
      (data) => {
        imageProblem.value = undefined;
        fileImage.value = { key: current.shape.join(), data };
      },
      () => {
        imageProblem.value = 'The browser cannot read this file as a picture. PNG, JPEG and WebP work.';
      },
    );
  });
}

/** What a tab can hold of the numbers of a net and its gradient. */
const MOST_BYTES = 1_500_000_000;

/** Computes while the tab is shown; a new question ends the one before. */
export function ask(): () => void {
  let job: Running | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const [current, at, place, x, c] = [found.value, inside.value, unit.value, image.value, channel.value];
    job?.end();
    clearTimeout(timer);
    effective.value = undefined;
    problem.value = undefined;
    if (!current || !at) return;
    const { training } = memoryOf(current.net, current.shape);
    if (training > MOST_BYTES) {
      problem.value = `The gradient at this size needs ${bytesText(training)}, more than a tab can hold: choose a smaller size.`;
      return;
    }
    const name = chosen.texts.value.net;
    timer = setTimeout(() => {
      job = startJob(
        'field',
        {
          net: name === 'own' && own.value ? { name: own.value.name, bytes: own.value.bytes } : name,
          shape: current.shape,
          image: x,
          inside: { path: at.path, output: at.output },
          unit: place,
          channel: c,
        },
        {
          message(values) {
            effective.value = values;
            announce(`Unit ${place.join(', ')} of ${at.path}: field ${fieldText(at.field)}`);
          },
          error(message) {
            problem.value = message;
          },
        },
      );
    }, 200);
  });
  return () => {
    stop();
    job?.end();
    clearTimeout(timer);
  };
}
