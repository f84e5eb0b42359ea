// How many faults get a confirmed condition where none has a name: those of test/faults and of the museum, as if no mistake were
// known. `npm run campaigns -- described` prints each, and the number.

import { expect, it } from 'vitest';
import { ask } from '../../../src/oracle/ask/ask.ts';
import { historyOf } from '../../../src/oracle/ask/history.ts';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { isFailure } from '../../../src/oracle/engine-under-test.ts';
import { withConditions } from '../../../src/oracle/findings/conditions.ts';
import type { Engine } from '../../../src/oracle/index.ts';
import { conditionOf } from '../../../src/oracle/report/text.ts';
import { museum, engineOf as mutantEngine } from '../museum.ts';
import { all, engineOf, operatorOf } from '../score.ts';
import { names } from '../this-library.ts';

const CASES = Number(process.env.CASES ?? 200);
/** A condition describes a fault if at least this share of its failures meets it. */
const SHARE = 0.5;

/** The conditions of an engine's failures, forward, or of the gradients where the output is right. */
async function described(engine: Engine, op: string) {
  const subject = inProcess(engine);
  for (const gradient of [false, true]) {
    if (!(gradient ? subject.gradients : subject.ops).includes(op)) continue;
    const cases = Array.from({ length: CASES }, (_, i) => drawCase(op, gradient, 1, i, subject));
    const outcomes = [];
    for (const c of cases) outcomes.push(await ask(subject, c));
    const failures = outcomes.filter(({ verdict }) => isFailure(verdict.kind));
    if (failures.length === 0) continue;
    const rest = { history: historyOf(subject), names: [], isLive: true, isStopped: () => false };
    const groups = await withConditions({ subject, outcomes, ...rest }, [], failures);
    const covered = groups.filter(({ found }) => found).flatMap((each) => each.outcomes);
    const lines = groups.map(
      ({ outcomes, found }) => `${outcomes.length}: ${found ? conditionOf(found.where) : 'none'}`,
    );
    return { lines, isDescribed: covered.length >= SHARE * failures.length };
  }
  return undefined;
}

it('[oracle-where] describes faults of which no mistake is known', async () => {
  const { naive, mutants } = (await museum()) ?? { naive: {}, mutants: [] };
  const faults: (readonly [id: string, op: string, engine: Engine])[] = [
    ...all.map((fault) => [fault.id, operatorOf(fault), engineOf(operatorOf(fault), fault)] as const),
    ...mutants.map((mutant) => {
      const engine = mutantEngine(mutant.op, mutant.apply(naive), naive)!;
      return [`museum ${mutant.id}`, Object.keys(engine.ops)[0], engine] as const;
    }),
  ].filter(([, op]) => names.includes(op));
  let [caught, count] = [0, 0];
  for (const [id, op, engine] of faults) {
    const found = await described(engine, op);
    if (found) caught++;
    if (found?.isDescribed) count++;
    console.log(
      [
        `${id} ${op}: ${found ? (found.isDescribed ? 'described' : 'not described') : 'not caught'}`,
        ...(found?.lines ?? []),
      ].join('\n    '),
    );
  }
  console.log(`${faults.length} faults, ${caught} caught, ${count} described`);
  expect(count).toBeGreaterThanOrEqual(0.6 * caught);
});
