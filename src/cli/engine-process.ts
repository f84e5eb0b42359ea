// One process of an engine, from which answers are awaited for some time.

import { plain } from '../plain-text.ts';
import { Group, type Listener } from './process-group.ts';
import { afterPrint, SHOWN, seqOf } from './protocol.ts';

/**
 * The time to start, if a call may not take longer: loading a large engine can. Once something is printed that is no hello, the
 * hello must follow within the time of a call: the program may be no engine at all.
 */
export const START_SECONDS = 60;

/** The longest delay of a timer: 2³¹ − 1 ms. */
const LONGEST = 0x7fffffff;

/** What was waited for, or why it did not come. */
export type Ending<T> =
  | { readonly found: T }
  | { readonly timeout: number }
  | { readonly exit: string }
  | { readonly endless: string };

/** Lines that were not answers; `seq` of the first, if it is a second answer to a question. */
export interface Strays {
  first?: string;
  seq?: number;
  count: number;
}

/** One running process: questions go in, the expected answers come out. */
export class Running implements Listener {
  readonly group: Group;
  private readonly strays: Strays;
  private look: ((text: string) => void) | undefined;
  private wake: (() => void) | undefined;
  private isStopping = false;
  /** While several questions are open: lines for which nobody waits yet. */
  private early: string[] | undefined;
  private ending: { readonly exit: string } | { readonly endless: string } | undefined;

  constructor(command: string, args: readonly string[], strays: Strays) {
    this.strays = strays;
    this.group = new Group(command, args, this);
  }

  line(text: string): void {
    if (this.isStopping) return;
    const [print, line] = afterPrint(text);
    if (print.trim() !== '') this.stray(print);
    if (this.look) this.look(line);
    else if (this.early) this.early.push(line);
    else this.stray(line);
  }

  /** Keeps what comes before it is waited for; without, the rest of it is no answer. */
  keepEarly(isKept: boolean): void {
    for (const text of this.early ?? []) this.stray(text);
    this.early = isKept ? [] : undefined;
  }

  endless(beginning: string): void {
    this.ending ??= { endless: beginning };
  }

  end(exit: string): void {
    this.ending ??= { exit };
    this.wake?.();
  }

  private stray(text: string): void {
    if (this.strays.count === 0) this.strays.seq = seqOf(text);
    this.strays.first ??= plain(text, SHOWN);
    this.strays.count++;
  }

  /** The first line that `read` accepts; the others are strays, and after the first of them it waits for `more` seconds at most. */
  async next<T>(read: (text: string) => T | undefined, seconds: number, more = seconds): Promise<Ending<T>> {
    let found: T | undefined;
    let [limit, timer]: [number, NodeJS.Timeout | undefined] = [seconds, undefined];
    await new Promise<void>((resolve) => {
      const wait = (): NodeJS.Timeout => setTimeout(resolve, Math.min(limit * 1000, LONGEST));
      this.wake = resolve;
      this.look = (text) => {
        const value = read(text);
        if (value === undefined) {
          this.stray(text);
          if (more >= limit) return;
          limit = more;
          clearTimeout(timer);
          timer = wait();
          return;
        }
        found = value;
        this.look = undefined;
        resolve();
      };
      const accept = this.look;
      while (found === undefined && this.early !== undefined && this.early.length > 0) accept(this.early.shift()!);
      if (this.ending) resolve();
      else if (found === undefined) timer = wait();
    });
    clearTimeout(timer);
    this.look = undefined;
    this.wake = undefined;
    return found === undefined ? (this.ending ?? { timeout: limit }) : { found };
  }

  /** Ends the process, and returns when it has ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.group.kill();
    while (this.group.alive) await this.next(() => undefined, START_SECONDS);
  }
}
