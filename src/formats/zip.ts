// Zip archives of stored and deflated entries, also beyond 4 GiB (zip64), read and written. Spec format-npz.
//
//   entries: local header, name, extra, data    …    list: a central header for each    zip64 end?    end
//
// The list at the end is decisive, because local headers may omit sizes. Source: PKWARE, APPNOTE.TXT, 4.3 and 4.5.3.

import { SpecError, show } from '../errors.ts';
import { join, viewOf } from './bytes.ts';
import { crc32 } from './checksum.ts';
import { deflated } from './inflate.ts';
import { fromUtf8, hasLoneSurrogate, toUtf8 } from './utf8.ts';

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE, END64_SIZE, LOCATOR64_SIZE] = [30, 46, 22, 56, 20];
const [STORED, DEFLATED] = [0, 8];
const [ENCRYPTED, UTF8] = [1, 0x800];
const ZIP64 = 1;
const [MOST16, MOST32] = [0xffff, 0xffffffff];

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** The bytes in the archive, and those of the content. */
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** The reader, and the clause of its errors. */
interface Reader {
  readonly clause: string;
  readonly who: string;
}

const refuse = ({ clause, who }: Reader, message: string): never => {
  throw new SpecError(clause, `${who}: ${message}`);
};

export const isZip = (file: Uint8Array): boolean =>
  file.length >= 4 && [LOCAL, END].includes(viewOf(file).getUint32(0, true));

/** The entries of an archive by name; each returns its content, with the size and the checksum that it states. */
export function unzip(by: Reader, file: Uint8Array): Map<string, () => Uint8Array> {
  const { entries, start } = readList(by, file);
  checkApart(by, file, entries, start);
  return new Map(entries.map((entry) => [entry.name, () => contentOf(by, file, entry)]));
}

/** Where the list is, and how many entries it has. */
function readEnd(by: Reader, file: Uint8Array): { start: number; size: number; count: number } {
  const view = viewOf(file);
  let at = file.length - END_SIZE;
  const isEnd = (): boolean =>
    view.getUint32(at, true) === END && view.getUint16(at + 20, true) === file.length - at - END_SIZE;
  while (at >= 0 && file.length - at - END_SIZE <= MOST16 && !isEnd()) at--;
  if (at < 0 || !isEnd())
    refuse(by, 'an archive ends with its list of entries, and the file does not: it may be cut off');
  const [disk, count, size, start] = [
    view.getUint32(at + 4, true),
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  const isLarge = count === MOST16 || size === MOST32 || start === MOST32;
  const locator = at - LOCATOR64_SIZE;
  if (!isLarge || locator < 0 || view.getUint32(locator, true) !== LOCATOR64) {
    if (disk !== 0 || view.getUint16(at + 8, true) !== count)
      refuse(by, 'an archive must be one file, and not in parts');
    if (start + size !== at) refuse(by, `the list of entries must end at byte ${at}, got ${start + size}`);
    return { start, size, count };
  }
  const large = wide(view, locator + 8);
  if (large > locator - END64_SIZE || view.getUint32(large, true) !== END64)
    refuse(by, `the zip64 end must be at byte ${large}, where the file says it is`);
  const end = { start: wide(view, large + 48), size: wide(view, large + 40), count: wide(view, large + 32) };
  if (end.start + end.size !== large)
    refuse(by, `the list of entries must end at byte ${large}, got ${end.start + end.size}`);
  return end;
}

/** Eight bytes; a number above 2⁵³ is beyond the end of any file, even if it is rounded. */
const wide = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function readList(by: Reader, file: Uint8Array): { entries: Entry[]; start: number } {
  const { start, size, count } = readEnd(by, file);
  if (count * CENTRAL_SIZE > size) refuse(by, `${count} entries take more than the ${size} bytes of their list`);
  const names = new Set<string>();
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readCentral(by, file, at, start + size);
    if (names.has(entry.name)) refuse(by, `the archive holds ${show(entry.name)} twice`);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  if (at !== start + size) refuse(by, `${count} entries take ${at - start} bytes of list, but the file states ${size}`);
  return { entries, start };
}

function readCentral(by: Reader, file: Uint8Array, at: number, end: number): { entry: Entry; next: number } {
  const view = viewOf(file);
  const fits = at + CENTRAL_SIZE <= end && view.getUint32(at, true) === CENTRAL;
  if (!fits) refuse(by, `the list of entries must have an entry at byte ${at}`);
  const u16 = (offset: number): number => view.getUint16(at + offset, true);
  const u32 = (offset: number): number => view.getUint32(at + offset, true);
  const from = at + CENTRAL_SIZE;
  const next = from + u16(28) + u16(30) + u16(32);
  if (next > end) refuse(by, `the entry at byte ${at} of the list reaches beyond its end`);
  const name = nameOf(by, file.subarray(from, from + u16(28)), (u16(8) & UTF8) > 0);
  if (u16(8) & ENCRYPTED) refuse(by, `${show(name)} must not be encrypted`);
  const extra = viewOf(file.subarray(from + u16(28), from + u16(28) + u16(30)));
  const [size, packed, offset] = inZip64(by, name, [u32(24), u32(20), u32(42)], extra);
  return { entry: { name, method: u16(10), crc: u32(16), packed, size, offset }, next };
}

/** Numbers that do not fit into 32 bits are in the zip64 field, in this order; the others are not there. */
function inZip64(by: Reader, name: string, numbers: readonly number[], extra: DataView): number[] {
  if (!numbers.includes(MOST32)) return [...numbers];
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== ZIP64) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let next = at + 4;
    return numbers.map((each) => {
      if (each !== MOST32) return each;
      if (next + 8 > end) refuse(by, `the zip64 field of ${show(name)} is cut off`);
      next += 8;
      return wide(extra, next - 8);
    });
  }
  return [...numbers]; // 2³² − 1 itself
}

