// Damaged model files, drawn at random: each must be read or refused with a clause, in bounded time and memory. Writes mutations.json.
//
//   npm run mutations -- --count 100000 --seed 1
//
// `--from` begins with another file, to find the one that ends the process.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chain, conv2d, dense, flatten, initialize, maxPool2d, relu, tensor } from '../../src/index.ts';
import { expose, readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { hash, random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { cases, modelFor } from './cases.ts';
import { ocrModel } from './engine.ts';
import { withChangedField } from './fields.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const [from, count, seed] = [Number(values.from), Number(values.count), Number(values.seed)];

/** Milliseconds of the processor that one file may take, and bytes that the process may grow by beyond its largest file. */
const [LIMIT, MOST_MEMORY] = [2000, 2_000_000_000];
/** What takes more multiply-adds or bytes is not run: a model may be large. */
const [MOST_COST, MOST_BYTES] = [1e7, 1e7];

const net = chain({
  conv: conv2d({ filters: 3, size: 3, padding: 1 }),
  relu: relu(),
  pool: maxPool2d({ size: 2 }),
  flat: flatten(),
  fc: dense({ units: 2 }),
});
const shape = [1, 4, 6, 2];
const published = ocrModel('ch_ppocr_mobile_v2.0_cls_infer.onnx');
/** The published one is half a megabyte, and drawn once in forty. */
const files: readonly Uint8Array[] = [
  writeOnnx(net, shape, initialize(net, shape, { seed: 1 })),
  ...cases.map((each) => modelFor(each).bytes),
  ...(published ? Array.from({ length: 5 }, () => Uint8Array.from(readFileSync(published))) : []),
];

/** Bytes that end a number, start one, or are a tag. */
const SPECIAL = [0, 1, 2, 8, 0x0a, 0x12, 0x1a, 0x7f, 0x80, 0xff];

function mutated(file: Uint8Array, i: number): Uint8Array {
  const { below } = random(hash(seed, i));
  if (below(2) === 0) {
    const once = withChangedField(file, below, SPECIAL);
    return below(2) === 0 ? once : withChangedField(once, below, SPECIAL);
  }
  const bytes = [...(file.length > 10_000 ? [] : file)];
  if (bytes.length === 0) return changed(file.slice(), below);
  const [at, length] = [below(bytes.length), 1 + below(12)];
  const other = files[below(cases.length)];
  switch (below(12)) {
    case 0:
      return Uint8Array.from(bytes.slice(0, at));
    case 1:
      bytes.splice(at, length);
      break;
    case 2:
      bytes.splice(at, 0, ...bytes.slice(below(bytes.length)).slice(0, length));
      break;
    case 3:
      bytes.splice(at, length, ...other.slice(below(other.length)).slice(0, length));
      break;
    case 4:
      bytes.splice(at, 1, ...Array.from({ length }, () => SPECIAL[below(SPECIAL.length)]));
      break;
  }
  return changed(Uint8Array.from(bytes), below);
}

function changed(bytes: Uint8Array, below: (n: number) => number): Uint8Array {
  for (let k = below(2); k >= 0; k--)
    bytes[below(bytes.length)] = below(2) === 0 ? below(256) : SPECIAL[below(SPECIAL.length)];
  return bytes;
}

/** All that is asked of a model; what is wrong is said by one of these, and not by all. */
function asked(bytes: Uint8Array): string[] {
  const said = new Set<string>();
  const attempt = <T>(ask: () => T): T | undefined => {
    try {
      return ask();
    } catch (error) {
      if (!(error instanceof Error) || typeof (error as { clause?: unknown }).clause !== 'string') throw error;
      said.add((error as unknown as { clause: string }).clause);
      return undefined;
    }
  };
  const model = attempt(() => readOnnx(bytes));
  const told = model && attempt(() => model.describe());
  if (model === undefined || told === undefined) return [...said];
  attempt(() => model.layer());
  attempt(() => readOnnx(expose(bytes)).describe());
  const isSmall = told.cost <= MOST_COST && told.rows.reduce((all, { memory }) => all + memory, 0) <= MOST_BYTES;
  const inputs = told.inputs.flatMap(({ name, shape, type }) =>
    shape?.every((axis) => typeof axis === 'number') && sizeOf(shape as number[]) <= MOST_BYTES / 8
      ? [[name, tensor(shape as number[], undefined, type === 'float64' ? 'float64' : 'float32')] as const]
      : [],
  );
  if (isSmall) attempt(() => model.run(Object.fromEntries(inputs)));
  else said.add('too large to be run here');
  return said.size > 0 ? [...said] : ['read and run'];
}

const outcomes = new Map<string, number>();
const findings: { readonly i: number; readonly problem: string }[] = [];
let [slowest, largest] = [0, 0];
const before = process.memoryUsage().rss;
for (let i = from; i < from + count; i++) {
  const bytes = mutated(files[hash(seed, i, 'file') % files.length], i);
  const start = process.cpuUsage();
  try {
    for (const each of asked(bytes)) outcomes.set(each, (outcomes.get(each) ?? 0) + 1);
  } catch (error) {
    findings.push({ i, problem: ((error as Error).stack ?? String(error)).split('\n').slice(0, 3).join(' ') });
  }
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1000;
  slowest = Math.max(slowest, milliseconds);
  if (milliseconds > LIMIT) findings.push({ i, problem: `takes ${Math.round(milliseconds)} ms` });
  if (i % 100 === 0) largest = Math.max(largest, process.memoryUsage().rss - before);
  if (i % 5000 === 4999) console.log(`${i + 1} files, ${findings.length} findings, slowest ${Math.round(slowest)} ms`);
}
if (largest > MOST_MEMORY) findings.push({ i: -1, problem: `takes ${largest} bytes` });
const summary = {
  seed,
  files: count,
  models: files.length - (published ? 4 : 0),
  slowestMilliseconds: Math.round(slowest),
  megabytes: Math.round(largest / 1e6),
  findings,
  outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
};
console.log(summary);
writeFileSync(new URL('../test/onnx/mutations.json', import.meta.url), `${JSON.stringify(summary, null, 1)}\n`);
