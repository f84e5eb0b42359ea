// Questions to an engine in another process: several in one write, and how long its hello may take.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Remote, remote, StartError } from '../../src/cli/remote.ts';
import { tensor } from '../../src/index.ts';
import type { EngineUnderTest } from '../../src/oracle/engine-under-test.ts';
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

const hello = '{"name":"slow","ops":["dense"]}';

const shell = (script: string, seconds: number) => remote('sh', ['-c', script], seconds);

it('[oracle-protocol] a program that prints something else gets the time of a call to say hello, not that of a start', async () => {
  const start = performance.now();
  await expect(shell('echo "usage: engine FILE"; sleep 100', 0.5)).rejects.toThrow(
    /^sh -c .*: no hello within 0.5 s of what was printed, which is none: usage: engine FILE$/,
  );
  await expect(shell('while read line; do echo "what is $line?"; done', 0.5)).rejects.toThrow(StartError);
  expect(performance.now() - start).toBeLessThan(30_000); // half of the time of a start
});

it('[oracle-protocol] an engine may print before its hello, and be silent for longer than a call may take', async () => {
  for (const [script, stray] of [
    [`echo loading; echo '${hello}'; sleep 100`, "'loading'"],
    [`sleep 1.2; echo '${hello}'; sleep 100`, undefined],
  ] as const) {
    const engine = await shell(script, 1);
    expect([engine.name, engine.stray()]).toEqual(['slow', stray]);
    await (engine as EngineUnderTest).restart?.();
  }
});

it('[oracle-protocol] an engine that starts again as another one is believed in nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toeplitz-start-'));
  const mark = join(folder, 'mark');
  const script = `if [ -e ${mark} ]; then echo '{"name":"slow","ops":["relu"]}'; else echo '${hello}'; fi; touch ${mark}; read line; read line; exit 9`;
  const engine = await shell(script, 5);
  const call = { op: 'dense', attributes: {}, x: { shape: [1, 1], data: new Float32Array(1) } };
  expect(await engine.run(call)).toEqual({ kind: 'crash', message: 'the process ended with exit code 9' });
  for (let i = 0; i < 2; i++) {
    const answer = await engine.run(call);
    expect(answer).toMatchObject({
      kind: 'crash',
      message: expect.stringContaining('started again with another hello: ops ["relu"], not ["dense"]'),
    });
    expect(answer).toMatchObject({ message: expect.stringContaining('[oracle-protocol]') });
  }
  rmSync(folder, { recursive: true });
});
