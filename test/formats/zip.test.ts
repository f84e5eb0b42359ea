// The list of a ZIP archive: zip64, stated counts and sizes, the most entries.

import { describe, expect, it } from 'vitest';
import { readNpz, writeNpz } from '../../src/formats/index.ts';
import { zip } from '../../src/formats/zip.ts';
import { tensor } from '../../src/index.ts';

describe('the list of an archive', () => {
  const two = writeNpz({ a: tensor([1], [1]), b: tensor([2], [2, 3]) });
  const END = two.length - 22;
  const listAt = new DataView(two.buffer).getUint32(END + 16, true);

  /** The archive with an end of zip64, to which the named numbers of the plain end refer. */
  function zip64(...wide: ('count' | 'size' | 'start')[]): Uint8Array {
    const end = new DataView(two.buffer.slice(END));
    const large = new DataView(new ArrayBuffer(56 + 20));
    large.setUint32(0, 0x06064b50, true);
    large.setBigUint64(4, 44n, true);
    large.setBigUint64(32, 2n, true);
    large.setBigUint64(40, BigInt(end.getUint32(12, true)), true);
    large.setBigUint64(48, BigInt(end.getUint32(16, true)), true);
    large.setUint32(56, 0x07064b50, true);
    large.setBigUint64(64, BigInt(END), true);
    if (wide.includes('count')) end.setUint32(8, 0xffffffff, true);
    if (wide.includes('size')) end.setUint32(12, 0xffffffff, true);
    if (wide.includes('start')) end.setUint32(16, 0xffffffff, true);
    return Uint8Array.from([...two.subarray(0, END), ...new Uint8Array(large.buffer), ...new Uint8Array(end.buffer)]);
  }

  it('[format-npz] is where zip64 says, whichever number of the plain end refers to it', () => {
    for (const wide of [['count'], ['size'], ['start'], ['count', 'size', 'start']] as const)
      expect(readNpz(zip64(...wide))).toEqual(readNpz(two));
    expect(() => readNpz(zip64())).toThrow('the list of entries must end at byte');
  });

  /** The archive with another statement of how many entries its list has, and how many bytes. */
  const stated = (count: number, size: number, from = two): Uint8Array => {
    const file = from.slice();
    const end = new DataView(file.buffer, file.length - 22);
    for (const at of [8, 10]) end.setUint16(at, count, true);
    end.setUint32(12, size, true);
    return file;
  };

  it('[format-npz] must have as many entries and bytes as stated', () => {
    const size = END - listAt;
    expect(() => readNpz(stated(1, size))).toThrow(
      `readNpz: 1 entries take ${size / 2} bytes of list, but the file states ${size} [format-npz]`,
    );
    // 36 of the 46 bytes of a second entry.
    const first = writeNpz({ '123456': tensor([1]) });
    const list = first.subarray(first.length - 22 - 56, first.length - 22);
    const cut = Uint8Array.from([...first.subarray(0, -22), ...list.subarray(0, 36), ...first.subarray(-22)]);
    expect(() => readNpz(stated(2, 92, cut))).toThrow(
      `readNpz: the list of entries must have an entry at byte ${first.length - 22} [format-npz]`,
    );
  });

  it('[format-npz] has at most 65534 entries as it is written', () => {
    const by = { clause: 'format-npz', who: 'writeNpz' };
    const files = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`${i}`, new Uint8Array()]));
    const most = zip(by, files(65534));
    expect(new DataView(most.buffer).getUint16(most.length - 12, true)).toBe(65534);
    expect(() => zip(by, files(65535))).toThrow(
      /^writeNpz: an archive of at most 4294967294 bytes and 65534 entries is written, got \d+ and 65535 \[format-npz\]$/,
    );
  });
});
