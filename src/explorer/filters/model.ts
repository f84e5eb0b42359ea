// The state of the filters: the image, the chain, its stages and the chosen pixel.

import { computed, effect, signal } from '@preact/signals';
import type { Tensor } from '../../tensor.ts';
import { imageOf } from '../field/image.ts';
import { settings } from '../settings.ts';
import { drawn } from '../train/model.ts';
import { type Kind, stagesOf } from './apply.ts';
import { imageNamed } from './image.ts';
import { defaults, type FilterTexts, filterTitles, readChain } from './texts.ts';

export const chosen = settings<FilterTexts>({ ...defaults });

export const sizes = { 32: '32×32', 64: '64×64', 96: '96×96', 160: '160×160' };
const side = computed(() => (Object.hasOwn(sizes, chosen.texts.value.size) ? Number(chosen.texts.value.size) : 96));
export const file = signal<Blob | undefined>(undefined);
const fileImage = signal<Tensor | undefined>(undefined);
export const fileProblem = signal<string | undefined>(undefined);

export const image = computed((): Tensor => {
  const { image } = chosen.texts.value;
  const own = fileImage.value;
  if (image === 'own' && own?.shape[1] === side.value) return own;
  return imageNamed(image, side.value, drawn.value);
});

if (typeof document !== 'undefined')
  effect(() => {
    const [blob, size] = [file.value, side.value];
    if (!blob) return;
    imageOf(blob, size, size, 1).then(
      (data) => {
        fileProblem.value = undefined;
        fileImage.value = { shape: [1, size, size, 1], data };
      },
      () => {
        fileProblem.value = 'The browser cannot read this file as a picture. PNG, JPEG and WebP work.';
      },
    );
  });

/** The settings that the pictures depend on; the chosen pixel is none of them. */
const read = computed(() => JSON.stringify({ ...chosen.texts.value, at: '', panel: '', levels: '' }));
export const chain = computed(() => readChain(JSON.parse(read.value)));
export const kind = computed((): Kind => (chosen.texts.value.kind === 'convolution' ? 'convolution' : 'correlation'));
export const stages = computed(() => {
  const padding = chosen.texts.value.padding === 'valid' ? 'valid' : 'same';
  return stagesOf(image.value, chain.value.chain, kind.value, padding, filterTitles);
});

/** The chosen pixel: a stage after the image, a row and a column. One outside becomes the nearest one, and what is left out is 0. */
export const at = computed(() => {
  const [stage = 0, row = 0, column = 0] = chosen.texts.value.at
    .split(' ')
    .map((text) => Math.floor(Number(text)) || 0);
  const s = Math.min(Math.max(1, stage), stages.value.length - 1);
  const [, rows, columns] = stages.value[s].image.shape;
  const within = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
  return { stage: s, row: within(row, rows), column: within(column, columns) };
});
