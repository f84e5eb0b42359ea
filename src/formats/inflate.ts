// Inflating and deflating by the host's own streams, never beyond the size that the file states.
//
//   gzip  1f 8b 08 … deflate … CRC-32 size      the last eight bytes, lowest byte first   (RFC 1952)
//   zlib  78 …       deflate … Adler-32         the last four bytes, highest byte first   (RFC 1950)

import { SpecError } from '../errors.ts';
import { reserve, viewOf } from './bytes.ts';
import { adler32, crc32 } from './checksum.ts';

const CLAUSE = 'format-inflate';

/** Deflate's best case: a copy of 258 bytes for two bits (RFC 1951 section 3.2.5). No stream grows by more. */
const MAX_GROWTH = (258 * 8) / 2;

/** Ten bytes of header and eight of trailer. */
const GZIP_FRAME = 18;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The content of a gzip file of one member, which states its own size and checksum at its end. */
export async function gunzip(who: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.length < GZIP_FRAME || !isGzip(bytes))
    throw new SpecError(
      CLAUSE,
      `${who}: a gzip file starts with 1f 8b and has at least ${GZIP_FRAME} bytes, got ${bytes.length} bytes`,
    );
  const trailer = viewOf(bytes.subarray(bytes.length - 8));
  const result = await run(who, 'gzip', bytes, trailer.getUint32(4, true));
  checkSum(who, 'CRC-32', trailer.getUint32(0, true), crc32(result));
  return result;
}

/** The content of a zlib stream that must inflate to exactly `size` bytes. */
export async function inflate(
  who: string,
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.length < 6) throw new SpecError(CLAUSE, `${who}: a zlib stream has at least 6 bytes, got ${bytes.length}`);
  const result = await run(who, 'deflate', bytes, size);
  checkSum(who, 'Adler-32', viewOf(bytes).getUint32(bytes.length - 4), adler32(result));
  return result;
}

/** A zlib stream. Which one is the host's choice; what it inflates to is not. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function run(
  who: string,
  format: 'gzip' | 'deflate',
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size > bytes.length * MAX_GROWTH)
    throw new SpecError(
      CLAUSE,
      `${who}: ${bytes.length} compressed bytes cannot hold the ${size} bytes that the file states`,
    );
  const result = reserve(CLAUSE, who, size);
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new SpecError(
        CLAUSE,
        `${who}: the compressed data are broken after ${filled} bytes (${cause instanceof Error ? cause.message : cause})`,
      );
    });
    if (done) break;
    if (filled + value.length > size) {
      await reader.cancel().catch(() => undefined);
      throw new SpecError(CLAUSE, `${who}: the compressed data must hold ${size} bytes, got more`);
    }
    result.set(value, filled);
    filled += value.length;
  }
  if (filled !== size)
    throw new SpecError(CLAUSE, `${who}: the compressed data must hold ${size} bytes, got ${filled}`);
  return result;
}

/** Some hosts ignore what lies behind the stream; reading the checksum from the very end finds it on every host. */
function checkSum(who: string, what: string, stated: number, actual: number): void {
  if (stated !== actual)
    throw new SpecError(
      CLAUSE,
      `${who}: the file must end with the ${what} of its content, ${actual.toString(16)}, got ${stated.toString(16)}`,
    );
}
