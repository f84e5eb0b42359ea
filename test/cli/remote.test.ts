// Several questions to an engine in another process, in one write.

import { describe, expect, it } from 'vitest';
import { type Remote, remote } from '../../src/cli/remote.ts';
import { tensor } from '../../src/index.ts';
import type { Call } from '../../src/oracle/index.ts';

/** A program that answers with x, and ends at the question whose x begins with `last`, unless it is asked alone. */
const source = (last: number) => `
  const send = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { cmd, seq, call } = JSON.parse(line);
    if (cmd === 'hello') send({ name: 'echo', ops: ['dense'] });
    if (cmd === 'bye') process.exit(0);
    if (cmd !== 'run') return;
    if (Buffer.from(call.x.data, 'base64').readFloatLE(0) === ${last} && seq > 1) process.exit(3);
    console.error('asked', seq);
    send({ seq, result: call.x });
  });`;

const questions = (count: number) =>
  Array.from({ length: count }, (_, i): [Call] => [{ op: 'dense', attributes: {}, x: tensor([1, 2], [i, 7]) }]);

const values = async (engine: Remote, count: number) =>
  (await engine.runAll!(questions(count))).map((answer) =>
    answer.kind === 'result' ? (answer.value as Call['x']).data[0] : answer.kind,
  );

describe('questions to another process', () => {
  it('[oracle-protocol] go in one write and are answered in their order', async () => {
    const engine = await remote(process.execPath, ['-e', source(-1)], 10);
    expect(await values(engine, 40)).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(engine.stray()).toBeUndefined();
    engine.close();
  });

  it('[oracle-protocol] are asked one by one after a crash, so that each has an answer of its own', async () => {
    const engine = await remote(process.execPath, ['-e', source(2)], 10);
    expect(await values(engine, 5)).toEqual([0, 1, 'crash', 3, 4]);
    engine.close();
  });
});
