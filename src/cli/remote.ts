// An engine in another process: a hang is killed after a time-out, a crash is an answer, and the process is started again.

import { type ChildProcess, spawn } from 'node:child_process';
import { readTraits } from '../oracle/ask/traits.ts';
import { dialects, readDialect } from '../oracle/dialects/dialects.ts';
import { readLayout } from '../oracle/dialects/layout.ts';
import type { Call } from '../oracle/engine.ts';
import { operators } from '../oracle/families/index.ts';
import type { Answer, Subject } from '../oracle/subject.ts';
import { lastWords } from './last-words.ts';
import { decode, encode, linesOf, PROTOCOL } from './protocol.ts';

/** The engine did not come up: its command, its hello. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface Remote extends Subject {
  close(): void;
}

/** Loading a large engine takes seconds; a call must not. */
const START_SECONDS = 60;

/** Characters of standard error that are kept: a message may stand before a long stack. */
const TAIL = 10_000;

interface Line {
  readonly seq?: number;
  readonly result?: unknown;
  readonly skip?: string;
  readonly error?: string;
  readonly finding?: Exclude<Answer['kind'], 'result'>;
  readonly message?: string;
}

type Ending = { readonly timeout: number } | { readonly exit: string } | { readonly line: string };

/** One running process: lines in, lines out. */
class Running {
  private readonly child: ChildProcess;
  private readonly waiting: string[] = [];
  private wake: (() => void) | undefined;
  private exit: string | undefined;
  private tail = '';

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const ended = (how: string): void => {
      const words = lastWords(this.tail);
      this.exit ??= words === '' ? how : `${how}: ${words}`;
      this.wake?.();
    };
    this.child.on('error', (error) => ended(error.message));
    this.child.on('close', (code, signal) => ended(signal ? `ended by ${signal}` : `ended with exit code ${code}`));
    this.child.stdin!.on('error', () => {}); // a write to a dead process: 'close' says so
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.tail = (this.tail + text).slice(-TAIL);
    });
    const onLine = (line: string): void => {
      this.waiting.push(line);
      this.wake?.();
    };
    this.child.stdout!.setEncoding('utf8').on('data', linesOf(onLine));
  }

  get alive(): boolean {
    return this.exit === undefined;
  }

  send(message: object): void {
    this.child.stdin!.write(`${JSON.stringify(message)}\n`);
  }

  async next(seconds: number): Promise<Ending> {
    let timer: NodeJS.Timeout | undefined;
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, seconds * 1000);
    });
    if (this.waiting.length === 0 && this.alive) await woken;
    clearTimeout(timer);
    const line = this.waiting.shift();
    if (line !== undefined) return { line };
    return this.exit === undefined ? { timeout: seconds } : { exit: this.exit };
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Starts an engine and asks who it is. @throws {StartError} */
export async function remote(command: string, args: readonly string[], seconds: number): Promise<Remote> {
  let { running, hello } = await greet(command, args);
  let seq = 0;
  const run = async (call: Call): Promise<Answer> => {
    if (!running.alive) ({ running } = await greet(command, args));
    running.send({ cmd: 'run', seq: ++seq, call: encode(call) });
    const ending = await running.next(seconds);
    if ('line' in ending) return answerOf(ending.line, seq);
    running.kill();
    if ('exit' in ending) return { kind: 'crash', message: `the process ${ending.exit}` };
    await running.next(seconds); // until it is gone
    return { kind: 'timeout', message: `no answer within ${seconds} s` };
  };
  const restart = async (): Promise<void> => {
    running.kill();
    while (running.alive) await running.next(seconds);
  };
  const close = (): void => {
    if (running.alive) running.send({ cmd: 'bye' });
    setTimeout(() => running.kill(), 500).unref();
  };
  return { ...hello, run, restart, close };
}

function answerOf(text: string, seq: number): Answer {
  const line = parse(text);
  if (!line || line.seq !== seq)
    return { kind: 'error', message: `the answer must be a JSON object with seq ${seq}, got ${text.slice(0, 80)}` };
  if (line.skip !== undefined) return { kind: 'skip', message: String(line.skip) };
  if (line.error !== undefined) return { kind: 'error', message: `the engine says: ${line.error}` };
  if (line.finding !== undefined) return { kind: line.finding, message: String(line.message) };
  return { kind: 'result', value: decode(line.result) };
}

function parse(text: string): Line | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function greet(
  command: string,
  args: readonly string[],
): Promise<{ running: Running; hello: Omit<Subject, 'run'> }> {
  const running = new Running(command, args);
  const refuse = (why: string): never => {
    running.kill();
    throw new StartError(`${[command, ...args].join(' ')}: ${why}`);
  };
  running.send({ cmd: 'hello', protocol: PROTOCOL });
  const ending = await running.next(START_SECONDS);
  if (!('line' in ending)) return refuse('exit' in ending ? ending.exit : `no hello within ${START_SECONDS} s`);
  const hello = parse(ending.line) as Partial<Subject> | undefined;
  if (!hello || typeof hello.name !== 'string' || !Array.isArray(hello.ops))
    return refuse(`the hello must be {"name", "ops": […]}, got ${ending.line.slice(0, 80)}`);
  const unknown = hello.ops.find((op) => !Object.hasOwn(operators, op));
  if (unknown !== undefined) return refuse(`the operators are ${Object.keys(operators).join(', ')}, got '${unknown}'`);
  const { name, version, ops, gradients = [] } = hello;
  try {
    const dialect = readDialect(hello.dialect, ops);
    const layout = readLayout(hello.layout, dialects[dialect].layout);
    return { running, hello: { name, version, dialect, layout, traits: readTraits(hello.traits), ops, gradients } };
  } catch (error) {
    return refuse((error as Error).message);
  }
}
