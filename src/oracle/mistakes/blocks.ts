// Mistakes at the end of a block: channels, pixels, rows and images that a loop over full blocks leaves.

import { outputs } from '../../window.ts';
import type { Prediction, Topic } from '../mistake.ts';
import { channelsOut, eachOutput, evaluate, type OutputAt, type WindowSetting } from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

/** The first index past the last full block, if anything lies there. */
const tailOf = (n: number, block: number): number | undefined =>
  n > block && n % block !== 0 ? n - (n % block) : undefined;

const columnsOf = (s: WindowSetting): number => s.g.axes[2].output;

const blocks = [4, 8, 16] as const;

/** Outputs that keep only the bias, or nothing. */
const unfinished = (
  name: string,
  isLost: (s: WindowSetting) => ((at: OutputAt) => boolean) | undefined,
  [withBias, zeroed]: readonly [Topic, Topic] = ['channels', 'windows over x'],
): SharedMistake[] => {
  const result =
    (rest: (s: WindowSetting, o: number) => number) =>
    (s: WindowSetting): Prediction | undefined => {
      const lost = isLost(s);
      return lost && eachOutput(s, evaluate(s), (value, at) => (lost(at) ? rest(s, at.o) : value));
    };
  return [
    { name: `${name} kept only the bias`, topic: withBias, result: result((s, o) => s.b?.[o] ?? 0) },
    { name: `${name} stayed 0`, topic: zeroed, result: result(() => 0) },
  ];
};

export const blockMistakes: readonly SharedMistake[] = [
  ...unfinished('the output', () => () => true, ['channels', 'output']),
  ...blocks.map(
    (block): SharedMistake => ({
      name: `input channels past a multiple of ${block} were dropped`,
      topic: 'channels',
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
    unfinished(
      `rows past a multiple of ${block}`,
      (s) => {
        const tail = tailOf(s.g.batch, block);
        return tail === undefined ? undefined : ({ n }) => n >= tail;
      },
      ['rows', 'rows'],
    ),
  ),
  ...unfinished('images after the first', (s) => (s.g.batch > 1 ? ({ n }) => n > 0 : undefined), [
    'channels',
    'output',
  ]),
  {
    name: 'every image were the first',
    topic: 'windows over x',
    setting: (s) => (s.g.batch > 1 ? { ...s, x: s.x.map((_, i) => s.x[i % (s.x.length / s.g.batch)]) } : undefined),
  },
];
