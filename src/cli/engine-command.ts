// The engine that a command line names: an adapter in JavaScript, or any program with its arguments behind `--`.

import { fileURLToPath } from 'node:url';
import { UsageError } from './usage.ts';

export interface EngineCommand {
  /** As the user named it. */
  readonly target: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What comes after the options when the command is written again: `--` and the arguments. */
  readonly rest: readonly string[];
}

/** The options, and what comes after `--`. */
export function splitArguments(args: readonly string[]): readonly [own: string[], rest: string[]] {
  const at = args.includes('--') ? args.indexOf('--') : args.length;
  return [args.slice(0, at), args.slice(at)];
}

/** A file of JavaScript runs in adapter-process.js; anything else is a program. */
export function engineCommand(who: string, positionals: readonly string[], rest: readonly string[]): EngineCommand {
  if (positionals.length !== 1)
    throw new UsageError(`${who}: give one FILE.mjs or COMMAND (arguments of the command go after --)`);
  const [target] = positionals;
  if (!/\.[cm]?[jt]s$/.test(target)) return { target, command: target, args: rest.slice(1), rest };
  const host = fileURLToPath(new URL('adapter-process.js', import.meta.url));
  return { target, command: process.execPath, args: [host, target], rest: [] };
}
