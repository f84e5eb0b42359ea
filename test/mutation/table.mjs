// RESULTS.md from the results of every room, and the survivors that change nothing, from equivalent.json.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rooms } from './rooms.mjs';

const here = import.meta.dirname;
const argued = JSON.parse(readFileSync(join(here, 'equivalent.json'), 'utf8'));

const argument = ({ file, code, original, replacement }) =>
  argued.find(
    (other) =>
      other.file === file &&
      other.code === code &&
      other.original === original.slice(0, 120) &&
      other.replacement === replacement.slice(0, 120),
  );

/** Whether equivalent.json argues that no test can tell the mutant from the program. */
export const isEquivalent = (mutant) => argument(mutant) !== undefined;

export const isDead = (status) => status === 'killed' || status === 'time limit';

const percent = (part, whole) => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`);
const cell = (text) => `\`${text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 110) || ' '}\``;

export function writeTable() {
  const rows = [];
  const open = [];
  const below = [];
  for (const [room, { goal }] of Object.entries(rooms)) {
    const file = join(here, 'results', `${room}.json`);
    if (!existsSync(file)) continue;
    const { all, seed, mutants } = JSON.parse(readFileSync(file, 'utf8'));
    const list = Object.values(mutants);
    const count = (word) => list.filter(({ status }) => status === word).length;
    const survivors = list.filter(({ status }) => status === 'survived');
    const live = survivors.filter((mutant) => !isEquivalent(mutant));
    if (list.length < Math.min(300, all)) below.push(room);
    const dead = list.filter(({ status }) => isDead(status)).length;
    rows.push(
      `| ${room} | ${all} | ${seed} | ${list.length} | ${count('not built')} | ${count('same module')} | ${count('static')} | ` +
        `${survivors.length - live.length} | ${dead} | ${count('time limit')} | ${live.length} | ` +
        `${percent(dead, dead + live.length)} | ${goal} % |`,
    );
    for (const { file: at, line, original, replacement } of live)
      open.push(`| ${room} | ${at}:${line} | ${cell(original)} | ${cell(replacement)} |`);
  }
  const reasons = argued.map(
    ({ file, code, original, replacement, why }) =>
      `| ${file} | ${cell(code)} | ${cell(original)} → ${cell(replacement)} | ${why} |`,
  );
  writeFileSync(
    join(here, 'RESULTS.md'),
    `# Mutation testing

\`npm run mutation -- room [--sample N] [--seed S]\` writes this page. Stryker puts mutants into \`src\`, \`assembly.mjs\` into the
kernels; \`rooms.mjs\` says which tests each room's mutants meet, the quick ones first. A mutant dies if a test fails or a time limit
passes. \`not built\`: the compiler refuses it; \`same module\`: the compiler makes the same bytes of it; \`equivalent\`: argued below.

One process runs the tests, and each again for every mutant that it meets. \`static\`: mutants of what runs only while modules are
loaded, which no test meets there. Who dies of the time limit on a machine that is busy may only be slow. Of n mutants, a share p is
known to about ±2·√(p·(1 − p)/n).

${below.length > 0 ? `The samples of ${below.join(', ')} are below 300: their lines changed since, or a run was not finished.` : 'No sample is below 300, but where a room has fewer mutants.'}
Mutants of assembly that are argued below have met the tests that take less than a third of a second, and few of the slower ones.

| room | mutants | seed | sample | not built | same module | static | equivalent | dead | of these by time limit | alive | dead of those that differ | goal |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

## Alive

| room | where | what | mutant |
|---|---|---|---|
${open.join('\n')}

## Equivalent

| file | line | mutant | why no test can tell |
|---|---|---|---|
${reasons.join('\n')}
`,
  );
}
