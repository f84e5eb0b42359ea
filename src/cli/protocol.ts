// The messages between the oracle and an engine in another process: one JSON object per line. Spec oracle-protocol.
//
//   → {"cmd":"hello","protocol":1}         ← {"name","version"?,"ops":[…],"gradients"?:[…],"dialect"?,"layout"?,"traits"?}
//   → {"cmd":"run","seq":1,"call":{…}}     ← {"seq":1,"result":tensor or {"x":tensor,…}}
//                                            {"seq":1,"skip":"reason"}   {"seq":1,"error":"message"}
//   → {"cmd":"bye"}
//
// A tensor is {"shape":[…],"data":base64 of little-endian float32}: decimal JSON would lose NaN, ∞ and −0.

import { deeper } from '../formats/json.ts';
import { notATensor } from '../oracle/ask/verdict.ts';
import type { Answer } from '../oracle/engine-under-test.ts';
import { plain } from '../plain-text.ts';
import type { Tensor } from '../tensor.ts';

export const PROTOCOL = 1;

/** Whether this host stores the low byte first; if not, bytes are swapped on the way. */
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

interface WireTensor {
  readonly shape: readonly number[];
  readonly data: string;
}

function encodeTensor({ shape, data }: Tensor): WireTensor {
  const bytes = Buffer.from(Float32Array.from(data).buffer);
  return { shape, data: (littleEndian ? bytes : bytes.swap32()).toString('base64') };
}

/** The tensor of a line; any other value is returned unchanged, for the verdict. */
function decodeTensor(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof (value as WireTensor).data !== 'string') return value;
  const bytes = Buffer.from((value as WireTensor).data, 'base64');
  if (bytes.length % 4 !== 0) return value;
  if (!littleEndian) bytes.swap32();
  const data = new Float32Array(bytes.length / 4);
  new Uint8Array(data.buffer).set(bytes);
  return { shape: (value as WireTensor).shape, data };
}

const eachField = (fields: object, f: (value: unknown) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, f(value)]));

const isTensor = (value: unknown): boolean => notATensor(value) === undefined;

/** A call or a result: all tensors in it are encoded, the rest is unchanged. */
export function encode(value: unknown): unknown {
  if (isTensor(value)) return encodeTensor(value as Tensor);
  return typeof value === 'object' && value !== null
    ? eachField(value, (each) => (isTensor(each) ? encodeTensor(each as Tensor) : each))
    : value;
}

export function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return 'data' in value ? decodeTensor(value) : eachField(value, decodeTensor);
}

/** Calls `each` with every whole line of a stream of text. */
export function linesOf(each: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') each(line);
  };
}

/** A JSON object, or undefined, also for one that is nested deeper than any answer. */
export function parseLine(text: string): Readonly<Record<string, unknown>> | undefined {
  const line = text.trim(); // a byte order mark goes too
  if (!line.startsWith('{') || deeper(line, DEEPEST) >= 0) return undefined;
  try {
    return JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** What was printed on the line of an answer before it, without a line's end, and the answer. */
export function afterPrint(text: string): readonly [print: string, line: string] {
  const at = /^\s*\{/.test(text) ? 0 : text.search(/\{\s*"(seq|name|ops)"/);
  return at > 0 ? [text.slice(0, at), text.slice(at)] : ['', text];
}

/** An answer is 4 deep: itself, its gradients, a tensor, its shape. */
const DEEPEST = 16;

/** Characters of a line that an error shows. */
export const SHOWN = 200;

/**
 * An answer has exactly one of these in addition to its seq. `finding` is what adapter-process.ts found in the process of an
 * adapter.
 */
const contents = ['result', 'skip', 'error', 'finding'] as const;

/** The findings that an engine may report of itself: never that it is right. */
const findings = [
  'skip',
  'error',
  'wrong-type',
  'changed-inputs',
  'aliased',
  'stale',
  'unstable',
  'timeout',
  'crash',
] as const satisfies readonly Answer['kind'][];

/**
 * The answer to question `seq` that a line is, a finding if it is a wrong one; undefined if it is none: what was printed,
 * or an answer to an earlier question.
 */
export function readAnswer(text: string, seq: number): Answer | undefined {
  const line = parseLine(text);
  const has = contents.filter((name) => line && Object.hasOwn(line, name));
  if (line === undefined || (has.length === 0 && !Object.hasOwn(line, 'seq'))) return undefined;
  if (Number.isInteger(line.seq) && (line.seq as number) < seq) return undefined;
  const wrong = (must: string): Answer => ({
    kind: 'error',
    message: `protocol: an answer must ${must}, got ${plain(text, SHOWN)} [oracle-protocol]`,
  });
  if (line.seq !== seq) return wrong(`have the seq ${seq} of its question`);
  if (has.length !== 1) return wrong('have exactly one of result, skip and error');
  const [name] = has;
  if (name === 'result') return { kind: 'result', value: decode(line.result) };
  const message = name === 'finding' ? line.message : line[name];
  if (typeof message !== 'string') return wrong(`say in words what ${name} is about`);
  if (name === 'skip') return { kind: 'skip', message: plain(message) };
  if (name === 'error') return { kind: 'error', message: `the engine says: ${plain(message)}` };
  const kind = findings.find((each) => each === line.finding);
  return kind ? { kind, message: plain(message) } : wrong(`have a finding of ${findings.join(', ')}`);
}

/** The seq of a line that is a whole answer. */
export function seqOf(text: string): number | undefined {
  const line = parseLine(text);
  return line && Number.isInteger(line.seq) && contents.some((name) => name in line) ? (line.seq as number) : undefined;
}
