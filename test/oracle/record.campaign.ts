// What the oracle asks and says, as digests: a change of its structure leaves every one as it is. `npm run campaigns -- record`
// compares; with UPDATE_RECORD=1 it writes record.json anew, for a change that means to say something else.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Tensor, toChannelsFirst, toChannelsLast } from '../../src/index.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { caseId } from '../../src/oracle/cases/id.ts';
import { readLayout } from '../../src/oracle/dialects/layout.ts';
import { vectors } from '../../src/oracle/files/vectors.ts';
import { allMistakes, mistakesOf, predict, settingOf } from '../../src/oracle/findings/predict.ts';
import {
  type Call,
  checkEngine,
  type DialectName,
  dialects,
  type Engine,
  type GradientCall,
  type Report,
  render,
  skip,
  type Traits,
} from '../../src/oracle/index.ts';
import { museum, engineOf as mutantEngine } from './museum.ts';
import { forward, gradient, gradients, names, ops } from './own.ts';
import { all, engineOf, operatorOf } from './score.ts';
import { speaker } from './speakers.ts';

type Digests = Record<string, string>;

const path = join(import.meta.dirname, 'record.json');
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Digests>;
const isUpdate = process.env.UPDATE_RECORD === '1';

const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 12);
};
const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
const dialectNames = Object.keys(dialects) as DialectName[];

/** The ids of the first cases of an operator, and of fewer of them the call and what is right, with its bounds. */
function questions(dialect: DialectName, traits: Traits, op: string, gradient: boolean, ids: number, cases: number) {
  const own = { dialect, layout: readLayout(undefined, dialects[dialect].layout), traits };
  const offer = { ...own, ops: gradient ? [] : [op], gradients: gradient ? [op] : [] };
  const drawn = Array.from({ length: ids }, (_, i) => caseId(drawCase(op, gradient, 1, i, own)));
  const files = [...vectors(offer, { seed: 1, cases, strict: false, ops: [op] })].filter(
    ({ path }) => path.includes('gradient') === gradient,
  );
  return digest(drawn.join('\n'), ...files.flatMap(({ path, bytes }) => [path, bytes]));
}

/** The report on some operators, but for the version of this library. */
async function report(engine: Engine, cases: number, ops: readonly string[]): Promise<string> {
  const { version: _, ...rest } = await checkEngine(engine, { seed: 1, cases, ops });
  return digest(render(rest as Report, 'json'));
}

/** That on each operator that an engine offers: a new operator adds digests, and changes none. */
async function reports(name: string, engine: Engine, cases: number): Promise<Digests> {
  const found: Digests = {};
  for (const op of Object.keys(engine.ops)) found[`${name}: ${op}`] = await report(engine, cases, [op]);
  return found;
}

const traits: Readonly<Record<string, Traits>> = {
  multiplied: { padding: 'multiplied' },
  ieee: { subnormals: 'ieee', nan: 'free', padding: 'skipped' },
  bfloat16: { precision: { operands: 'bfloat16' } },
  float16: { precision: { operands: 'float16', accumulator: 'float16', output: 'float16' } },
  'winograd 2': { winograd: { m: 2, r: 3 } },
  'winograd 4': { winograd: { m: 4, r: 3 }, subnormals: 'either' },
};

const odd = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((v, i) => (i % 3 > 0 ? v : v + 1)) });
const coarse = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((v) => v - (v % 0.0625)) });
const every = (f: (call: Call) => Tensor): Engine['ops'] => Object.fromEntries(names.map((name) => [name, f]));
const isImage = ({ shape }: Tensor): boolean => shape.length > 2;
const firstOf = (t: Tensor): Tensor => (isImage(t) ? toChannelsFirst(t) : t);
const lastOf = (t: Tensor): Tensor => (isImage(t) ? toChannelsLast(t) : t);

