// Fences find what kernels read or write outside the memory that they were given, even if their results are right.
//
//   An arena has sentinels before and behind every block; the error names the block at which one was overwritten.
//   Everything runs twice. The second time there are no sentinels and the last block ends where the memory ends, so that
//   a read far behind it traps.
//   A step of a compiled net may write only the cells of its result and its own scratch blocks.

import type { Activation } from '../../src/compile/activation.ts';
import { assemble } from '../../src/compile/assemble.ts';
import { Recorder } from '../../src/compile/recorder.ts';
import type { PlacementOf, Step } from '../../src/compile/steps.ts';
import type { Layer, Params, Shape, Tensor } from '../../src/index.ts';
import { Arena } from '../../src/kernels/arena.ts';
import { HEAP_BASE } from '../../src/kernels/declared.ts';
import type { Placement } from '../../src/kernels/placement.ts';
import { ownArena } from '../../src/kernels/scratch-arena.ts';

/** Bytes of the sentinels before a block; behind it they fill the room that the arena itself leaves. */
const FENCE = 256;

/** A NaN that no kernel makes, so that a sum that reads it also shows. */
const SENTINEL = 0x7fe5e5e5;

const PAGE = 0x10000;

interface Block {
  /** Where the fence before it begins. */
  readonly start: number;
  readonly address: number;
  readonly bytes: number;
  /** Where the next block may begin. */
  readonly end: number;
}

const { take, reset, begin } = Arena.prototype;

const wordsOf = (arena: Arena, start: number, end: number): Uint32Array => {
  const { buffer, byteOffset, length } = arena.floats(start, (end - start) / 4);
  return new Uint32Array(buffer, byteOffset, length);
};

/** The blocks of all arenas that were at work since the last `fenced` began. */
class Fences {
  readonly #blocks = new Map<Arena, Block[]>();
  readonly #planning = new Set<Arena>();
  /** Where the last block would end without fences, for each reset of an arena: in the run before, and in this one. */
  readonly #known: readonly number[] | undefined;
  readonly ends: number[] = [];
  readonly #current = new Map<Arena, number>();
  readonly #fence: number;
  /** The bytes that an arena leaves free behind a block. */
  #room = 0;

  constructor(known?: readonly number[]) {
    this.#known = known;
    this.#fence = known ? 0 : FENCE;
  }

  get isAtTheEnd(): boolean {
    return this.#known !== undefined;
  }

  blocksOf(arena: Arena): readonly Block[] {
    return this.#blocks.get(arena) ?? [];
  }

