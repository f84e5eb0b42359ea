// Stryker over the files of src: which mutants there are, and the chosen ones written into the source, each behind a switch.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { runTests } from './run-tests.mjs';

const silent = { debug() {}, info() {}, isDebugEnabled: () => false };

/** A mutant's name: its file, where it stands (lines and columns from 0) and what stands there instead. */
const nameOf = ({ fileName, location: { start, end }, mutatorName, replacement }) =>
  JSON.stringify([fileName, start.line, start.column, end.line, end.column, mutatorName, replacement]);

/** Finds the mutants of the files, and writes those that are wanted into them. */
function instrument(files, isWanted) {
  const instrumenter = new Instrumenter(silent);
  const transform = instrumenter._transform;
  // Stryker can be told to ignore nodes and ranges, but not single mutants.
  instrumenter._transform = (tree, collector, context) => {
    const collect = collector.collect.bind(collector);
    const collectWanted = (...found) => {
      const mutant = collect(...found);
      if (!isWanted(mutant.toApiMutant())) mutant.ignoreReason = 'not wanted';
      return mutant;
    };
    const wanted = { collect: collectWanted, hasPlacedMutants: (name) => collector.hasPlacedMutants(name) };
    transform(tree, wanted, context);
  };
  const all = files.map((file) => ({ ...file, mutate: true }));
  return instrumenter.instrument(all, { plugins: null, excludedMutations: [], ignorers: [] });
}

/** All mutants of the files. `original` is the text that a mutant replaces, `code` the line it begins in. */
export async function mutantsOf(tree, files) {
  const found = [];
  for (const file of files) {
    const content = readFileSync(join(tree, file), 'utf8');
    const lines = content.split('\n');
    const { mutants } = await instrument([{ name: file, content }], () => false);
    for (const mutant of mutants) {
      const { start, end } = mutant.location;
      const cut = lines.slice(start.line, end.line + 1);
      cut.push(cut.pop().slice(0, end.column));
      cut[0] = cut[0].slice(start.column);
      const [code, original] = [lines[start.line].trim(), cut.join('\n')];
      const { location, mutatorName: kind, replacement } = mutant;
      found.push({ name: nameOf(mutant), location, file, line: start.line + 1, code, kind, original, replacement });
    }
  }
  return found;
}

/** Caches of a module become ones that the switch can empty. */
const withMemories = (content) =>
  content.replaceAll(/^(?:export )?const .*/gm, (line) =>
    line.replaceAll(/new (?:Weak)?Map<.*?>\(\)/g, 'new MutationMemory()'),
  );

/**
 * Runs the mutants against the tests in the tree, and calls `done(mutant, status, by)` for each. `caching` are the files whose
 * caches are emptied before each run.
 */
export async function runMutants(tree, mutants, tests, done, caching = []) {
  const names = new Map(mutants.map((mutant) => [mutant.name, mutant]));
  const files = [...new Set(mutants.map(({ file }) => file))].map((name) => ({
    name,
    content: readFileSync(join(tree, name), 'utf8'),
  }));
  const isWanted = (mutant) => names.has(nameOf(mutant));
  const instrumented = await instrument(files, isWanted);
  const chosen = new Map(instrumented.mutants.filter(isWanted).map((mutant) => [mutant.id, names.get(nameOf(mutant))]));
  for (const { name, content } of instrumented.files) writeFileSync(join(tree, name), content);
  for (const name of caching) writeFileSync(join(tree, name), withMemories(readFileSync(join(tree, name), 'utf8')));
  const left = new Map(chosen);
  const switches = join(tree, 'test/mutation/switch-source.mjs');
  const { met, loaded } = await runTests(tree, { tests, ids: [...chosen.keys()], switches }, (id, status, by) => {
    if (left.has(id)) done(left.get(id), status, by);
    left.delete(id);
  });
  for (const { name, content } of files) writeFileSync(join(tree, name), content);
  for (const [id, mutant] of left) done(mutant, loaded.has(id) && !met.has(id) ? 'static' : 'survived');
}
