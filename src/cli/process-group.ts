// A process and all processes that it started, as one group: lines in, lines out, ended together. Spec oracle-protocol.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { errorMessage } from './error-message.ts';
import { onEnd } from './on-end.ts';
import { codeOf } from './usage.ts';

/** How many characters of standard error are kept: a message may come before a long stack. */
const TAIL = 10_000;

/** How long the last output of a process may take to arrive after its end, in milliseconds. */
const DRAIN = 500;

/** The most bytes of a line: a tensor of 12 million values in base64. */
export const MAX_LINE = 1 << 26;

/** How many bytes of a longer line are shown. */
const SHOWN = 80;

const isWindows = process.platform === 'win32';

export interface Listener {
  line(text: string): void;
  /** The process has ended: `ended with exit code 9`, and its error message, if there is one. */
  end(how: string): void;
  /** A line is too long; the process is ended for this. */
  endless(beginning: string): void;
}

/** The name of a variable that everything inherits what a group starts; groups inside of groups have theirs behind it. */
const MARK = 'TOEPLITZ_GROUP';

/**
 * The processes that bear a mark in their environment, where the system shows it (/proc of Linux): what left its group and
 * lost its parent, as a daemon does, is found too.
 */
function marked(mark: string): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  const bears = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(mark);
    } catch (error) {
      if (typeof codeOf(error) !== 'string') throw error;
      return false; // it has ended, or is somebody else's
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && bears(name))
    .map(Number);
}

/**
 * All that a process started and they started: `timeout`, and shells with jobs, put what they run into groups of their
 * own.
 */
function descendants(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = [...(stdout ?? '').matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)].map(([, child, parent]) =>
    [child, parent].map(Number),
  );
  const found = [pid];
  for (const each of found) for (const [child, parent] of pairs) if (parent === each) found.push(child);
  return found.slice(1);
}

/** How often what a group leaves behind is looked for: it may start more meanwhile. */
const ROUNDS = 5;

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error; // it has just ended; a zombie of macOS says EPERM
  }
}

export class Group {
  private readonly child: ChildProcess;
  private readonly listener: Listener;
  private readonly mark = randomUUID();
  private readonly forget: () => void;
  private parts: Buffer[] = [];
  private held = 0;
  private ended = false;
  private said = '';
  private tail = '';

  constructor(command: string, args: readonly string[], listener: Listener) {
    this.listener = listener;
    // Detached: the leader of a group of its own, so that all of it can be ended, and Ctrl-C at a terminal does not
    // reach it.
    const env = { ...process.env, [MARK]: [process.env[MARK], this.mark].filter(Boolean).join(' ') };
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: !isWindows, env });
    this.forget = onEnd(() => this.kill());
    this.child.on('error', (error) => this.finish(error.message));
    this.child.on('exit', (code, signal) => {
      const how = signal ? `ended by ${signal}` : `ended with exit code ${code}`;
      const late = setTimeout(() => this.finish(how), DRAIN); // what it started may hold its output open
      this.child.on('close', () => {
        clearTimeout(late);
        this.finish(how);
      });
    });
    this.child.stdin!.on('error', () => {}); // a write to a dead process: 'exit' says so
    this.child.stdout!.on('data', (chunk: Buffer) => this.receive(chunk));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.tail = (this.tail + text).slice(-TAIL);
      this.said = (this.said + text).slice(-TAIL);
    });
  }

  get alive(): boolean {
    return !this.ended;
  }

  /** Several messages go in one write. */
  send(...messages: readonly object[]): void {
    this.child.stdin!.write(messages.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }

  /** What was written to standard error since the last time, in a few words. */
  words(): string {
    const words = errorMessage(this.said);
    this.said = '';
    return words;
  }

  /** Ends the process and all that it started. */
  kill(): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || this.ended) return;
    if (isWindows) {
      spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
      return;
    }
    const isThere = exitCode === null && signalCode === null;
    for (const each of [-pid, ...(isThere ? descendants(pid) : [])]) kill(each);
    for (let round = 0, left = marked(this.mark); round < ROUNDS && left.length > 0; round++) {
      left.forEach(kill);
      left = marked(this.mark);
    }
  }

  /** Divides bytes into lines; without the end of a line for too long, it is an error. */
  private receive(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0 && this.alive; end = chunk.indexOf(10, start)) {
      const text = Buffer.concat([...this.parts, chunk.subarray(start, end)]).toString('utf8');
      this.parts = [];
      this.held = 0;
      start = end + 1;
      if (text.trim() !== '') this.listener.line(text);
    }
    if (start === chunk.length || !this.alive) return;
    this.parts.push(chunk.subarray(start));
    this.held += chunk.length - start;
    if (this.held <= MAX_LINE) return;
    this.listener.endless(Buffer.concat(this.parts, SHOWN).toString('utf8'));
    this.finish(`wrote more than ${MAX_LINE} bytes without the end of a line`);
  }

  private finish(how: string): void {
    if (this.ended) return;
    this.kill(); // what a launcher left behind
    this.ended = true;
    this.parts = [];
    for (const stream of [this.child.stdin!, this.child.stdout!, this.child.stderr!]) stream.destroy();
    this.child.unref();
    this.forget();
    const words = errorMessage(this.tail);
    this.listener.end(words === '' ? how : `${how}: ${words}`);
  }
}
