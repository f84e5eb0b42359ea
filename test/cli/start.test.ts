// How long the oracle waits for an engine in another process to say hello.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { remote, StartError } from '../../src/cli/remote.ts';
import type { EngineUnderTest } from '../../src/oracle/engine-under-test.ts';

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
