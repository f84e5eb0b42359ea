import { judge } from './judge.ts';
import { engineOf, mutantsOf, textOfLoops } from './mutator.ts';

const [from, to, fresh, step] = process.argv.slice(2).map(Number);
const text = await textOfLoops();
const mutants = mutantsOf(text);
console.error(mutants.length);
for (let i = from; i < to; i++) {
  const mutant = mutants[(i * (step || 37)) % mutants.length];
  const engine = await engineOf(text, mutant);
  if (!engine) continue;
  console.log(JSON.stringify(await judge(`m${i}`, `${mutant.op} ${mutant.what}`, mutant.op, engine, fresh || 100)));
}
