// The oracle's own score: mutants made from defects that engines shipped, of which each must be caught and most named.

import { describe, expect, it } from 'vitest';
import { checkEngine, type Engine } from '../../src/oracle/index.ts';
import { ABSENT } from '../shared.ts';
import { backward, engineOf, forward, museum } from './museum.ts';

const check = async (engine: Engine) =>
  (await checkEngine(engine, { ops: Object.keys(engine.ops), cases: 90 })).operators.flatMap(
    ({ findings }) => findings,
  );

describe('the museum of defects', () => {
  it('[oracle-mistakes] passes the reference of the museum, catches its mutants, and names most of them', {
    timeout: 240_000,
  }, async (context) => {
    const found = await museum();
    context.skip(found === undefined, ABSENT);
    const { naive, mutants } = found!;
    for (const op of [...Object.keys(forward), ...Object.keys(backward)])
      expect({ op, findings: await check(engineOf(op, naive[op], naive)!) }).toEqual({ op, findings: [] });
    const [missed, unnamed]: [string[], string[]] = [[], []];
    for (const mutant of mutants) {
      const findings = await check(engineOf(mutant.op, mutant.apply(naive), naive)!);
      if (findings.length === 0) missed.push(mutant.id);
      else if (findings[0].mistake === undefined) unnamed.push(mutant.id);
    }
    expect({ mutants: mutants.length, missed, unnamed }).toEqual({ mutants: 38, missed: [], unnamed: [] });
  });
});
