// The state of the gradient check: the operator, the number θ, and what the check says of it.

import { computed } from '@preact/signals';
import { numberIn } from '../numbers.ts';
import { settings } from '../settings.ts';
import { check } from './check.ts';
import { subjectOf } from './checked-operator.ts';

export const chosen = settings({
  op: 'softmax',
  seed: '1',
  tensor: 'x',
  index: '1',
  value: '',
  beside: 'float32',
  planted: 'no',
});

const isSeed = (text: string): boolean => /^\d{1,6}$/.test(text.trim());
export const subject = computed(() => {
  const { op, seed, planted } = chosen.texts.value;
  return subjectOf(op, isSeed(seed) ? Number(seed) : 1, planted === 'yes');
});
export const tensorName = computed(() => {
  const { tensor } = chosen.texts.value;
  return Object.hasOwn(subject.value.tensors, tensor) ? tensor : 'x';
});
/** The chosen entry: the last one if it lies beyond the end. */
export const index = computed(() => {
  const last = subject.value.tensors[tensorName.value].data.length - 1;
  return Math.min(last, Math.max(0, Math.floor(Number(chosen.texts.value.index)) || 0));
});
/** A larger θ would swallow the smaller steps by rounding. */
const MOST = 1000;
export const value = computed(() => {
  const typed = numberIn(chosen.texts.value.value);
  return Math.abs(typed) <= MOST ? typed : undefined;
});
export const checked = computed(() =>
  check(subject.value, { tensor: tensorName.value, index: index.value, value: value.value }),
);

export const problems = computed(() => {
  const { seed, value: text, index: typed } = chosen.texts.value;
  const last = subject.value.tensors[tensorName.value].data.length - 1;
  const isIndex = /^\s*\d+\s*$/.test(typed) && Number(typed) <= last;
  return {
    ...(!isSeed(seed) && { seed: 'A whole number from 0 to 999999.' }),
    ...(text.trim() !== '' &&
      value.value === undefined && { value: `A number from −${MOST} to ${MOST}, or nothing for the drawn one.` }),
    ...(!isIndex && { index: `A whole number from 0 to ${last}.` }),
  };
});

export const beside = { float32: 'float32, central', oneSided: 'float64, one-sided' };
