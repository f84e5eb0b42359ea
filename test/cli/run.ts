// Runs the command line as a user does, the built files in a process of their own; or its sources in this process.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../../src/cli/command-line.ts';

export const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/cli/index.js');
/** Runs an adapter in JavaScript as an engine. */
export const adapterProcess = join(root, 'dist/cli/adapter-process.js');
export const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const toeplitz = (...args: string[]): Promise<Run> => toeplitzWith({}, ...args);

/** The same with more variables in its environment. */
export const toeplitzWith = (env: NodeJS.ProcessEnv, ...args: string[]): Promise<Run> =>
  run(env, process.execPath, program, ...args);

/** Runs a command of a report in the shell of POSIX. */
export const inShell = (command: string): Promise<Run> =>
  run({}, 'sh', '-c', `toeplitz() { '${process.execPath}' '${program}' "$@"; }\n${command}`);

const run = (env: NodeJS.ProcessEnv, command: string, ...args: string[]): Promise<Run> =>
  new Promise((resolve) => {
    if (!existsSync(program)) throw new Error('dist/cli/index.js is missing: run `npm run build` first');
    const child = spawn(command, args, { env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });

/** An IDX file of unsigned bytes. */
export function idx(shape: readonly number[], byte: (i: number) => number): Uint8Array {
  const head = [0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, n >> 8, n & 255])];
  const size = shape.reduce((product, n) => product * n, 1);
  return Uint8Array.from([...head, ...Array.from({ length: size }, (_, i) => byte(i))]);
}

let last: Promise<unknown> = Promise.resolve();

/** A command line that starts no process and waits for none, such as one that is refused: in this process, in turn. */
export function quick(...args: string[]): Promise<Run> {
  const next = last.then(() => here(args));
  last = next.catch(() => undefined);
  return next;
}

/** A campaign in this process, in turn: only the adapter of the fixtures has a process of its own. */
export const checkHere = (adapter: string, ...args: string[]): Promise<Run> =>
  quick('check', process.execPath, ...args, '--', adapterProcess, fixture(adapter));

async function here(args: readonly string[]): Promise<Run> {
  const { stdout, stderr } = process;
  const own = [stdout.write, stderr.write];
  const [out, err]: [string[], string[]] = [[], []];
  stdout.write = (text: string | Uint8Array) => out.push(String(text)) > 0;
  stderr.write = (text: string | Uint8Array) => err.push(String(text)) > 0;
  try {
    const code = await commandLine(args);
    return { code, out: out.join(''), err: err.join('') };
  } finally {
    [stdout.write, stderr.write] = own;
  }
}

/** The same for every item, a few at a time, so that processes that wait or start do so together. */
export async function forEach<T>(items: readonly T[], check: (item: T) => Promise<unknown>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await check(item);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

const TOGETHER = 4;