/** Engines whose findings have no name, or another kind than `fail`. */
const strange: Readonly<Record<string, Engine>> = {
  'adds 1': {
    name: 'odd',
    ops: every((call) => odd(forward(call))),
    gradients: Object.fromEntries(
      names.map((name) => [
        name,
        (call: GradientCall) => Object.fromEntries(Object.entries(gradient(call)).map(([part, t]) => [part, odd(t)])),
      ]),
    ),
  },
  'cuts off': { name: 'coarse', ops: every((call) => coarse(forward(call))) },
  'channels first': { name: 'first', ops: every((call) => firstOf(forward({ ...call, x: lastOf(call.x) }))) },
  'speaks torch': speaker('torch', { declared: 'toeplitz' }),
  'speaks caffe, not webnn': speaker('caffe', { declared: 'webnn' }),
  'skips and throws': {
    name: 'small',
    ops: every((call) => {
      const { groups = 1, stride = [] } = call.attributes as { groups?: number; stride?: number[] };
      if (groups > 1) return skip('no groups');
      if (stride.some((n) => n > 2)) throw new RangeError(`no stride of ${stride}`);
      return forward(call);
    }),
  },
};

const groups: Readonly<Record<string, () => Promise<Digests>>> = {
  async questions() {
    const found: Digests = {};
    for (const dialect of dialectNames)
      for (const op of dialects[dialect].operators)
        for (const isGradient of [false, true])
          found[`${dialect} ${op}${isGradient ? ' gradient' : ''}`] = questions(dialect, {}, op, isGradient, 240, 40);
    return found;
  },
  async traits() {
    const found: Digests = {};
    for (const [name, each] of Object.entries(traits))
      for (const op of names)
        found[`${name}: ${op}`] = [false, true].map((is) => questions('toeplitz', each, op, is, 60, 24)).join();
    return found;
  },
  async right() {
    const found = await reports('own', { name: 'own', ops, gradients }, 60);
    for (const dialect of dialectNames) Object.assign(found, await reports(dialect, speaker(dialect), 30));
    return found;
  },
  async strange() {
    const found: Digests = {};
    for (const [name, engine] of Object.entries(strange)) Object.assign(found, await reports(name, engine, 30));
    return found;
  },
  async mistakes() {
    const cases = names.flatMap((op) =>
      [false, true].flatMap((is) =>
        Array.from({ length: 60 }, (_, i) => drawCase(op, is, 1, i, { traits: { padding: 'skipped' } })),
      ),
    );
    const settings = cases.map((c) => [caseId(c), settingOf(c)] as const);
    return Object.fromEntries(
      allMistakes.map((fault) => {
        const parts = settings.flatMap(([id, setting]) =>
          Object.entries((mistakesOf(setting.case.op).includes(fault) && predict(fault, setting)) || {}).flatMap(
            ([part, { shape, data, open }]) => [
              `${id} ${part} ${shape}`,
              bytesOf(data.map((v) => (v === v ? v : NaN))),
              open ?? '',
            ],
          ),
        );
        return [fault.name, digest(...parts)];
      }),
    );
  },
  async faults() {
    const found: Digests = {};
    for (const fault of all) {
      const op = operatorOf(fault);
      if (names.includes(op as never)) found[fault.id] = await report(engineOf(op, fault), 100, [op]);
    }
    return found;
  },
  async museum() {
    const found: Digests = {};
    const { naive, mutants } = (await museum()) ?? { naive: {}, mutants: [] };
    for (const mutant of mutants) {
      const engine = mutantEngine(mutant.op, mutant.apply(naive), naive)!;
      found[mutant.id] = await report(engine, 90, Object.keys(engine.ops));
    }
    return found;
  },
};

it.each(Object.keys(groups))('[oracle-campaign] asks and says what was recorded: %s', async (group) => {
  const found = await groups[group]();
  if (isUpdate) {
    recorded[group] = found;
    writeFileSync(path, `${JSON.stringify(recorded, null, 1)}\n`);
  }
  if (Object.keys(found).length === 0) return; // no museum beside the repository
  expect(found).toEqual(recorded[group]);
});
