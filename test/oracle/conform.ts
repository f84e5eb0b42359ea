// Asks conforming engines about drawn cases, and says which right answers the oracle would refuse.

import { callOf, partsOf } from '../../src/oracle/ask/ask.ts';
import { checkParts } from '../../src/oracle/ask/outputs.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { caseId } from '../../src/oracle/cases/id.ts';
import { ownLayout } from '../../src/oracle/dialects/layout.ts';
import type { GradientCall, Traits } from '../../src/oracle/index.ts';
import { hash, random } from '../../src/random.ts';
import { arithmetic, forwards as first, pulls as firstPulls, type Op, type Pull } from './conforming.ts';
import { branchForwards, branchPulls } from './conforming-branches.ts';
import { upsampleForward, upsampleGradient } from './conforming-cells.ts';
import { setNorm, setNormGradient } from './conforming-norms.ts';

const norms = ['groupNorm', 'instanceNorm', 'layerNorm'] as const;
const all = <T>(names: readonly string[], f: T) => Object.fromEntries(names.map((name) => [name, f]));
export const forwards: Readonly<Record<string, Op>> = {
  ...first,
  ...all(norms, setNorm),
  upsample: upsampleForward,
  ...branchForwards,
};
export const pulls: Readonly<Record<string, Pull>> = {
  ...firstPulls,
  ...all(norms, setNormGradient),
  upsample: upsampleGradient,
  ...branchPulls,
};

export const conformingNames: readonly string[] = Object.keys(forwards);

/** What becomes of `cases` cases from the one with number `from` on, each answered by `engines` engines. */
export function conform(
  op: string,
  gradient: boolean,
  from: number,
  cases: number,
  engines: number,
  traits: Traits = {},
) {
  const refused: string[] = [];
  let [asked, margin] = [0, 0];
  for (let i = from; i < from + cases; i++) {
    const c = drawCase(op, gradient, 1, i, { traits: { ...traits, nan: 'free' } });
    const call = callOf({ layout: ownLayout }, c);
    const parts = partsOf({ traits }, c);
    for (let n = 0; n < engines; n++) {
      const draw = random(hash(i, n, op, gradient ? 1 : 0));
      const kind = (['float32', 'fused', 'float64'] as const)[draw.below(3)];
      const o = arithmetic(draw, traits.ulp ?? 4, kind);
      const theirs = gradient ? pulls[op](o, call as GradientCall) : forwards[op](o, call);
      const verdict = checkParts(parts, theirs);
      asked++;
      margin = Math.max(margin, verdict.margin);
      if (verdict.kind !== 'pass') refused.push(`${caseId(c)} ${kind} ${n}: ${verdict.message}`);
    }
  }
  return { asked, margin, refused };
}
