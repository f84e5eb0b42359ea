// npm run score: every set of faulty engines under campaigns of the usual size, and what the oracle makes of each; the result
// is written beside this file.
//
//   npm run score -- [--set shipped|museum|compositions|mutants] [--count 100] [--shard 2/5] [--fresh 1000] [--from 1]
//
// What is in the result already is not judged again, so a run goes on where the last one ended; --again forgets a set.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { operators } from '../../src/oracle/families/index.ts';
import type { Engine } from '../../src/oracle/index.ts';
import { museum, engineOf as museumEngine } from '../oracle/museum.ts';
import { operatorOf, all as shipped, engineOf as shippedEngine } from '../oracle/score.ts';
import { composition } from './compositions.ts';
import { type Judged, judge } from './judge.ts';
import { engineWith } from './loops.ts';
import { engineOf as mutantEngine, mutantsOf, textOfLoops } from './mutator.ts';
import { scoreTable } from './table.ts';

interface Fault {
  readonly id: string;
  readonly what: string;
  readonly op: string;
  engine(): Promise<Engine | undefined>;
}

const RECORD = join(process.cwd(), 'test', 'score', 'result.json');
/** Mutants are taken from all functions in turn: this step is about 0.38 of their number, and has no factor in common with it. */
const STEP = 1259;

const sets: Readonly<Record<string, (from: number, count: number) => Promise<Fault[]>>> = {
  async shipped() {
    const known = shipped.filter((each) => Object.hasOwn(operators, operatorOf(each)));
    return known.map((each) => {
      const op = operatorOf(each);
      return { id: each.id, what: `${op}: ${each.what}`, op, engine: async () => shippedEngine(op, each) };
    });
  },
  async museum() {
    const found = await museum();
    return (found?.mutants ?? []).flatMap((mutant): Fault[] => {
      const engine = museumEngine(mutant.op, mutant.apply(found!.naive), found!.naive);
      const op = engine && Object.keys(engine.ops)[0];
      return op ? [{ id: mutant.id, what: mutant.op, op, engine: async () => engine }] : [];
    });
  },
  async compositions(from, count) {
    return Array.from({ length: count }, (_, i) => {
      const { op, mistake } = composition(from + i);
      return { id: `c${from + i}`, what: mistake.text, op, engine: async () => engineWith(op, mistake) };
    });
  },
  async mutants(from, count) {
    const text = await textOfLoops();
    const mutants = mutantsOf(text);
    return Array.from({ length: count }, (_, i) => {
      const mutant = mutants[((from + i) * STEP) % mutants.length];
      const { op, what } = mutant;
      return { id: `m${from + i}`, what: `${op}: ${what}`, op, engine: () => mutantEngine(text, mutant) };
    });
  },
};

type Result = Record<string, Record<string, Judged>>;

const read = (): Result => (existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {});

/** Written at once, since another shard may read it. */
function write(result: Result): void {
  const part = `${RECORD}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(result, null, 1)}\n`);
  renameSync(part, RECORD);
}

const { values } = parseArgs({
  options: {
    set: { type: 'string', multiple: true, default: Object.keys(sets) },
    count: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    shard: { type: 'string', default: '1/1' },
    fresh: { type: 'string', default: '1000' },
    again: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`npm run score -- OPTIONS

  --set NAME    ${Object.keys(sets).join(', ')}; may be repeated (all of them)
  --count N     faults of a generated set (100)
  --from N      the first of them (1)
  --shard i/n   a part of them (1/1)
  --fresh N     new cases by which a name is checked (1000)
  --again       forgets what is known of the set, which is not judged again otherwise
`);
  process.exit();
}
const [index, of] = values.shard.split('/').map(Number);

for (const set of values.set) {
  const faults = await sets[set](Number(values.from), Number(values.count));
  if (values.again) write({ ...read(), [set]: {} });
  for (const [i, fault] of faults.entries()) {
    if (i % of !== index - 1 || read()[set]?.[fault.id]) continue;
    const engine = await fault.engine();
    if (!engine) continue;
    const judged = await judge(fault.id, fault.what, fault.op, engine, Number(values.fresh));
    const result = read(); // another shard may have written meanwhile
    write({ ...result, [set]: { ...result[set], [fault.id]: judged } });
    process.stderr.write(
      `${fault.id} ${judged.isCaught ? (judged.name ?? judged.instead ?? judged.where ?? judged.kind) : 'not caught'}\n`,
    );
  }
}
process.stdout.write(`${scoreTable(read())}\n`);
