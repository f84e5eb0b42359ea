// toeplitz explain: a case id as source text or as a file, with the exact results.

import { parseArgs } from 'node:util';
import { writeSafetensors } from '../formats/safetensors.ts';
import { callOf } from '../oracle/ask/ask.ts';
import { parseCaseId } from '../oracle/cases/id.ts';
import { dialectNames } from '../oracle/dialect.ts';
import { readDialect } from '../oracle/dialects/dialects.ts';
import { explain, type Speech, speakerOf, tensorsOf } from '../oracle/explain.ts';
import { layoutOf, speechOptions } from './campaign-options.ts';
import { destination } from './destination.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz explain CASE [options]

Writes out the attributes, all tensors and the exact results of a case id, such as
conv2d/n1h3w3c1_o1k2x2s1x1pvd1x1g1b0/f32/exact/1
A result is right if it is within bound of expected; where there is no bound, if
it is the same.

  --python, --cpp, --rust
                  the language; default: TypeScript
  --out FILE      instead, a safetensors file of x, weight, bias, dy, expected.y
                  and bound.y (of gradients expected.x …); its metadata has the
                  case and the attributes as JSON
  --dialect D     in the words and the layout of ${dialectNames.slice(1).join(', ')}
  --layout X,W,D  the axes of x, weights and depthwise weights, such as NCHW,OIHW;
                  of others by name, such as dense=IO,grouped=GOIHW,transposed=IOHW

Exit code: 0, or 2 if the id is not one, or the dialect cannot say it.
`;

const options = {
  ...speechOptions,
  python: { type: 'boolean' },
  cpp: { type: 'boolean' },
  rust: { type: 'boolean' },
  out: { type: 'string' },
} as const;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  if (positionals.length !== 1) throw new UsageError('explain: name one case id');
  const languages = (['python', 'cpp', 'rust'] as const).filter((name) => values[name]);
  if (languages.length > 1) throw new UsageError(`explain: one language at a time, got ${languages.join(', ')}`);
  const [id] = positionals;
  const speech = { dialect: readDialect(values.dialect), layout: layoutOf('explain', values.layout) };
  if (values.out !== undefined) return write(id, speech, values.out);
  process.stdout.write(`${explain(id, speech).literal[languages[0] ?? 'typescript']}\n`);
  return EXIT.clean;
}

async function write(id: string, speech: Speech, file: string): Promise<number> {
  const place = await destination(file);
  const c = parseCaseId(id);
  const asked = speakerOf(c, speech);
  const { op, attributes } = callOf(asked, c);
  const metadata = { case: id, op, attributes: JSON.stringify(attributes) };
  await place.write(writeSafetensors(tensorsOf(asked, c), metadata));
  return EXIT.clean;
}
