// What every family says of a few small cases, as digests: its words in each dialect, what is right with its bounds, and what
// engines with each mistake would answer; for operators of images those of two axes. And what the oracle looks for: changes of
// an engine's matrix, and statements about the cases that fail. A change that means to say something else writes record.json
// anew: UPDATE_RECORD=1 npm test -- oracle/record

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { callOf } from '../../src/oracle/ask/ask.ts';
import type { Case } from '../../src/oracle/case.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../src/oracle/cases/id.ts';
import { workOf } from '../../src/oracle/cases/tensors.ts';
import { readLayout } from '../../src/oracle/dialects/layout.ts';
import { tensorsOf } from '../../src/oracle/explain.ts';
import { mistakesOf, predict, settingOf } from '../../src/oracle/findings/predict.ts';
import { type DialectName, dialects, type Traits } from '../../src/oracle/index.ts';
import { changesOf } from '../../src/oracle/matrix/all-changes.ts';
import { factorChanges } from '../../src/oracle/matrix/factor-changes.ts';
import { statementsOf } from '../../src/oracle/matrix/regions.ts';
import { type Term, termsOf } from '../../src/oracle/matrix/terms.ts';
import { propertiesOf } from '../../src/oracle/where/case-properties.ts';
import { conditionsFor } from '../../src/oracle/where/search.ts';
import { statementsAbout } from '../../src/oracle/where/statements.ts';
import { hash } from '../../src/random.ts';
import { names } from './this-library.ts';

const path = join(import.meta.dirname, 'record.json');
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

/** Small cases of every kind of structure: one to three axes, groups, strides, padding, transposed; maxima and sums. */
const structured = [
  'conv1d/n2h7c4_o6k3s2p1.0d1g2b1/f32/exact/1',
  'conv2d/n2h3w4c2_o4k2x3s1x2p1.0.0.1d1x1g2b1/f32/exact/1',
  'conv3d/n1d2h3w2c1_o2k1x2x2s1x1x1pud1x1x1g1b0/f32/exact/1',
  'depthwiseConv2d/n1h4w3c2_m2k2x2s1x1pvd1x1b0/f32/exact/1',
  'convTranspose2d/n2h2w3c2_o4k3x2s2x1p1.0.0.0d1x1q1x0g2b1/f32/exact/1',
  'maxPool2d/n2h4w3c2_k2x2s2x1pud1x1e0/f32/distinct/1',
  'avgPool2d/n1h5w4c1_k3x2s2x1p1.1.0.0d1x1e1a0/f32/exact/1',
  'dense/n3c4_u2b1/f32/exact/1',
];

/** What an engine's matrix is searched for: what each change makes of every fifth product, and where it may happen. */
function changesIn(id: string): string[] {
  const terms = termsOf(parseCaseId(id))!;
  const some = <T>(list: readonly T[] = []): T[] => list.filter((_, i) => i % 5 === 0);
  const words = (list: readonly (Term | undefined)[] = []): string =>
    list.map((term) => term && `${term.x};${term.w};${term.y};${term.factor}`).join(' ');
  const said = [...changesOf(terms), ...factorChanges(terms, [2])].map((change) => {
    const { text, cost, mayRunOn, stores } = change;
    const made = some(terms.list).map((term) => words([change.apply(term), ...(change.more?.(term) ?? [])]));
    return `${text} ${cost} ${mayRunOn} ${stores} ${made} ${words(some(change.all?.()))}`;
  });
  const held = statementsOf(terms).map(({ text, cost, holds }) => `${text} ${cost} ${terms.list.map(holds)}`);
  return [...said, ...held];
}

/** What may be said of the cases that fail, where no rule says which: each statement of each case. */
function statementsOn(op: string): string[] {
  const cases = Array.from({ length: 40 }, (_, i) => drawCase(op, false, 1, i));
  const samples = cases.map((c, i) => ({ properties: propertiesOf(c), fails: hash(7, i) % 3 === 0 }));
  const said = samples.flatMap(({ properties: { facts, numbers } }) => [...facts.values(), ...numbers.values()]);
  const held = statementsAbout(samples).map(({ text, cost, holds }) => [
    text,
    cost,
    samples.map(({ properties }) => holds(properties)),
  ]);
  return [...said, ...held, ...conditionsFor(samples)].map((each) => JSON.stringify(each));
}

function expectRecorded(found: typeof recorded): void {
  if (process.env.UPDATE_RECORD === '1') {
    Object.assign(recorded, found);
    writeFileSync(path, `${JSON.stringify(recorded, null, 1)}\n`);
  } else expect(found).toEqual(Object.fromEntries(Object.keys(found).map((key) => [key, recorded[key]])));
}

it('[oracle-instead] a matrix is searched for the changes that were recorded, in the places that were recorded', () => {
  expectRecorded({ matrix: Object.fromEntries(structured.map((id) => [id, digest(changesIn(id))])) });
});

it('[oracle-where] the statements about cases are those that were recorded, and so are the conditions', () => {
  const ops = ['conv1d', 'conv2d', 'maxPool2d', 'prelu'];
  expectRecorded({ where: Object.fromEntries(ops.map((op) => [op, digest(statementsOn(op))])) });
});

it('[oracle-campaign] every family says what was recorded: its words, its bounds, its mistakes', () => {
  const ops = names.filter((op) => !/[13]d$/.test(op));
  const found = ops.map((op) => [
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
  ]);
  expectRecorded(Object.fromEntries(found));
  expect(Object.keys(recorded)).toEqual([...ops, 'matrix', 'where']);
});
