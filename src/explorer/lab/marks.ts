// What is marked around a cell that is looked at.

import type { Mark } from '../view/mark.ts';
import type { Lab } from './lab.ts';
import { fedBy, termsOf, usesOf } from './terms.ts';

export interface Place {
  readonly where: 'x' | 'w' | 'y';
  readonly index: number;
}

export interface Marks {
  readonly x: ReadonlyMap<number, Mark>;
  readonly w: ReadonlyMap<number, Mark>;
  readonly y: ReadonlyMap<number, Mark>;
}

/** What is marked around a cell. */
export function marksOf(lab: Lab, { where, index }: Place): Marks {
  const [x, w, y] = [new Map<number, Mark>(), new Map<number, Mark>(), new Map<number, Mark>()];
  if (where === 'y') {
    for (const term of termsOf(lab, index)) {
      if (term.x < 0) continue;
      x.set(term.x, 'under');
      w.set(term.w, 'under');
    }
    y.set(index, 'chosen');
  } else if (where === 'x') {
    for (const meeting of fedBy(lab, index)) {
      y.set(meeting.y, 'fed');
      w.set(meeting.w, 'fed');
    }
    x.set(index, 'chosen');
  } else {
    for (const meeting of usesOf(lab, index)) {
      x.set(meeting.x, 'under');
      y.set(meeting.y, 'fed');
    }
    w.set(index, 'chosen');
  }
  return { x, w, y };
}
