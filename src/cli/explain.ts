// toeplitz explain: a case id as source text, with the exact results.

import { parseArgs } from 'node:util';
import { explain } from '../oracle/explain.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz explain CASE [--python]

Writes out the attributes, the tensors and the exact results of a case id, such as
conv2d/n1h3w3c1_o1k2x2s1x1pvd1x1g1b0/f32/exact/1

Exit code: 0, or 2 if the id is not one.
`;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { python: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new UsageError('explain: name one case id');
  const { op, literal, expected } = explain(positionals[0]);
  const results = Object.entries(expected).map(
    ([name, { shape, data }]) => `${name} [${shape.join(', ')}] = [${[...data].join(', ')}]`,
  );
  process.stdout.write(
    [op, values.python ? literal.python : literal.typescript, 'expected:', ...results, ''].join('\n'),
  );
  return EXIT.clean;
}
