// gzip and zlib around deflate, never beyond the known size of the content.
//
//   gzip  members of: 1f 8b 08 flags … deflate … CRC-32 size     lowest byte first    (RFC 1952)
//   zlib  78 …        deflate … Adler-32                         highest byte first   (RFC 1950)

import { SpecError } from '../errors.ts';
import { reserve, viewOf } from './bytes.ts';
import { adler32, crc32 } from './checksum.ts';
import { inflateRaw } from './inflate-raw.ts';

const CLAUSE = 'format-inflate';

/** Deflate's best case: a copy of 258 bytes for two bits (RFC 1951 section 3.2.5). No stream grows by more. */
const MAX_GROWTH = (258 * 8) / 2;

/** The bits of a gzip header's flags (RFC 1952 section 2.3.1). */
const [HAS_CRC, HAS_EXTRA, HAS_NAME, HAS_COMMENT, RESERVED] = [2, 4, 8, 16, 0xe0];

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The first bytes of the content of a gzip file, at most `most` of them. */
export function gunzipStart(who: string, bytes: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const start = new Uint8Array(most);
  return start.subarray(0, unpack(who, bytes, start));
}

/** The content of a gzip file, of one member or of several that follow one another: exactly `size` bytes. */
export function gunzip(who: string, bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = room(who, bytes, size);
  const filled = unpack(who, bytes, result);
  if (filled !== size) throw wrongSize(who, size, filled > size ? 'more' : filled);
  return result;
}

/** Fills `into` member by member. Returns the number of bytes, or one more than fit if it is too small. */
function unpack(who: string, bytes: Uint8Array, into: Uint8Array): number {
  const view = viewOf(bytes);
  let filled = 0;
  for (let at = 0; at < bytes.length || at === 0; ) {
    const { end, size, full } = inflateRaw(who, bytes, headerEnd(who, bytes, at), into, filled);
    if (full) return into.length + 1;
    if (bytes.length - end < 8) throw new SpecError(CLAUSE, `${who}: the file ends within the checksum of gzip`);
    const content = into.subarray(filled, filled + size);
    checkSum(who, 'CRC-32', view.getUint32(end, true), crc32(content));
    const stated = view.getUint32(end + 4, true);
    if (stated !== size % 0x100000000) throw wrongSize(who, stated, size);
    filled += size;
    at = end + 8;
    if (bytes[at] === 0 && bytes.subarray(at).every((byte) => byte === 0)) break;
  }
  return filled;
}

/** Where the deflate stream of the member at `start` begins. */
function headerEnd(who: string, bytes: Uint8Array, start: number): number {
  const refuse = (what: string): never => {
    throw new SpecError(CLAUSE, `${who}: ${what}`);
  };
  const member = bytes.subarray(start);
  if (member.length < 18 || !isGzip(member) || member[2] !== 8 || (member[3] & RESERVED) !== 0)
    refuse(
      `a gzip member starts with 1f 8b 08 and its flags, and has at least 18 bytes, got ${member.length} bytes [${[...member.subarray(0, 4)]}] at byte ${start}`,
    );
  const flags = member[3];
  let at = 10;
  if (flags & HAS_EXTRA) at += 2 + viewOf(member).getUint16(at, true);
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & flag)) continue;
    const end = member.indexOf(0, at);
    if (end < 0) refuse('the file ends within the header of gzip');
    at = end + 1;
  }
  if (flags & HAS_CRC) {
    at += 2;
    if (at > member.length) refuse('the file ends within the header of gzip');
    const stated = viewOf(member).getUint16(at - 2, true);
    checkSum(who, 'CRC-16', stated, crc32(member.subarray(0, at - 2)) & 0xffff);
  }
  return start + at;
}

/** The content of a zlib stream that must inflate to exactly `size` bytes. What follows its checksum is ignored, as by libpng. */
export function inflate(who: string, bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (bytes.length < 6) throw new SpecError(CLAUSE, `${who}: a zlib stream has at least 6 bytes, got ${bytes.length}`);
  const [method, flags] = bytes;
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 !== 0 || (flags & 32) !== 0)
    throw new SpecError(CLAUSE, `${who}: a zlib stream starts with 78 and its check, got [${method}, ${flags}]`);
  const { content, end } = deflated(who, bytes, 2, size);
  if (bytes.length - end < 4) throw new SpecError(CLAUSE, `${who}: the file ends within the checksum of zlib`);
  checkSum(who, 'Adler-32', viewOf(bytes).getUint32(end), adler32(content));
  return content;
}

/** A deflate stream at `start` that must inflate to exactly `size` bytes, and where it ends. */
export function deflated(
  who: string,
  bytes: Uint8Array,
  start: number,
  size: number,
): { readonly content: Uint8Array<ArrayBuffer>; readonly end: number } {
  const content = room(who, bytes, size);
  const { end, size: filled, full } = inflateRaw(who, bytes, start, content, 0);
  if (full || filled !== size) throw wrongSize(who, size, full ? 'more' : filled);
  return { content, end };
}

/** A zlib stream. Which one is the host's choice; what it inflates to is not. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function room(who: string, bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (size > bytes.length * MAX_GROWTH)
    throw new SpecError(
      CLAUSE,
      `${who}: ${bytes.length} compressed bytes cannot hold the ${size} bytes that the file states`,
    );
  return reserve(CLAUSE, who, size);
}

const wrongSize = (who: string, size: number, got: number | string): SpecError =>
  new SpecError(CLAUSE, `${who}: the compressed data must hold ${size} bytes, got ${got}`);

function checkSum(who: string, what: string, stated: number, actual: number): void {
  if (stated !== actual)
    throw new SpecError(
      CLAUSE,
      `${who}: the file must end with the ${what} of its content, ${actual.toString(16)}, got ${stated.toString(16)}`,
    );
}
