// Runs a JavaScript adapter in a process of its own, as the other side of protocol.ts: `node adapter-process.js FILE`.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inProcess } from '../oracle/ask/in-process.ts';
import { notATensor } from '../oracle/ask/verdict.ts';
import type { Call, Engine } from '../oracle/engine.ts';
import type { Answer, EngineUnderTest } from '../oracle/engine-under-test.ts';
import { decode, encode, linesOf } from './protocol.ts';

/** Standard output is for the protocol only: everything else that is printed goes to standard error. */
function claimOutput(): (message: object) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return (message) => write(`${JSON.stringify(message)}\n`);
}

/** What went wrong with a result before it could be sent, if anything did. */
function unsendable(value: unknown, gradient: boolean): string | undefined {
  const wrong =
    gradient && typeof value === 'object' && value !== null && !('data' in value)
      ? Object.entries(value)
          .filter(([, each]) => each !== undefined)
          .map(([name, each]) => notATensor(each) && `${name}: ${notATensor(each)}`)
          .find(Boolean)
      : notATensor(value);
  return (
    wrong &&
    `the result must be ${gradient ? 'tensors {x, weight, bias} of ' : ''}{shape, data: Float32Array}, got ${wrong}`
  );
}

const reply = (answer: Answer, gradient: boolean): object => {
  if (answer.kind === 'result') {
    const wrong = unsendable(answer.value, gradient);
    return wrong ? { finding: 'wrong-type', message: wrong } : { result: encode(answer.value) };
  }
  return { finding: answer.kind, message: answer.message };
};

/** All that the engine offers: what the oracle does not know, it says itself. */
const describe = (
  { name, version, dialect, traits, requires, same, language }: EngineUnderTest,
  { layout, ops, gradients = {} }: Engine,
): object => ({
  name,
  version,
  dialect,
  layout,
  traits,
  requires: requires?.map(({ text }) => text),
  same,
  language,
  ops: Object.keys(ops),
  gradients: Object.keys(gradients),
});

async function main(file: string): Promise<void> {
  const send = claimOutput();
  const module = await import(pathToFileURL(resolve(file)).href);
  if (module.default === undefined) throw new TypeError(`${file} must export an engine as its default`);
  const engine = (await module.default) as Engine;
  const subject = inProcess(engine);
  const onLine = async (line: string): Promise<void> => {
    const { cmd, seq, call } = JSON.parse(line);
    if (cmd === 'hello') send(describe(subject, engine));
    if (cmd === 'run') send({ seq, ...reply(await subject.run(decode(call) as Call), 'dy' in call) });
    if (cmd === 'bye') process.exit(0);
  };
  let last = Promise.resolve(); // questions that come together are answered one after another
  const inTurn = (line: string): void => {
    last = last.then(() => onLine(line));
  };
  process.stdin
    .setEncoding('utf8')
    .on('data', linesOf(inTurn))
    .on('end', () => process.exit(0));
}

await main(process.argv[2]).catch((error) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(3);
});