function nameOf(by: Reader, bytes: Uint8Array, isUtf8: boolean): string {
  if (!isUtf8) return String.fromCharCode(...bytes);
  return fromUtf8(bytes) ?? refuse(by, 'the name of an entry must be UTF-8');
}

/** Where the data of an entry begin. */
function dataOf(by: Reader, file: Uint8Array, { name, offset, packed }: Entry, list: number): number {
  const view = viewOf(file);
  if (offset + LOCAL_SIZE > list || view.getUint32(offset, true) !== LOCAL)
    refuse(by, `${show(name)} must have a header at byte ${offset}, where the list says it is`);
  const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > list)
    refuse(by, `${show(name)} states ${packed} bytes, but the file has ${Math.max(0, list - start)}`);
  return start;
}

/** No byte may belong to two entries: an archive that uses one part several times is refused. */
function checkApart(by: Reader, file: Uint8Array, entries: readonly Entry[], list: number): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < end) refuse(by, `${show(entry.name)} overlaps the entry before it`);
    end = dataOf(by, file, entry, list) + entry.packed;
  }
}

function contentOf(by: Reader, file: Uint8Array, entry: Entry): Uint8Array {
  const { name, method, packed, size, crc } = entry;
  const start = dataOf(by, file, entry, file.length);
  if (method !== STORED && method !== DEFLATED)
    refuse(by, `${show(name)} must be stored (0) or deflated (8), got the method ${method}`);
  if (method === STORED && size !== packed)
    refuse(by, `${show(name)} is stored in ${packed} bytes, but states ${size}`);
  const data = file.subarray(start, start + packed);
  const content = method === STORED ? data : inflated(by, name, data, size);
  const actual = crc32(content);
  if (actual !== crc) refuse(by, `the CRC-32 of ${show(name)} must be ${actual.toString(16)}, got ${crc.toString(16)}`);
  return content;
}

function inflated({ who }: Reader, name: string, data: Uint8Array, size: number): Uint8Array {
  const { content, end } = deflated(`${who}: ${show(name)}`, data, 0, size);
  if (end !== data.length)
    throw new SpecError(
      'format-inflate',
      `${who}: ${show(name)} takes ${end} compressed bytes, but the file states ${data.length}`,
    );
  return content;
}

/** The archive of these files, stored, without dates; the same files give the same bytes. */
export function zip(by: Reader, files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (const [path, content] of files) {
    if (hasLoneSurrogate(path)) refuse(by, `a name must be text that UTF-8 can say, got ${show(path)}`);
    const name = toUtf8(path);
    if (name.length > MOST16) refuse(by, `a name must fit ${MOST16} bytes, got ${name.length}`);
    const facts = { crc: crc32(content), size: content.length, name };
    const local = header(LOCAL, LOCAL_SIZE, facts, 4);
    const central = header(CENTRAL, CENTRAL_SIZE, facts, 6);
    viewOf(central).setUint32(42, at, true);
    parts.push(local, content);
    list.push(central);
    at += local.length + content.length;
  }
  const size = list.reduce((total, each) => total + each.length, 0);
  if (at > MOST32 - 1 || files.size > MOST16 - 1)
    refuse(
      by,
      `an archive of at most ${MOST32 - 1} bytes and ${MOST16 - 1} entries is written, got ${at} and ${files.size}`,
    );
  const end = new Uint8Array(END_SIZE);
  const view = viewOf(end);
  view.setUint32(0, END, true);
  for (const offset of [8, 10]) view.setUint16(offset, files.size, true);
  view.setUint32(12, size, true);
  view.setUint32(16, at, true);
  return join(by.clause, by.who, [...parts, ...list, end]);
}

/** The fields that both headers have, from the version that is needed on. */
function header(
  signature: number,
  length: number,
  { crc, size, name }: { readonly crc: number; readonly size: number; readonly name: Uint8Array },
  from: number,
): Uint8Array {
  const bytes = new Uint8Array(length + name.length);
  const view = viewOf(bytes);
  view.setUint32(0, signature, true);
  if (from > 4) view.setUint16(4, 20, true); // made by version 2.0
  view.setUint16(from, 20, true);
  view.setUint16(from + 2, UTF8, true);
  view.setUint16(from + 8, 0x21, true); // the first of January 1980, the least date there is
  view.setUint32(from + 10, crc, true);
  view.setUint32(from + 14, size, true);
  view.setUint32(from + 18, size, true);
  view.setUint16(from + 22, name.length, true);
  bytes.set(name, length);
  return bytes;
}
