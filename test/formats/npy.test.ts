// .npy: files that NumPy wrote, round trips, and false headers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import { readNpy, writeNpy } from '../../src/formats/npy.ts';
import { tensor } from '../../src/tensor.ts';
import { errorOf, expectClause, refusesEveryPrefix, survivesDamage, survivesNoise } from './broken-files.ts';
import { anyTensor } from './tensors.ts';

const CLAUSE = 'format-npy';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** A file of version 1 with the header as it is given. */
const fileOf = (header: string, data: readonly number[] = []): Uint8Array =>
  Uint8Array.of(...MAGIC, 1, 0, header.length & 255, header.length >> 8, ...new TextEncoder().encode(header), ...data);

const header = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

const refused = (what: RegExp, text: string, data: number[] = []) =>
  expectClause(CLAUSE, what, readNpy, fileOf(text, data));

/** A file as NumPy 2.4.6 writes it (np.lib.format.write_array), in the given version: its data begin at byte 128. */
const numpy = (version: number, text: string, data: readonly number[]): Uint8Array => {
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? [128 - start, 0] : [128 - start, 0, 0, 0];
  const header = new TextEncoder().encode(text.padEnd(127 - start));
  return Uint8Array.of(...MAGIC, version, 0, ...length, ...header, 10, ...data);
};

test('[format-npy] files as NumPy writes them are read: Fortran order, big-endian int64, a truth value', () => {
  const columns = [0, 0, 0, 0, 0, 0, 64, 64, 0, 0, 128, 63, 0, 0, 128, 64, 0, 0, 0, 64, 0, 0, 160, 64];
  const fortran = numpy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", columns);
  expect(readNpy(fortran)).toEqual(tensor([2, 3], [0, 1, 2, 3, 4, 5]));
  const counted = [0, 1, 2].flatMap((last) => [0, 0, 0, 0, 0, 0, 0, last]);
  const integers = numpy(2, "{'descr': '>i8', 'fortran_order': False, 'shape': (3,), }", counted);
  expect(readNpy(integers)).toEqual(tensor([3], [0, 1, 2], 'float64'));
  const truth = numpy(3, "{'descr': '|b1', 'fortran_order': False, 'shape': (), }", [1]);
  expect(readNpy(truth)).toEqual(tensor([], [1]));
});

test('[format-npy] the bytes written are those that NumPy writes', () => {
  const data = [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0];
  const file = writeNpy(tensor([2], [1.5, -2], 'float64'));
  expect(file).toEqual(numpy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", data));
});

test('[format-npy] what was written is read', () => {
  fc.assert(
    fc.property(anyTensor, (x) => {
      expect(readNpy(writeNpy(x))).toEqual(x);
    }),
  );
});

test('[format-npy] Fortran order is row-major order of the reversed axes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 4 }), (shape) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const tuple = `(${shape.map((axis) => `${axis},`).join(' ')})`;
      const { data } = readNpy(
        fileOf(
          header("'|u1'", tuple, 'True'),
          Array.from({ length: size }, (_, i) => i),
        ),
      );
      for (let at = 0; at < size; at++) {
        let [rest, from, step] = [at, 0, size];
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          step /= shape[axis];
          from += (rest % shape[axis]) * step;
          rest = Math.floor(rest / shape[axis]);
        }
        expect(data[at]).toBe(from);
      }
    }),
  );
});

test('[format-npy] integers and halves of either byte order are read exactly', () => {
  const one = (descr: string, ...bytes: number[]) => readNpy(fileOf(header(`'${descr}'`, '()'), bytes)).data;
  expect(one('<f2', 0, 0x3c)).toEqual(Float32Array.of(1));
  expect(one('>f4', 0x40, 0, 0, 0)).toEqual(Float32Array.of(2));
  expect(one('|i1', 255)).toEqual(Float32Array.of(-1));
  expect(one('<u2', 1, 2)).toEqual(Float32Array.of(513));
  expect(one('<i4', 255, 255, 255, 127)).toEqual(Float64Array.of(2147483647));
  expect(one('>u8', 0, 0x20, 0, 0, 0, 0, 0, 0)).toEqual(Float64Array.of(9007199254740992));
  expect(() => one('>u8', 0, 0x20, 0, 0, 0, 0, 0, 1)).toThrow(
    'the integer 9007199254740993 at index 0 is not exact in float64 [format-npy]',
  );
});

test('[format-npy] every truncated file is refused, and so is one with additional bytes', async () => {
  const file = writeNpy(tensor([2, 2], [1, 2, 3, 4]));
  await refusesEveryPrefix(readNpy, file);
  expect(await errorOf(readNpy, Uint8Array.of(...file, 0))).toBeInstanceOf(SpecError);
});