  take(arena: Arena, bytes: number): number {
    const address = take.call(arena, this.#fence + bytes) + this.#fence;
    const end = Math.ceil((address + bytes + this.#room) / 16) * 16;
    const block = { start: address - this.#fence, address, bytes, end };
    this.#blocks.get(arena)?.push(block);
    this.ends[this.#current.get(arena) ?? 0] += end - address;
    if (!this.#planning.has(arena)) raise(arena, block);
    return address;
  }

  reset(arena: Arena, who: string): void {
    this.check();
    reset.call(arena, who);
    const base = take.call(arena, 0);
    this.#room = take.call(arena, 0) - base;
    reset.call(arena, who);
    this.#blocks.set(arena, []);
    const index = this.ends.push(base) - 1;
    this.#current.set(arena, index);
    const known = this.#known?.[index];
    if (known === undefined) return;
    const filler = Math.max(arena.bytes, Math.ceil(known / PAGE) * PAGE) - known;
    const enough = filler >= this.#room || filler === 0 ? filler : filler + PAGE;
    if (enough > 0) take.call(arena, enough - this.#room);
  }

  begin(arena: Arena): void {
    this.#planning.add(arena);
    begin.call(arena);
    // The first thing to be done when the memory is there: all blocks have been taken by then.
    arena.whenReady(() => {
      this.#planning.delete(arena);
      for (const block of this.blocksOf(arena)) raise(arena, block);
    });
  }

  /** Throws for the first block around which something was written. */
  check(): void {
    for (const [arena, blocks] of this.#blocks) {
      if (this.#planning.has(arena)) continue;
      blocks.forEach(({ start, address, bytes, end }, i) => {
        for (const [first, last] of [
          [start, address],
          [address + bytes, end],
        ]) {
          const at = overwritten(wordsOf(arena, first, last));
          if (at >= 0) {
            const place = first + at * 4 - address;
            throw new Error(
              `block ${i} of ${blocks.length}, of ${bytes} bytes: written at ${place} bytes from its start`,
            );
          }
        }
      });
    }
  }
}

/** The first word that is no sentinel, or −1. */
function overwritten(words: Uint32Array): number {
  for (let i = 0; i < words.length; i++) if (words[i] !== SENTINEL) return i;
  return -1;
}

function raise(arena: Arena, { start, address, bytes, end }: Block): void {
  wordsOf(arena, start, address).fill(SENTINEL);
  wordsOf(arena, address + bytes, end).fill(SENTINEL);
}

/** Runs `body` with fences, and once more at the end of the memory; it has to do the same both times. */
export function fenced<T>(body: (fences: Fences) => T): T {
  const first = new Fences();
  withFences(first, body);
  return withFences(new Fences(first.ends), body);
}

function withFences<T>(fences: Fences, body: (fences: Fences) => T): T {
  Object.assign(Arena.prototype, {
    take(this: Arena, bytes: number) {
      return fences.take(this, bytes);
    },
    reset(this: Arena, who: string) {
      fences.reset(this, who);
    },
    begin(this: Arena) {
      fences.begin(this);
    },
  });
  try {
    const result = body(fences);
    fences.check();
    return result;
  } finally {
    Object.assign(Arena.prototype, { take, reset, begin });
  }
}

/** The words of the cells of an activation. */
function* cellsOf(activation: Activation, { address, image, plane, row, pixel }: Placement): Generator<number> {
  const [planes, rows, columns] = activation.size;
  for (let n = 0; n < activation.batch; n++) {
    for (let i = 0; i < planes; i++) {
      for (let j = 0; j < rows; j++) {
        for (let k = 0; k < columns; k++) {
          const cell = (address + n * image + i * plane + j * row + k * pixel) / 4;
          for (let c = 0; c < activation.channels; c++) yield cell + c;
        }
      }
    }
  }
}

/** The words of a root, zeros around its cells included. */
function extentOf(root: Activation, { address, plane, row, pixel }: Placement): [number, number] {
  const [a, b, c] = root.treeMargins;
  const first = address - a[0] * plane - b[0] * row - c[0] * pixel;
  return [first / 4, (first + root.bytes) / 4];
}

/** Compiles and runs a net inside `fenced`, and checks what every step writes. */
export function watched(
  fences: Fences,
  layer: Layer,
  shape: Shape,
  params: Params<Tensor>,
): (x: Tensor) => Float32Array {
  const program = new Recorder('exact');
  const [input, x] = program.input(shape);
  const output = program.dense(program.layer(layer, x, params) as Activation);
  let last: Uint32Array | undefined;
  const [before, after] = [copies(), copies()];
  const watch = (step: Step): Step => ({
    ...step,
    prepare(arena, at, own, stage) {
      if (fences.isAtTheEnd) return step.prepare(arena, at, own, stage);
      const blocks = fences.blocksOf(arena).length;
      const run = step.prepare(arena, at, own, stage);
      const scratch = fences.blocksOf(arena).slice(blocks);
      let allowed: Allowed | undefined;
      return () => {
        const end = fences.blocksOf(arena).at(-1)?.end ?? 0;
        allowed ??= allowedOf(end / 4, at, own, scratch);
        const ready = before(wordsOf(arena, 0, end));
        expectUnchanged(last, ready, allowed.roots, `before the step that makes [${own.y.shape}]`);
        run((each) => each.batch);
        last = after(wordsOf(arena, 0, end));
        expectUnchanged(ready, last, allowed.own, `by the step that makes [${own.y.shape}]`);
      };
    },
  });
  program.steps.splice(0, program.steps.length, ...program.steps.map(watch));
  const net = assemble(ownArena('compile'), program, input, output);
  return ({ data }) => {
    net.x.set(data);
    last = undefined;
    net.run(input.batch);
    fences.check();
    return net.y.slice();
  };
}

/** Where a step may write, and where zeros may be set before it, as one byte for each word of the memory. */
interface Allowed {
  readonly own: Uint8Array;
  readonly roots: Uint8Array;
}

function allowedOf(words: number, at: PlacementOf, { reads, y }: Step, scratch: readonly Block[]): Allowed {
  const [own, roots] = [new Uint8Array(words), new Uint8Array(words)];
  own.fill(1, 0, Math.ceil(HEAP_BASE / 4));
  for (const { address, bytes } of scratch) own.fill(1, address / 4, (address + bytes) / 4);
  for (const word of cellsOf(y, at(y))) own[word] = 1;
  for (const activation of [...reads, y]) roots.fill(1, ...extentOf(activation.root, at(activation.root)));
  return { own, roots };
}

/** Copies words to the same place again and again. */
function copies(): (words: Uint32Array) => Uint32Array {
  let room = new Uint32Array(0);
  return (words) => {
    if (room.length < words.length) room = new Uint32Array(words.length);
    room.set(words);
    return room.subarray(0, words.length);
  };
}

/** So many words are compared at once. */
const TOGETHER = 512;

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) => Buffer.from(buffer, byteOffset, byteLength);

function expectUnchanged(before: Uint32Array | undefined, after: Uint32Array, allowed: Uint8Array, when: string): void {
  if (!before) return;
  const [ours, theirs] = [bytesOf(before), bytesOf(after)];
  for (let start = 0; start < after.length; start += TOGETHER) {
    const end = Math.min(after.length, start + TOGETHER);
    const isEqual = ours.length === theirs.length && ours.compare(theirs, start * 4, end * 4, start * 4, end * 4) === 0;
    if (isEqual) continue;
    for (let i = start; i < end; i++)
      if (before[i] !== after[i] && allowed[i] === 0) throw new Error(`byte ${i * 4} was written ${when}`);
  }
}
