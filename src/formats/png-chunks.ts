// The chunks of a PNG file, read with their checksums and their order, and written. Spec format-png.
//
//   | 89 'PNG' 0d 0a 1a 0a | length, type, data, CRC-32 | … |      every number highest byte first
//   IHDR  PLTE?  tRNS?  IDAT+  IEND, others between them; an upper-case first letter: must be understood.
//   What lies behind IEND is no part of the image, and a chunk that it can be read without is ignored where it is wrong.

import { SpecError, show } from '../errors.ts';
import { viewOf } from './bytes.ts';
import { crc32 } from './checksum.ts';
import { notOf } from './format-hint.ts';

const CLAUSE = 'format-png';

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** The colour type of samples that are numbers of colours in PLTE (ISO/IEC 15948 table 11.1). */
export const PALETTE = 3;

export interface Chunks {
  readonly header: Uint8Array;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly data: readonly Uint8Array[];
}

export function readChunks(file: Uint8Array): Chunks {
  if (file.length < SIGNATURE.length || SIGNATURE.some((byte, i) => file[i] !== byte))
    throw notOf(
      CLAUSE,
      'readPng',
      file,
      ['png'],
      `a file starts with 89 'PNG' 0d 0a 1a 0a, got [${[...file.subarray(0, 8)]}]`,
    );
  const single = new Map<string, Uint8Array>();
  const data: Uint8Array[] = [];
  let before = '';
  for (let at = SIGNATURE.length; before !== 'IEND'; ) {
    const { type: written, content } = chunkAt(file, at);
    const type = isNeeded(written, single, data.length) ? written : IGNORED;
    checkOrder(type, before, single, data.length);
    if (type === 'IDAT') data.push(content);
    else if (KNOWN.has(type)) single.set(type, content);
    at += 12 + content.length;
    before = type;
  }
  if (data.length === 0) refuse('the file has no IDAT chunk');
  return {
    header: single.get('IHDR') as Uint8Array,
    palette: single.get('PLTE'),
    transparency: single.get('tRNS'),
    data,
  };
}

const KNOWN = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** What a wrong chunk that the image can be read without is taken for: no chunk has this type. */
const IGNORED = 'none';

function chunkAt(file: Uint8Array, at: number): { type: string; content: Uint8Array } {
  const left = file.length - at;
  if (left < 12) refuse(`the file ends within the chunk at byte ${at}, before IEND`);
  const view = viewOf(file);
  const length = view.getUint32(at);
  if (length > left - 12) refuse(`the chunk at byte ${at} states ${length} bytes, but the file has ${left - 12}`);
  const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
  if (!/^[A-Za-z]{4}$/.test(type))
    refuse(`the type of the chunk at byte ${at} must be four letters, got ${show(type)}`);
  const stated = view.getUint32(at + 8 + length);
  const actual = crc32(file.subarray(at + 4, at + 8 + length));
  if (stated !== actual && isCritical(type))
    refuse(`the CRC-32 of the ${type} chunk at byte ${at} must be ${actual.toString(16)}, got ${stated.toString(16)}`);
  return { type: stated === actual ? type : IGNORED, content: file.subarray(at + 8, at + 8 + length) };
}

/** Whether a chunk is no PLTE that only suggests colours, and no tRNS that is repeated or out of order. */
function isNeeded(type: string, single: ReadonlyMap<string, Uint8Array>, data: number): boolean {
  const isIndexed = single.get('IHDR')?.[9] === PALETTE;
  if (type === 'PLTE') return isIndexed;
  return type !== 'tRNS' || (data === 0 && !single.has('tRNS') && (!isIndexed || single.has('PLTE')));
}

const isCritical = (type: string): boolean => type[0] <= 'Z';

function checkOrder(type: string, before: string, single: ReadonlyMap<string, unknown>, data: number): void {
  if ((before === '') !== (type === 'IHDR')) refuse(`the first chunk must be IHDR, and only the first, got ${type}`);
  if (single.has(type)) refuse(`there must be at most one ${type} chunk`);
  if (type === 'IDAT' && data > 0 && before !== 'IDAT')
    refuse(`IDAT chunks must follow each other, got one after ${before}`);
  if (type === 'PLTE' && data > 0) refuse('PLTE must come before IDAT');
  if (!KNOWN.has(type) && isCritical(type)) refuse(`the critical chunk ${type} is not known`);
}

export function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + content.length);
  const view = viewOf(bytes);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

function refuse(message: string): never {
  throw new SpecError(CLAUSE, `readPng: ${message}`);
}
