// Mistakes at the end of a block: channels, pixels, rows and images that a loop over full blocks leaves.

import { outputs } from '../window.ts';
import type { Fault } from './faults.ts';
import type { Family } from './operators.ts';
import { channelsOut, eachOutput, evaluate, type Prediction, type Setting } from './setting.ts';

const families = ['conv', 'depthwise', 'dense'] as const;
const everywhere = [...families, 'transpose', 'max', 'avg'] as const;

/** The first index past the last full block, if anything lies there. */
const tailOf = (n: number, block: number): number | undefined =>
  n > block && n % block !== 0 ? n - (n % block) : undefined;

const columnsOf = (s: Setting): number => s.g.axes[2].output;

const blocks = [4, 8, 16] as const;

/** Outputs that keep only the bias, or nothing. */
const unfinished = (
  name: string,
  isLost: (s: Setting) => ((at: { n: number; p: number; o: number }) => boolean) | undefined,
  zeroed?: readonly Family[],
): Fault[] => {
  const result =
    (rest: (s: Setting, o: number) => number) =>
    (s: Setting): Prediction | undefined => {
      const lost = isLost(s);
      return lost && eachOutput(s, evaluate(s), (value, at) => (lost(at) ? rest(s, at.o) : value));
    };
  return [
    { name: `${name} kept only the bias`, families, result: result((s, o) => s.b?.[o] ?? 0) },
    { name: `${name} stayed 0`, ...(zeroed && { families: zeroed }), result: result(() => 0) },
  ];
};

export const tailFaults: readonly Fault[] = [
  ...unfinished('the output', () => () => true, everywhere),
  ...blocks.map(
    (block): Fault => ({
      name: `input channels past a multiple of ${block} were dropped`,
      families,
      setting: (s) => {
        const tail = tailOf(s.g.channels, block);
        const O = channelsOut(s);
        return tail === undefined
          ? undefined
          : { ...s, w: s.w.map((w, i) => (Math.floor(i / O) % s.g.channels < tail ? w : 0)) };
      },
    }),
  ),
  ...blocks.flatMap((block) =>
    unfinished(`output channels past a multiple of ${block}`, (s) => {
      const tail = tailOf(channelsOut(s), block);
      return tail === undefined ? undefined : ({ o }) => o >= tail;
    }),
  ),
  ...blocks.flatMap((block) =>
    unfinished(`pixels past a multiple of ${block}`, (s) => {
      const P = outputs(s.g.axes);
      return P % block === 0 || s.rank === 0 ? undefined : ({ p }) => p >= P - (P % block);
    }),
  ),
  ...blocks.flatMap((block) =>
    unfinished(`pixels past the last full block of ${block}`, (s) => {
      const tail = tailOf(outputs(s.g.axes), block);
      return tail === undefined ? undefined : ({ p }) => p >= tail;
    }),
  ),
  ...blocks.flatMap((block) =>
    unfinished(`columns past a multiple of ${block} in each row`, (s) => {
      const Q = columnsOf(s);
      return Q % block === 0 || s.rank === 0 ? undefined : ({ p }) => p % Q >= Q - (Q % block);
    }),
  ),
  ...unfinished('the last of several columns', (s) => {
    const Q = columnsOf(s);
    return Q > 1 ? ({ p }) => p % Q === Q - 1 : undefined;
  }),
  ...unfinished('the last of several rows', (s) => {
    const [Q, P] = [columnsOf(s), outputs(s.g.axes)];
    return P > Q ? ({ p }) => p >= P - Q : undefined;
  }),
  ...blocks.flatMap((block) =>
    unfinished(`rows past a multiple of ${block}`, (s) => {
      const tail = s.family === 'dense' ? tailOf(s.g.batch, block) : undefined;
      return tail === undefined ? undefined : ({ n }) => n >= tail;
    }),
  ),
  ...unfinished('images after the first', (s) => (s.g.batch > 1 ? ({ n }) => n > 0 : undefined), everywhere),
  {
    name: 'every image were the first',
    setting: (s) => (s.g.batch > 1 ? { ...s, x: s.x.map((_, i) => s.x[i % (s.x.length / s.g.batch)]) } : undefined),
  },
];
