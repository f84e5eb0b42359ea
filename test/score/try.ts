import { composition } from './compositions.ts';
import { judge } from './judge.ts';
import { engineWith } from './loops.ts';

const [from, to, fresh] = process.argv.slice(2).map(Number);
for (let seed = from; seed < to; seed++) {
  const { op, mistake } = composition(seed);
  const j = await judge(`c${seed}`, mistake.text, op, engineWith(op, mistake), fresh || 100);
  console.log(JSON.stringify(j));
}
