// Cases that hold what drawn numbers hold too seldom: a NaN that meets zeros, and windows with equal maxima. Spec oracle-cases.

import type { Drawn } from '../case.ts';
import { isAmidZeros } from '../values.ts';
import type { WindowedCase } from './case.ts';
import { everydayWindow } from './everyday.ts';

/**
 * One NaN in one operand, zeros in the others. Windows are plain: zeros of padding, or between the cells of a dilated or
 * strided operand, may be multiplied or left out, and would meet the NaN too.
 */
export function nanBesideZeros(rank: number, gradient: boolean): Drawn<WindowedCase>[] {
  const [wide, point] = [3, 1].map((size) => everydayWindow(rank, { size, channels: 8, filters: 16 }));
  const batch = Math.max(1, 16 >> (2 * rank)); // 16 positions at least
  return gradient
    ? [
        { ...wide, batch, values: 'dyNaN' },
        { ...wide, batch, values: 'xNaN' },
        { ...point, batch, values: 'weightNaN' },
      ]
    : [
        { ...wide, batch, values: 'xNaN' },
        { ...point, batch, values: 'weightNaN' },
      ];
}

/** Pools of which many windows have equal maxima: side by side, and overlapping. */
export const equalMaxima = (rank: number): Drawn<WindowedCase>[] =>
  [
    { size: 2, stride: 2, channels: 4, filters: 4 },
    { size: 3, channels: 4, filters: 4 },
  ].map((each) => ({ ...everydayWindow(rank, each), values: 'ties' }));

/** Whether a NaN beside zeros meets no other zeros than those of the operands. */
export function meetsNoOtherZeros(c: WindowedCase): boolean {
  if (!isAmidZeros(c.values)) return true;
  const isPlain = [...c.stride, ...c.dilation].every((n) => n === 1) && c.outputPadding.every((n) => n === 0);
  const isPoint = c.size.every((n) => n === 1);
  const isUnpadded =
    typeof c.padding === 'string' ? c.padding === 'valid' || isPoint : c.padding.flat().every((n) => n === 0);
  return isPlain && isUnpadded && (c.values !== 'weightNaN' || isPoint);
}
