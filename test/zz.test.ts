import { it } from 'vitest';
import { checkEngine } from '../src/oracle/index.ts';
import { nearestIn } from '../src/oracle/dialects/translate.ts';
import { parseCaseId } from '../src/oracle/cases/id.ts';
import { ask } from '../src/oracle/ask/ask.ts';
import { inProcess } from '../src/oracle/ask/in-process.ts';
import { dialects } from '../src/oracle/dialects/dialects.ts';
import { speaker } from './oracle/speakers.ts';
it('x', async () => {
  for (const [a,b] of [['caffe','toeplitz'],['webnn','caffe']] as const) {
  const engine = speaker(a, { declared: b });
  const { operators } = await checkEngine(engine, { ops: ['conv2d', 'avgPool2d'], cases: 20 });
  for (const o of operators) for (const f of o.findings) {
    console.log(a,b,o.op, f.kind, f.dialects, f.cases.length, f.verdict.message);
    for (const id of f.cases) { const c = parseCaseId(id); if (nearestIn(a, c) === c) { const s = inProcess(engine); const v = (await ask({ ...s, dialect: a, layout: dialects[a].layout }, c)).verdict; console.log('   ', id, v.kind, v.message); } }
  }}
}, 100000);