test('[format-npy] damage and noise are refused or harmless', async () => {
  await survivesDamage(readNpy, fileOf(header("'<f4'", '(2, 1)'), [0, 0, 0, 0, 0, 0, 0, 0]));
  await survivesNoise(readNpy, [...MAGIC, 1, 0, 4, 0, 0x7b]);
});

test('[format-npy] element types without numbers, or with other numbers, are refused', async () => {
  for (const descr of [
    "'|O'",
    "'<U4'",
    "'<c8'",
    "'<f16'",
    "'=f4'",
    "'f4'",
    "'|f4'",
    "'<b2'",
    "'<i3'",
    "''",
    'True',
    '(4,)',
  ])
    await refused(/descr must be f2, f4/, header(descr, '(1,)'), [0, 0, 0, 0]);
  await refused(/no record types/, header("[('a', '<f4')]", '(1,)'), [0, 0, 0, 0]);
});

test('[format-npy] a header that is not the dictionary of the format is refused', async () => {
  const [descr, order, shape] = ["'descr': '|u1'", "'fortran_order': False", "'shape': ()"];
  expect(readNpy(fileOf(`{${shape},"descr":"|u1" , ${order}}`, [7])).data[0]).toBe(7);
  for (const text of ['', '{', '[]', `{${descr}, ${order}, ${shape}} 1`, `{${descr}`])
    await refused(/must be a dictionary/, text, [7]);
  for (const entries of [[], [descr, order], [descr, descr, order, shape], [descr, order, shape, "'more': ()"]])
    await refused(/must hold descr, fortran_order and shape/, `{${entries.join()}}`, [7]);
  for (const text of [
    `{${descr} ${order}, ${shape}}`,
    `{${descr},, ${order}, ${shape}}`,
    `{${descr}, ${order}, 'shape': (__import__('os'))}`,
  ])
    await refused(/must hold strings, True or False/, text, [7]);
  for (const flag of ['()', "'True'"])
    await refused(/fortran_order must be True or False/, header("'|u1'", '()', flag), [7]);
});

test('[format-npy] shapes that are not tuples of whole numbers, or do not fit the file, are refused', async () => {
  for (const shape of ['(1)', '(-1,)', '(1.0,)', '(,)', '(1,,)', '(1 1,)', "'1,'", '(0x1,)', `(${'1,'.repeat(65)})`])
    await refused(/shape must be a tuple/, header("'|u1'", shape), [7]);
  await refused(/below 2\^53/, header("'|u1'", '(9007199254740993,)'), [7]);
  await refused(/takes 2 bytes of data, but the file has 1/, header("'|u1'", '(2,)'), [7]);
  await refused(/takes 4611686018427388000 bytes/, header("'<f4'", '(1073741824, 1073741824)'));
  expect(readNpy(fileOf(header("'|u1'", '(1L, 1L)'), [7])).shape).toEqual([1, 1]);
});

test('[format-npy] magic number, version and length of the header are checked', async () => {
  const good = fileOf(header("'|u1'", '()'), [7]);
  const bent = (at: number, value: number) => good.map((byte, i) => (i === at ? value : byte));
  await expectClause(CLAUSE, /starts with the six bytes/, readNpy, bent(0, 0x92));
  for (const version of [0, 4, 255])
    await expectClause(CLAUSE, new RegExp(`version must be .*, got ${version}.0`), readNpy, bent(6, version));
  await expectClause(CLAUSE, /got 1.1/, readNpy, bent(7, 1));
  const long = "{'descr': '|u1'}".padEnd(10_001);
  await expectClause(CLAUSE, /the header states 10001 bytes, and 10000 is the limit/, readNpy, fileOf(long, [7]));
  await expectClause(CLAUSE, /the header states 65\d* bytes/, readNpy, bent(9, 255));
  await expectClause(
    CLAUSE,
    /the header states \d{9,} bytes/,
    readNpy,
    Uint8Array.of(...MAGIC, 2, 0, 255, 255, 255, 255, 0),
  );
});

test('[format-npy] arguments of a wrong type or value are refused', () => {
  expect(() => readNpy([0x93] as unknown as Uint8Array)).toThrow(TypeError);
  expect(() => writeNpy([1] as never)).toThrow(TypeError);
  expect(() => writeNpy(tensor(Array(65).fill(1)))).toThrow('at most 64 axes, got 65 [tensor-shape]');
});

test('[format-npy] what is no entry of the header is shown', () => {
  const file = new Uint8Array(writeNpy(tensor([2], [1, 2])));
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': [2], }";
  file.set(new TextEncoder().encode(header.padEnd(file.length - 8 - 10 - 1).concat('\n')), 10);
  expect(() => readNpy(file)).toThrow(/\(no record types\), got ''shape': \[2\], *'? ?.*\[format-npy\]$/);
});
