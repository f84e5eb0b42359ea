// The state of the lab: the layer of the controls, the cell that is looked at, and what is marked because of it.

import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { isNumber } from '../numbers.ts';
import { settings } from '../settings.ts';
import { announce } from '../view/announce.tsx';
import type { Mark } from '../view/mark.ts';
import { type Lab, labOf } from './lab.ts';
import { marksOf, type Place } from './marks.ts';
import { movesOf } from './moves.ts';
import { fedBy, usesOf } from './terms.ts';
import { defaults, type LabTexts } from './texts.ts';
import { planesOf, writeTyped } from './values.ts';
import { calculationOf, outputName, placeName } from './words.ts';

export type { Place };

export const chosen = settings<LabTexts>({ ...defaults });

/** Settings that change what is shown of the lab, not the lab. */
const views: readonly (keyof LabTexts)[] = ['at', 'panel', 'dialect', 'code'];

const written = computed(() =>
  JSON.stringify(chosen.texts.value, (name, text) => (views.includes(name as keyof LabTexts) ? undefined : text)),
);
/** The settings of the lab alone: a step of the player does not change them, so nothing is computed again. */
export const asked = computed((): LabTexts => ({ ...defaults, ...JSON.parse(written.value) }));
const read = computed(() => labOf(asked.value));
export const problems = computed(() => read.value.problems);
/** Whether the settings make no layer, so that an earlier one is shown. */
export const isStale = computed(() => read.value.lab === undefined);

let last = labOf({ ...defaults }).lab as Lab;
/** The lab of the controls, or the last one that they made while they do not fit together. */
export const lab = computed((): Lab => {
  last = read.value.lab ?? last;
  return last;
});

/** The cells of the input, the kernel or the output. */
const countOf = (where: Place['where']): number => {
  const { x, weight, y } = lab.value;
  return { x, w: weight, y }[where]?.data.length ?? 0;
};

/** The chosen cell: the last one if it lies beyond the end. */
export const place = computed((): Place => {
  const [, where, digits] = /^([xwy])(\d+)$/.exec(chosen.texts.value.at) ?? ['', 'y', '0'];
  const count = countOf(where as Place['where']);
  if (count === 0) return { where: 'y', index: 0 };
  return { where: where as Place['where'], index: Math.min(Number(digits), count - 1) };
});

/** The cell under the pointer. */
export const hovered = signal<Place | undefined>(undefined);
/** The cell that is looked at; what lies under the pointer may be gone when other settings come. */
export const focus = computed(() => {
  const over = hovered.value;
  return over && over.index < countOf(over.where) ? over : place.value;
});

/** The filter whose kernel is shown. */
export const filter = computed(() => {
  const { where, index } = focus.value;
  const { y, weight, op } = lab.value;
  const filters = y.shape[y.shape.length - 1];
  if (where === 'y') return index % filters;
  if (where === 'w' && weight && op !== 'transposed') return index % filters;
  return place.value.where === 'y' ? place.value.index % filters : 0;
});

export const moves = computed(() => movesOf(lab.value));
/** Outputs that the player has not come to are hidden. */
export const isFilling = signal(false);

const marks = computed(() => marksOf(lab.value, focus.value));
const marksOfY = computed((): ReadonlyMap<number, Mark> => {
  const { y } = marks.value;
  const current = lab.value;
  const filters = current.y.shape[current.y.shape.length - 1];
  const later = new Map<number, Mark>();
  if (isFilling.value && place.value.where === 'y') {
    for (let i = 0; i < current.y.data.length; i++)
      if (Math.floor(i / filters) > Math.floor(place.value.index / filters)) later.set(i, 'later');
  } else for (const i of moves.value?.changed ?? []) later.set(i, 'changed');
  for (const [index, mark] of y) if (later.get(index) !== 'later') later.set(index, mark);
  return later;
});

export const marked: Readonly<Record<Place['where'], ReadonlySignal<ReadonlyMap<number, Mark>>>> = {
  x: computed(() => marks.value.x),
  w: computed(() => marks.value.w),
  y: marksOfY,
};

export const choose = (where: Place['where'], index: number): void => chosen.set({ at: `${where}${index}` });

/** Writes a number into a cell of the input or the kernel; the values are typed ones from then on. */
export function edit(where: 'x' | 'w', index: number, value: number): void {
  const { unshifted, weight, rank, shift } = lab.value;
  const tensor = where === 'x' ? (shift.some((cells) => cells !== 0) ? lab.value.x : unshifted) : weight;
  if (!tensor || !isNumber(value)) return;
  const data = tensor.data.slice();
  data[index] = value;
  const shape = where === 'x' ? tensor.shape.slice(1) : tensor.shape;
  const text = writeTyped({ shape, data }, planesOf(shape, rank));
  chosen.set(where === 'x' ? { image: 'typed', x: text, shift: '0 0' } : { weights: 'typed', w: text });
}

/** Says the chosen cell: of an output its sum. */
function describePlace(lab: Lab, { where, index }: Place): string {
  if (where === 'y') return `Output ${outputName(lab, index)}: ${calculationOf(lab, index, 30)}`;
  if (where === 'x') return `Input ${placeName(lab.x.shape, index)}: feeds ${fedBy(lab, index).length} products`;
  return `Weight ${index}: used ${usesOf(lab, index).length} times`;
}

let timer: ReturnType<typeof setTimeout> | undefined;
/** Where the page is shown, every chosen cell is announced, with a pause so that quick steps are not all read out. */
if (typeof document !== 'undefined')
  effect(() => {
    const text = describePlace(lab.value, place.value);
    clearTimeout(timer);
    timer = setTimeout(() => announce(text), 300);
  });
