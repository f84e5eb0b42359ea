// Inflating a raw deflate stream (RFC 1951) with the place where it ends, which the streams of the host do not tell,
// while a gzip file may have several members. A code is looked up by the next FAST bits; longer codes are found length
// by length.
//
//   block:  last (1 bit), kind (2): 0 stored, 1 fixed codes, 2 codes of its own
//   symbol: 0 to 255 a byte, 256 the end of the block, 257 to 285 a length, followed by a distance

import { SpecError } from '../errors.ts';

const CLAUSE = 'format-inflate';

/** The longest code in bits, and the bits of the table (RFC 1951 section 3.2.7; 9 as zlib takes them). */
const LONGEST = 15;
const FAST = 9;

/** The least value of a length or distance symbol, and its extra bits (RFC 1951 section 3.2.5). */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = Array.from({ length: 30 }, (_, i) =>
  i < 4 ? i + 1 : (2 + (i & 1)) * ((1 << (i >> 1)) >> 1) + 1,
);
const DISTANCE_BITS = Array.from({ length: 30 }, (_, i) => (i < 4 ? 0 : (i >> 1) - 1));

/** The order in which a block lists the lengths of the codes for code lengths (RFC 1951 section 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical code: the table has symbol · 16 + length where the code fits FAST bits, else 0. */
interface Code {
  readonly table: Uint16Array;
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

const broken = (who: string, what: string): never => {
  throw new SpecError(CLAUSE, `${who}: the compressed data are broken: ${what}`);
};

function codeOf(who: string, lengths: Uint8Array): Code {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length]++;
  const used = lengths.length - counts[0];
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= LONGEST; length++) {
    left = 2 * left - counts[length];
    if (left < 0) broken(who, `there are too many codes of ${length} bits`);
  }
  // An incomplete code is allowed for a single symbol alone (RFC 1951 section 3.2.7), or for none.
  if (left > 0 && !(used === 0 || (used === 1 && counts[1] === 1))) broken(who, 'a code is incomplete');
  const starts = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length++) starts[length + 1] = starts[length] + counts[length];
  const symbols = new Uint16Array(used);
  const next = starts.slice();
  lengths.forEach((length, symbol) => {
    if (length > 0) symbols[next[length]++] = symbol;
  });
  const table = new Uint16Array(1 << FAST);
  let code = 0;
  for (let length = 1, index = 0; length <= FAST; length++, code <<= 1)
    for (let i = 0; i < counts[length]; i++, code++, index++)
      for (let at = reversed(code, length); at < table.length; at += 1 << length)
        table[at] = symbols[index] * 16 + length;
  return { table, counts, symbols };
}

/** Codes are packed from their highest bit on, everything else from the lowest. */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result = (result << 1) | ((code >> i) & 1);
  return result;
}

let fixed: readonly [Code, Code] | undefined;

function fixedCodes(who: string): readonly [Code, Code] {
  const lengths = Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
  fixed ??= [codeOf(who, lengths), codeOf(who, new Uint8Array(32).fill(5))];
  return fixed;
}

/** What was read and written; `full` if the stream continues beyond the given room. */
export interface Inflated {
  readonly end: number;
  readonly size: number;
  readonly full: boolean;
}

