// Mistakes of the window over channels.

import { expect, it } from 'vitest';
import { lrn } from '../../../src/index.ts';
import { type Call, checkEngine } from '../../../src/oracle/index.ts';
import { withFault } from '../this-library.ts';

interface Attributes {
  readonly size: number;
}

it.each([
  ['one channel longer', (size: number) => size + 1, 'a window that lacks a channel'],
  ['one channel shorter', (size: number) => Math.max(1, size - 1), 'size > 1 and more channels than half the size'],
] as const)('[oracle-where] [oracle-mistakes] of a window that is %s', async (words, change, text) => {
  const other = ({ attributes, x }: Call) =>
    lrn({ ...attributes, size: change((attributes as unknown as Attributes).size) } as never).forward(x, {});
  const { operators } = await checkEngine(withFault('lrn', other), { ops: ['lrn'], cases: 120 });
  expect(operators[0].findings.map(({ mistake, where }) => [mistake, where?.text])).toEqual([
    [`the window were ${words} than its size`, text],
  ]);
});
