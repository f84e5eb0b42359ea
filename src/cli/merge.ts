// toeplitz merge: combines the reports of shards, or writes one report in another form.

import { parseArgs } from 'node:util';
import { fromJson } from '../oracle/report/json.ts';
import { merge } from '../oracle/report/merge.ts';
import { jsonText, readInput } from './files.ts';
import { openOutput, outputHelp, outputOptions } from './output.ts';
import { UsageError } from './usage.ts';

export const help = `toeplitz merge REPORT.json… [options]

Joins the reports of all shards of one campaign, as --reporter json wrote them,
and refuses those of another engine, seed, version or suite, and a shard that is
missing or there twice. A single report of a whole campaign is told in another
form.

${outputHelp}

Exit code: 0 clean, 1 the engine is wrong somewhere, 2 the reports are not those
of one campaign, 4 nothing is wrong, but too few cases were answered.

On two machines, then on one:

  toeplitz check engine.mjs --shard 1/2 --reporter json --out 1.json
  toeplitz check engine.mjs --shard 2/2 --reporter json --out 2.json
  toeplitz merge 1.json 2.json --reporter junit --out report.xml
`;

/** Runs the command; gives the exit code. Spec campaign-merge. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: outputOptions, allowPositionals: true });
  if (positionals.length === 0) throw new UsageError('merge: name the reports');
  const finish = await openOutput(values);
  const reports = [];
  for (const source of positionals) {
    const text = jsonText('campaign-reporter', `report: ${source}`, await readInput(source));
    reports.push({ source, report: fromJson(source, text) });
  }
  return finish(merge(reports));
}
