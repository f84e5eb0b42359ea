// An engine in another process: a hang is ended after a time-out, a crash is an answer, and the next call starts it again.

import { setImmediate } from 'node:timers/promises';
import type { Case } from '../oracle/case.ts';
import { caseId } from '../oracle/cases/id.ts';
import type { Call } from '../oracle/engine.ts';
import type { Answer, EngineUnderTest } from '../oracle/engine-under-test.ts';
import { plain } from '../plain-text.ts';
import { Running, START_SECONDS, type Strays } from './engine-process.ts';
import { asHello, type Hello, readHello } from './hello.ts';
import { MAX_LINE } from './process-group.ts';
import { encode, PROTOCOL, readAnswer } from './protocol.ts';

/** The engine did not start: its command or its hello failed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

type Question = readonly [call: Call, c?: Case];

export interface Remote extends Hello, Pick<EngineUnderTest, 'run' | 'runAll'> {
  /** What the engine wrote to standard error when this case was last asked, shortened. */
  saidOf(id: string): string | undefined;
  /** The first line on standard output that was not an answer, and how many more there were. */
  stray(): string | undefined;
  /** Of the first of them the question, if it is a second answer to one. */
  answeredTwice(): number | undefined;
  close(): void;
}

/** Characters of them. */
const WORDS = 300;

/** Cases whose words on standard error are kept: those of findings were asked last. */
const KEPT = 4000;

/** An engine that says bye may take as long to end, in milliseconds. */
const FAREWELL = 500;

/** Starts an engine and asks who it is; `seconds` for a call, and for the start. @throws {StartError} */
export async function remote(
  command: string,
  args: readonly string[],
  seconds: number,
  start = Math.max(START_SECONDS, seconds),
): Promise<Remote> {
  const strays: Strays = { count: 0 };
  const meet = () => greet(command, args, strays, seconds, start);
  const first = await meet();
  const { hello } = first;
  let { running } = first;
  let seq = 0;
  const said = new Map<string, string>();
  const keep = (c: Case | undefined, words: string): void => {
    if (c === undefined) return;
    const id = caseId(c);
    said.delete(id);
    if (words !== '') said.set(id, plain(words, WORDS));
    if (said.size > KEPT) said.delete(said.keys().next().value as string);
  };
  const ask = async (call: Call): Promise<Answer> => {
    const before = strays.count;
    running.group.send({ cmd: 'run', seq: ++seq, call: encode(call) });
    const ending = await running.next((text) => readAnswer(text, seq), seconds);
    if ('found' in ending) return ending.found;
    await running.stop();
    if ('exit' in ending) return { kind: 'crash', message: `the process ${plain(ending.exit)}` };
    if ('endless' in ending)
      return {
        kind: 'error',
        message: `protocol: a line must end within ${MAX_LINE} bytes, got ${plain(ending.endless)}… [oracle-protocol]`,
      };
    const printed = strays.count > before ? `; what was printed is no answer to seq ${seq}: ${strays.first}` : '';
    return { kind: 'timeout', message: `no answer within ${seconds} s${printed}` };
  };
  const run = async (call: Call, c?: Case): Promise<Answer> => {
    try {
      if (!running.group.alive) {
        const again = await meet();
        ({ running } = again);
        if (JSON.stringify(again.hello) !== JSON.stringify(hello)) {
          await running.stop();
          const message = `the process started again with another hello: ${differences(hello, again.hello)} [oracle-protocol]`;
          return { kind: 'crash', message };
        }
      }
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return { kind: 'crash', message: `the process did not start again: ${error.message}` };
    }
    const answer = await ask(call);
    await setImmediate(); // what was written before the answer, on the other pipe, is read by now
    keep(c, running.group.words());
    return answer;
  };
  const runAll = async (questions: readonly Question[]): Promise<Answer[]> => {
    const answers: Answer[] = [];
    if (running.group.alive && questions.length > 1) {
      const first = seq + 1;
      running.keepEarly(true);
      running.group.send(...questions.map(([call]) => ({ cmd: 'run', seq: ++seq, call: encode(call) })));
      while (answers.length < questions.length) {
        const expected = first + answers.length;
        const ending = await running.next((text) => readAnswer(text, expected), seconds);
        if (!('found' in ending)) break;
        answers.push(ending.found);
      }
      running.keepEarly(false);
      if (answers.length < questions.length) await running.stop();
    }
    // What is not answered by then is asked again, one question at a time, so that each has an answer of its own.
    for (const [call, c] of questions.slice(answers.length)) answers.push(await run(call, c));
    return answers;
  };
  return {
    ...hello,
    run,
    runAll,
    restart: () => running.stop(),
    saidOf: (id) => said.get(id),
    answeredTwice: () => strays.seq,
    stray: () => strays.first && `'${strays.first}'${strays.count > 1 ? ` and ${strays.count - 1} more` : ''}`,
    close() {
      if (running.group.alive) running.group.send({ cmd: 'bye' });
      setTimeout(() => running.group.kill(), FAREWELL).unref();
    },
  };
}

/** What a hello says otherwise than the one before. */
function differences(before: Hello, after: Hello): string {
  const names = Object.keys({ ...before, ...after }) as (keyof Hello)[];
  const other = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return plain(
    other.map((name) => `${name} ${JSON.stringify(after[name])}, not ${JSON.stringify(before[name])}`).join('; '),
    WORDS,
  );
}

async function greet(
  command: string,
  args: readonly string[],
  strays: Strays,
  seconds: number,
  start: number,
): Promise<{ running: Running; hello: Hello }> {
  const running = new Running(command, args, strays);
  const before = strays.count;
  const refuse = async (why: string): Promise<never> => {
    await running.stop();
    throw new StartError(`${[command, ...args].join(' ')}: ${plain(why)}`);
  };
  running.group.send({ cmd: 'hello', protocol: PROTOCOL });
  const ending = await running.next(asHello, start, seconds);
  if ('found' in ending) {
    try {
      return { running, hello: readHello(ending.found) };
    } catch (error) {
      if (!(error instanceof Error && 'clause' in error)) throw error;
      return refuse(error.message);
    }
  }
  if ('endless' in ending) return refuse(`a line must end within ${MAX_LINE} bytes, got ${ending.endless}…`);
  if ('exit' in ending) return refuse(ending.exit);
  if (strays.count === before) return refuse(`no hello within ${ending.timeout} s`);
  return refuse(`no hello within ${ending.timeout} s of what was printed, which is none: ${strays.first}`);
}