/** Inflates the stream at `start` into `into` from `first` on, and stops where that is full. Spec format-inflate. */
export function inflateRaw(who: string, from: Uint8Array, start: number, into: Uint8Array, first: number): Inflated {
  const bits = reader(who, from, start);
  let to = first;
  const result = (full: boolean): Inflated => ({ end: bits.end(), size: to - first, full });
  for (let last = 0; last === 0; ) {
    last = bits.take(1);
    const kind = bits.take(2);
    if (kind === 3) broken(who, 'a block is of kind 3');
    if (kind === 0) {
      const stored = bits.stored();
      const room = Math.min(stored.length, into.length - to);
      into.set(stored.subarray(0, room), to);
      to += room;
      if (room < stored.length) return result(true);
      continue;
    }
    const [symbols, distances] = kind === 1 ? fixedCodes(who) : ownCodes(who, bits);
    for (;;) {
      const symbol = bits.symbol(symbols);
      if (symbol === 256) break;
      if (symbol < 256) {
        if (to === into.length) return result(true);
        into[to++] = symbol;
        continue;
      }
      if (symbol > 285) broken(who, `a length has the symbol ${symbol}`);
      const length = LENGTH_BASE[symbol - 257] + bits.take(LENGTH_BITS[symbol - 257]);
      const far = bits.symbol(distances);
      if (far > 29) broken(who, `a distance has the symbol ${far}`);
      const distance = DISTANCE_BASE[far] + bits.take(DISTANCE_BITS[far]);
      if (distance > to - first) broken(who, `a copy reaches ${distance} bytes back, after ${to - first}`);
      const end = Math.min(to + length, into.length);
      const full = to + length > into.length;
      for (; to < end; to++) into[to] = into[to - distance];
      if (full) return result(true);
    }
  }
  return result(false);
}

type Reader = ReturnType<typeof reader>;

function reader(who: string, from: Uint8Array, start: number) {
  let at = start;
  let held = 0;
  let count = 0;
  const ended = (): never => broken(who, `they end after ${from.length} bytes, before the last block does`);
  const take = (n: number): number => {
    while (count < n) {
      if (at >= from.length) ended();
      held |= from[at++] << count;
      count += 8;
    }
    const value = held & ((1 << n) - 1);
    held >>>= n;
    count -= n;
    return value;
  };
  return {
    take,
    /** Where the next byte begins: whole bytes that were read ahead are returned. */
    end: (): number => at - (count >> 3),
    symbol({ table, counts, symbols }: Code): number {
      while (count < LONGEST && at < from.length) {
        held |= from[at++] << count;
        count += 8;
      }
      const entry = table[held & ((1 << FAST) - 1)];
      const short = entry & 15;
      if (short > 0 && short <= count) {
        held >>>= short;
        count -= short;
        return entry >> 4;
      }
      let code = 0;
      let least = 0;
      let index = 0;
      for (let length = 1; length <= LONGEST; length++) {
        if (length > count) ended();
        code |= (held >>> (length - 1)) & 1;
        const next = code - least;
        if (next < counts[length]) {
          held >>>= length;
          count -= length;
          return symbols[index + next];
        }
        index += counts[length];
        least = (least + counts[length]) << 1;
        code <<= 1;
      }
      return broken(who, 'no code begins with the next 15 bits');
    },
    stored(): Uint8Array {
      at -= count >> 3;
      held = 0;
      count = 0;
      const length = take(16);
      if ((take(16) ^ length) !== 0xffff) broken(who, 'the length of a stored block does not match its complement');
      if (length > from.length - at) ended();
      at += length;
      return from.subarray(at - length, at);
    },
  };
}

function ownCodes(who: string, bits: Reader): readonly [Code, Code] {
  const [lengths, distances, listed] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  if (lengths > 286 || distances > 30) broken(who, `a block has ${lengths} lengths and ${distances} distances`);
  const first = new Uint8Array(19);
  for (let i = 0; i < listed; i++) first[ORDER[i]] = bits.take(3);
  const code = codeOf(who, first);
  const all = new Uint8Array(lengths + distances);
  for (let i = 0; i < all.length; ) {
    const symbol = bits.symbol(code);
    if (symbol < 16) {
      all[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) broken(who, 'the first code length repeats another');
    const value = symbol === 16 ? all[i - 1] : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    if (times > all.length - i) broken(who, 'there are more code lengths than codes');
    all.fill(value, i, i + times);
    i += times;
  }
  if (all[256] === 0) broken(who, 'a block has no code for its end');
  return [codeOf(who, all.subarray(0, lengths)), codeOf(who, all.subarray(lengths))];
}
