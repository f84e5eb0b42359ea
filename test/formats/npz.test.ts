// .npz: round trips, archives by NumPy and other zip writers, and false archives.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/formats/checksum.ts';
import { readNpz, writeNpy, writeNpz } from '../../src/formats/index.ts';
import { tensor } from '../../src/tensor.ts';
import { expectClause, refusesEveryPrefix, survivesDamage, survivesNoise } from './broken-files.ts';
import { anyTensor } from './tensors.ts';

const CLAUSE = 'format-npz';
const x = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
const y = tensor([1], [7], 'float64');

interface Entry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly deflated?: boolean;
  /** Sizes and offset stand in the zip64 field. */
  readonly wide?: boolean;
  /** False statements of the list. */
  readonly lie?: {
    readonly size?: number;
    readonly packed?: number;
    readonly crc?: number;
    readonly offset?: number;
    readonly method?: number;
    readonly flags?: number;
  };
}

interface Archive {
  readonly entries: readonly Entry[];
  readonly comment?: string;
  readonly wideEnd?: boolean;
  /** Sizes behind the data, as a writer into a pipe puts them: the local header has zeros. */
  readonly streamed?: boolean;
}

/** A writer of zip archives that is independent of the library's own. */
function archive({ entries, comment = '', wideEnd = false, streamed = false }: Archive): Uint8Array<ArrayBuffer> {
  const numbers = (...pairs: readonly [size: 2 | 4 | 8, value: number][]): Buffer =>
    Buffer.concat(
      pairs.map(([size, value]) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(BigInt(value));
        return bytes.subarray(0, size);
      }),
    );
  let body = Buffer.alloc(0);
  let list = Buffer.alloc(0);
  for (const { name, content, deflated = false, wide = false, lie = {} } of entries) {
    const data = deflated ? deflateRawSync(content) : content;
    const title = Buffer.from(name);
    const facts = {
      size: content.length,
      packed: data.length,
      crc: crc32(content),
      offset: body.length,
      method: deflated ? 8 : 0,
      flags: 0x800,
      ...lie,
    };
    const { size, packed, crc, offset, method } = facts;
    const flags = facts.flags | (streamed ? 8 : 0);
    const other = Buffer.concat([numbers([2, 0x7777], [2, 1]), Buffer.of(9)]);
    const field = numbers([2, 1], [2, 24], [8, size], [8, packed], [8, offset]);
    const padded = wide ? Buffer.concat([other, field]) : Buffer.alloc(0);
    const seen = (value: number): number => (wide ? 0xffffffff : value);
    const told = streamed ? [0, 0, 0] : [crc, content.length, data.length];
    list = Buffer.concat([
      list,
      numbers(
        [4, 0x02014b50],
        [2, 45],
        [2, 45],
        [2, flags],
        [2, method],
        [4, 0],
        [4, crc],
        [4, seen(packed)],
        [4, seen(size)],
        [2, title.length],
        [2, padded.length],
        [2, 3],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, seen(offset)],
      ),
      title,
      padded,
      Buffer.from('abc'),
    ]);
    body = Buffer.concat([
      body,
      numbers(
        [4, 0x04034b50],
        [2, 45],
        [2, flags],
        [2, method],
        [4, 0],
        [4, told[0]],
        [4, told[2]],
        [4, told[1]],
        [2, title.length],
        [2, 4],
      ),
      title,
      Buffer.from('more'),
      data,
      ...(streamed ? [numbers([4, 0x08074b50], [4, crc], [4, data.length], [4, content.length])] : []),
    ]);
  }
  const at = body.length + list.length;
  const large = numbers(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, entries.length],
    [8, entries.length],
    [8, list.length],
    [8, body.length],
    [4, 0x07064b50],
    [4, 0],
    [8, at],
    [4, 1],
  );
  const end = wideEnd
    ? numbers([4, 0x06054b50], [4, 0], [2, 0xffff], [2, 0xffff], [4, 0xffffffff], [4, 0xffffffff], [2, comment.length])
    : numbers(
        [4, 0x06054b50],
        [4, 0],
        [2, entries.length],
        [2, entries.length],
        [4, list.length],
        [4, body.length],
        [2, comment.length],
      );
  return new Uint8Array(Buffer.concat([body, list, ...(wideEnd ? [large] : []), end, Buffer.from(comment)]));
}

const [a, b] = [
  { name: 'a.npy', content: writeNpy(x) },
  { name: 'b.npy', content: writeNpy(y) },
];
const refused = (what: RegExp, of: Archive, clause = CLAUSE) => expectClause(clause, what, readNpz, archive(of));

