import { checkEngine, type Engine } from '../../../src/oracle/index.ts';
import { conditionOf } from '../../../src/oracle/report/text.ts';
import { museum, engineOf as mutantEngine } from '../museum.ts';
import { names } from '../own.ts';
import { all, engineOf, operatorOf } from '../score.ts';

const only = process.argv.slice(2);
const tried: [string, string, Engine][] = [];
for (const f of all) {
  const op = operatorOf(f);
  if (names.includes(op as never)) tried.push([f.id, op, engineOf(op, f)]);
}
const m = await museum();
for (const mutant of m?.mutants ?? [])
  tried.push([`m${mutant.id}`, mutant.op, mutantEngine(mutant.op, mutant.apply(m!.naive), m!.naive)!]);
let [caught, described, named, namedDescribed] = [0, 0, 0, 0];
for (const [id, op, engine] of tried) {
  if (only.length > 0 && !only.includes(id)) continue;
  const t = performance.now();
  const report = await checkEngine(engine, { ops: Object.keys(engine.ops), cases: 200 });
  const ms = performance.now() - t;
  const findings = report.operators.flatMap((o) => o.findings.map((f) => [o.op, f] as const));
  if (findings.length === 0) {
    console.log(id, op, 'MISSED', ms | 0);
    continue;
  }
  caught++;
  const is = findings.some(([, f]) => f.where);
  if (is) described++;
  if (findings.some(([, f]) => f.mistake)) {
    named++;
    if (is) namedDescribed++;
  }
  console.log(id, op, ms | 0, 'ms');
  for (const [o, f] of findings)
    console.log('   ', o, f.kind, f.cases.length, f.mistake ?? '-', '|', f.where ? conditionOf(f.where) : 'NONE');
}
console.log({ tried: tried.length, caught, described, named, namedDescribed });
