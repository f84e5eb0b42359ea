// The help of check is correct.

import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../src/cli/protocol.ts';
import { callOf } from '../../src/oracle/ask/ask.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { parseCaseId } from '../../src/oracle/cases/id.ts';
import { ownLayout } from '../../src/oracle/dialects/layout.ts';
import { families } from '../../src/oracle/families/index.ts';
import { quick } from './run.ts';

describe('toeplitz check --help', () => {
  it('[oracle-protocol] shows a real request and its answer', async () => {
    const { out } = await quick('check', '--help');
    const line = (start: string) => new RegExp(`^ *. (${start}.*?\\}+)(?: {2,}.*)?$`, 'm').exec(out)![1];
    const c = parseCaseId('dense/n1c2_u1b0/f32/given/x=1,2;weight=3,4');
    const call = callOf({ layout: ownLayout }, c);
    expect(JSON.parse(line('{"cmd":"run"'))).toEqual({ cmd: 'run', seq: 1, call: encode(call) });
    const { seq, result } = JSON.parse(line('{"seq":1'));
    expect([seq, decode(result)]).toEqual([1, { shape: [1, 1], data: Float32Array.of(11) }]);
  });

  it('[oracle-engine] lists every attribute and the shape of every weight', async () => {
    const { out } = await quick('check', '--help');
    for (const family of families) {
      const said = Object.values(family.operators).map(({ inCall = '' }) => inCall);
      for (const line of said.flatMap((text) => text.split(/\n */))) expect(out).toContain(line);
      for (const op of Object.keys(family.operators)) {
        const c = drawCase(op, false, 1, 0, { traits: {} });
        const { op: _, x, ...more } = callOf({ layout: ownLayout }, c);
        const { attributes, ...tensors } = more;
        for (const name of [...Object.keys(attributes), ...Object.keys(tensors)].filter((each) => each !== 'bias'))
          expect(`${op}: ${said.join()}`).toMatch(new RegExp(`\\b${name}\\b`));
        expect(out).toMatch(new RegExp(`\\b${op}\\b`));
      }
    }
    for (const shape of [
      '[h, w, c / groups, filters]',
      '[h, w, 1, c · multiplier]',
      '[h, w, filters / groups, c]',
      '[in, units]',
    ])
      expect(out).toContain(`weight ${shape}`);
  });
});