test('[format-npz] what was written is read, nested names and all; equal arguments give equal bytes', () => {
  const name = fc.string({ unit: 'binary', maxLength: 8 }).filter((each) => !each.includes('.'));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, anyTensor), { maxLength: 4 }), (pairs) => {
      const tensors = Object.fromEntries(pairs);
      const read = readNpz(writeNpz(tensors));
      expect(Object.keys(read).sort()).toEqual(Object.keys(tensors).sort());
      for (const key of Object.keys(tensors)) expect(read[key]).toEqual(tensors[key]);
      expect(Buffer.compare(writeNpz(tensors), writeNpz(tensors))).toBe(0);
    }),
  );
  expect(readNpz(writeNpz({ fc: { weight: x, bias: y } }))).toEqual({ 'fc.weight': x, 'fc.bias': y });
});

test('[format-npz] stored and deflated entries, zip64, comments and streamed sizes are read', () => {
  for (const deflated of [false, true])
    for (const wide of [false, true])
      for (const wideEnd of [false, true])
        for (const streamed of [false, true])
          for (const comment of ['', 'PK\x05\x06 of a comment']) {
            const entries = [
              { ...a, deflated, wide },
              { ...b, deflated: !deflated },
            ];
            expect(readNpz(archive({ entries, wideEnd, streamed, comment }))).toEqual({ a: x, b: y });
          }
  expect(readNpz(archive({ entries: [] }))).toEqual({});
});

test('[format-npz] of an archive with other files, or with arrays of text, the named arrays are read', async () => {
  const words = { name: 'words.npy', content: new TextEncoder().encode(`\x93NUMPY`) };
  const notes = { name: 'notes.txt', content: Uint8Array.of(1) };
  expect(readNpz(archive({ entries: [notes, a] }))).toEqual({ a: x });
  expect(readNpz(archive({ entries: [words, a, b] }), ['b', 'a'])).toEqual({ a: x, b: y });
  await refused(/in 'words': readNpy: /, { entries: [words, a] }, 'format-npy');
  expect(() => readNpz(archive({ entries: [a] }), ['c'])).toThrow("must hold 'c', and holds ['a'] [format-npz]");
  expect(() => readNpz(archive({ entries: [a] }), 'a' as never)).toThrow(TypeError);
});

test('[format-npz] a repeated name, overlapping entries and false sizes are refused', async () => {
  await refused(/holds 'a.npy' twice/, { entries: [a, a] });
  await refused(/overlaps the entry before it/, { entries: [a, { ...b, content: a.content, lie: { offset: 0 } }] });
  for (const [what, lie] of [
    [/is stored in \d+ bytes, but states 7/, { size: 7 }],
    [/states 100000 bytes, but the file has/, { packed: 100_000, size: 100_000 }],
    [/the CRC-32 of 'a.npy' must be/, { crc: 5 }],
    [/must have a header at byte 9999/, { offset: 9999 }],
    [/must have a header at byte 1,/, { offset: 1 }],
    [/must be stored \(0\) or deflated \(8\), got the method 12/, { method: 12 }],
    [/must not be encrypted/, { flags: 1 }],
  ] as const)
    for (const wide of [false, true]) await refused(what, { entries: [{ ...a, wide, lie }] });
  for (const size of [135, 137, 1e9])
    await refused(/must hold|cannot hold/, { entries: [{ ...a, deflated: true, lie: { size } }] }, 'format-inflate');
});

test('[format-npz] every truncated archive is refused, and so is one with additional bytes', async () => {
  for (const of of [{ entries: [a, { ...b, deflated: true }] }, { entries: [{ ...a, wide: true }], wideEnd: true }]) {
    const whole = archive(of);
    await refusesEveryPrefix(readNpz, whole);
    await expectClause(CLAUSE, /it may be cut off/, readNpz, Uint8Array.of(...whole, 0));
    await survivesDamage(readNpz, whole);
  }
  await survivesNoise(readNpz, [0x50, 0x4b, 3, 4]);
  await survivesNoise(readNpz, [0x50, 0x4b, 5, 6]);
});

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
test.skipIf(python.status !== 0)(
  `[format-npz] numpy reads what is written, and is read ${python.status === 0 ? '' : '(no python3 with numpy here)'}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'toeplitz-npz-'));
    writeFileSync(join(folder, 'ours.npz'), writeNpz({ x, Größe: y }));
    const program = `
import numpy as np
f = np.load('ours.npz')
assert sorted(f.files) == ['Größe', 'x'] and f['x'].tolist() == [[1, 2, 3], [4, 5, 6]] and f['Größe'].dtype == '<f8'
arrays = dict(x=f['x'], **{'Größe': f['Größe']}, n=np.int64(-5), t=np.asfortranarray(f['x']))
np.savez('stored.npz', **arrays)
np.savez_compressed('deflated.npz', **arrays)
`;
    const run = spawnSync('python3', ['-c', program], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PYTHONUTF8: '1' },
    });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['stored.npz', 'deflated.npz'])
      expect(readNpz(readFileSync(join(folder, name)))).toEqual({ x, Größe: y, n: tensor([], [-5], 'float64'), t: x });
    rmSync(folder, { recursive: true });
  },
);
