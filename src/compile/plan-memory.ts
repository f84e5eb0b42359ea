// The plan of a compiled net's memory: which steps become part of the step before them, which activations lie in others,
// and where each root lies.

import type { Finish } from '../kernels/epilogue.ts';
import type { Activation } from './activation.ts';
import { isCopy, type Step } from './steps.ts';

/** The steps, with norms and rectifiers made a part of the step before them if its epilogue can do them. */
export function fuse(steps: readonly Step[], output: Activation): Step[] {
  const readers = new Map<Activation, number>();
  for (const activation of steps.flatMap((step) => step.reads))
    readers.set(activation, (readers.get(activation) ?? 0) + 1);
  const writer = new Map<Activation, Step>();
  return steps.filter((step) => {
    const [x] = step.reads;
    const before = writer.get(x);
    const isOnlyReader = readers.get(x) === 1 && x !== output;
    const isPointwise = step.isSum && !step.isFunction && step.reads.length === 1 && !isCopy(step);
    const finish = isPointwise && isOnlyReader && before ? joined(before.finish, step.finish) : undefined;
    if (before && finish) Object.assign(before, { finish, y: step.y });
    writer.set(step.y, finish && before ? before : step);
    return !finish;
  });
}

/** The epilogue that does `first` and then `second`, if there is one: its order is bias, norm, relu. */
function joined(first: Finish | undefined, second: Finish | undefined): Finish | undefined {
  if (!first || !second || second.bias) return undefined;
  if (second.norm && (first.norm || first.relu)) return undefined;
  return { ...first, ...second };
}

/**
 * The steps without the copies that need not be made, because the source can lie where its copy lies or the other way
 * round.
 */
export const placed = (steps: readonly Step[]): Step[] =>
  steps.filter((step) => !isCopy(step) || !(step.reads[0].moveInto(step.y, 0) || step.y.moveInto(step.reads[0], 0)));

/** The first and the last step at which a root's memory is in use. */
interface Life {
  first: number;
  last: number;
}

function livesOf(steps: readonly Step[], input: Activation, output: Activation): Map<Activation, Life> {
  const lives = new Map<Activation, Life>();
  const use = (activation: Activation, time: number): void => {
    const life = lives.get(activation);
    lives.set(activation, { first: Math.min(life?.first ?? time, time), last: Math.max(life?.last ?? time, time) });
  };
  use(input, 0);
  for (const [time, { reads, y }] of steps.entries()) for (const activation of [...reads, y]) use(activation, time);
  use(output, steps.length);
  return lives;
}

/** Lets a sum overwrite its first or second part, if no later step reads it. */
export function addInPlace(steps: readonly Step[], input: Activation, output: Activation): void {
  const lives = livesOf(steps, input, output);
  for (const [time, { isSum, reads, y }] of steps.entries()) {
    if (!isSum || isCopy(steps[time])) continue;
    const isFree = (part: Activation): boolean =>
      !part.home &&
      part.channels === y.channels &&
      part.tree.every(
        (activation) => (lives.get(activation)?.last ?? 0) <= time && !reads.slice(2).includes(activation),
      );
    reads.some((part) => isFree(part) && (part.moveInto(y, 0) || y.moveInto(part, 0)));
  }
}

/** How much memory a program takes, and where its activations lie in it. */
export interface MemoryPlan {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<Activation, number>;
  /** Roots whose memory others use as well: their margins must be set to zero before the step with this number. */
  readonly shared: ReadonlyMap<number, readonly Activation[]>;
}

interface Placed {
  readonly root: Activation;
  readonly life: Life;
  readonly start: number;
  readonly end: number;
}

/** A tile reads whole vectors, up to 7 floats beyond the last channel; roots begin at multiples of 16. */
const sizeOfRoot = (root: Activation): number => Math.ceil((root.bytes + 32) / 16) * 16;

/** Gives each root, the largest first, the lowest addresses that are free throughout its life. */
export function planMemory(steps: readonly Step[], input: Activation, output: Activation): MemoryPlan {
  const lives = new Map<Activation, Life>();
  for (const [activation, { first, last }] of livesOf(steps, input, output)) {
    const life = lives.get(activation.root);
    lives.set(activation.root, {
      first: Math.min(life?.first ?? first, first),
      last: Math.max(life?.last ?? last, last),
    });
  }
  const roots = [...lives].map(([root, life]) => ({ root, life, bytes: sizeOfRoot(root) }));
  const all: Placed[] = [];
  for (const { root, life, bytes } of roots.sort((a, b) => b.bytes - a.bytes)) {
    const others = all.filter((other) => other.life.first <= life.last && life.first <= other.life.last);
    const start = lowestGap(others, bytes);
    all.push({ root, life, start, end: start + bytes });
  }
  const isShared = (one: Placed): boolean => all.some((o) => o !== one && o.start < one.end && one.start < o.end);
  const shared = new Map<number, Activation[]>();
  for (const { root, life } of all.filter(isShared)) shared.set(life.first, [...(shared.get(life.first) ?? []), root]);
  return {
    bytes: Math.max(0, ...all.map(({ end }) => end)),
    offsets: new Map(all.map(({ root, start }) => [root, start])),
    shared,
  };
}

function lowestGap(others: readonly Placed[], bytes: number): number {
  let start = 0;
  for (const other of [...others].sort((a, b) => a.start - b.start)) {
    if (other.start >= start + bytes) break;
    start = Math.max(start, other.end);
  }
  return start;
}
