// An engine that did not start: why, and what to do about it. Spec campaign-smoke.

import { existsSync } from 'node:fs';
import { SpecError } from '../errors.ts';
import { plainLines } from '../plain-lines.ts';
import type { EngineCommand } from './engine-command.ts';
import { StartError } from './remote.ts';
import { EXIT, UsageError } from './usage.ts';

/** Says so, and gives the exit code; any other error is thrown, what the library refuses as one of usage. */
export function sayNotStarted(who: string, error: unknown, engine: EngineCommand): number {
  if (error instanceof SpecError) throw new UsageError(error.message);
  if (!(error instanceof StartError)) throw error;
  const hint = hintOn(who, error.message, engine);
  process.stderr.write(`toeplitz: the engine could not start: ${plainLines(error.message)}\n${hint && `  ${hint}\n`}`);
  return EXIT.start;
}

/** How the source of a program becomes one, by the ending of its name. */
const compilers: readonly (readonly [ending: RegExp, compiler: string])[] = [
  [/\.c$/, 'cc -O2'],
  [/\.(cc|cpp|cxx)$/i, 'c++ -std=c++17 -O2'],
  [/\.rs$/, 'rustc --edition 2021 -O'],
  [/\.go$/, 'go build'],
];

/** How a file of source becomes an engine; undefined of any other. */
function compileHint(who: string, { target, rest }: EngineCommand): string | undefined {
  const compiler = compilers.find(([ending]) => ending.test(target))?.[1];
  if (compiler === undefined || !existsSync(target)) return undefined;
  const engine = ['toeplitz', who, './adapter', ...rest].join(' ');
  return `it is the source of a program: compile it (\`${compiler} -o adapter ${target}\`), and name what comes out (\`${engine}\`)`;
}

/** What to do about it, by what was said to `who`; '' where nothing is known. */
function hintOn(who: string, message: string, engine: EngineCommand): string {
  const compile = /EACCES|ENOEXEC|ENOENT/.test(message) ? compileHint(who, engine) : undefined;
  if (compile !== undefined) return compile;
  if (message.includes('ENOENT')) return 'there is no such program: is it built, and is its path right?';
  if (message.includes('EACCES'))
    return `it may not be executed: name its interpreter (\`toeplitz ${who} python3 -- FILE\`), or make it executable`;
  if (message.includes('ENOEXEC')) return 'it is no program: begin a script with #!, or name its interpreter before --';
  if (message.includes('no hello within'))
    return 'each answer is one line of JSON, flushed as soon as it is written: in Python print(…, flush=True), in C fflush(stdout). An engine that takes longer to load gets more time by --timeout';
  if (message.includes('ended with exit code 0'))
    return 'it ended before it answered: it must read lines until its standard input ends';
  return '';
}
