// What every family says of a few small cases, as digests: its words in each dialect, what is right with its bounds, and what
// engines with each mistake would answer; for operators of images those of two axes. record.campaign.ts has more cases. A change that means to say something else writes
// record-quick.json anew: UPDATE_RECORD=1 npm test -- oracle/record

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { callOf } from '../../src/oracle/ask/ask.ts';
import type { Case } from '../../src/oracle/case.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { caseId } from '../../src/oracle/cases/id.ts';
import { workOf } from '../../src/oracle/cases/tensors.ts';
import { readLayout } from '../../src/oracle/dialects/layout.ts';
import { tensorsOf } from '../../src/oracle/explain.ts';
import { mistakesOf, predict, settingOf } from '../../src/oracle/findings/predict.ts';
import { type DialectName, dialects, type Traits } from '../../src/oracle/index.ts';
import { names } from './own.ts';

const path = join(import.meta.dirname, 'record-quick.json');
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>;

const digest = (parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 8);
};
const bytesOf = (data: Float32Array | Float64Array): Uint8Array => {
  const { buffer, byteOffset, byteLength } = data.map((v) => (v === v ? v : NaN));
  return new Uint8Array(buffer, byteOffset, byteLength);
};

/** The smallest of the drawn cases of an operator. */
const smallOf = (op: string, gradient: boolean, count: number, dialect?: DialectName, traits: Traits = {}): Case[] =>
  Array.from({ length: 16 }, (_, i) => drawCase(op, gradient, 1, 30 + i, { dialect, traits }))
    .sort((a, b) => workOf(a) - workOf(b))
    .slice(0, count);
const bothOf = (op: string, count: number, traits: Traits): Case[] =>
  [false, true].flatMap((gradient) => smallOf(op, gradient, count, undefined, traits));

const wordsOf = (op: string): string[] =>
  (Object.keys(dialects) as DialectName[])
    .filter((name) => dialects[name].operators.includes(op))
    .flatMap((dialect) => {
      const asked = { dialect, layout: readLayout(undefined, dialects[dialect].layout), traits: {} };
      return smallOf(op, false, 5, dialect).map((c) => caseId(c) + JSON.stringify(callOf(asked, c).attributes));
    });

const boundsOf = (op: string, traits: Traits): (string | Uint8Array)[] =>
  bothOf(op, 4, traits).flatMap((c) =>
    Object.entries(tensorsOf({ layout: readLayout(undefined), traits }, c)).flatMap(([name, { shape, data }]) => [
      `${name} ${shape}`,
      bytesOf(data),
    ]),
  );

const transformed: readonly Traits[] = [{ fft: true }, { winograd: { m: 2, r: 3 } }, { winograd: { m: 4, r: 3 } }];

const answersOf = (op: string): (string | Uint8Array)[] =>
  bothOf(op, 6, { padding: 'skipped' })
    .map((c) => settingOf(c))
    .flatMap((setting) =>
      mistakesOf(op).flatMap((mistake) =>
        Object.entries(predict(mistake, setting) ?? {}).flatMap(([part, { shape, data, open }]) => [
          `${mistake.name} ${part} ${shape}`,
          bytesOf(data),
          open ?? '',
        ]),
      ),
    );

it('[oracle-campaign] every family says what was recorded: its words, its bounds, its mistakes', () => {
  const found = Object.fromEntries(
    names
      .filter((op) => !/[13]d$/.test(op))
      .map((op) => [
        op,
        {
          words: digest(wordsOf(op)),
          bounds: digest(boundsOf(op, {})),
          widened: digest(
            boundsOf(op, { ulp: 2, subnormals: 'ieee', precision: { operands: 'bfloat16', output: 'float16' } }),
          ),
          ...(op === 'conv2d' && { transformed: digest(transformed.flatMap((traits) => boundsOf(op, traits))) }),
          mistakes: digest(answersOf(op)),
        },
      ]),
  );
  if (process.env.UPDATE_RECORD === '1') writeFileSync(path, `${JSON.stringify(found, null, 1)}\n`);
  else expect(found).toEqual(recorded);
});
