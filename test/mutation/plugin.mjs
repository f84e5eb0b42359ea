// Two plugins of Stryker: a checker that lets the chosen mutants through, and a reporter that prints a line for each.

import { readFileSync, writeSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** A mutant's name: its file, where it stands (lines and columns from 0) and what stands there instead. */
export function nameOf({ fileName, location: { start, end }, replacement }, first = 0) {
  const file = isAbsolute(fileName) ? relative(process.cwd(), fileName) : fileName;
  const places = [start.line, start.column, end.line, end.column].map((place) => place - first);
  return JSON.stringify([file, ...places, replacement]);
}

class Chosen {
  async init() {
    this.names = new Set(JSON.parse(readFileSync(process.env.TOEPLITZ_CHOSEN, 'utf8')));
  }

  async group(mutants) {
    return [mutants.map(({ id }) => id)];
  }

  async check(mutants) {
    const verdict = (mutant) =>
      this.names.has(nameOf(mutant)) ? { status: 'passed' } : { status: 'compileError', reason: 'not chosen' };
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, verdict(mutant)]));
  }
}

class Lines {
  onDryRunCompleted({ result }) {
    this.tests = new Map(result.tests.map(({ id, name }) => [id, name]));
  }

  /** Reports count lines and columns from 1. */
  onMutantTested(mutant) {
    const by = this.tests?.get(mutant.killedBy?.[0]);
    writeSync(1, `${JSON.stringify({ mutant: nameOf(mutant, 1), status: mutant.status, by })}\n`);
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.Checker, 'chosen', Chosen),
  declareClassPlugin(PluginKind.Reporter, 'lines', Lines),
];
