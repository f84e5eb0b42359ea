// safetensors: round trips, and false headers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { tensor } from '../../src/tensor.ts';
import { errorOf, expectClause, refusesEveryPrefix, survivesDamage, survivesNoise } from './broken-files.ts';
import { anyTensor } from './tensors.ts';

const CLAUSE = 'format-safetensors';
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('conv1.weight', '__proto__', 'constructor', '7', '"\\'),
);

/** A file with the header as it is given: an object, or text. */
function fileOf(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}
const refused = (what: RegExp, header: unknown, data: number[] = []) =>
  expectClause(CLAUSE, what, readSafetensors, fileOf(header, data));
const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

test('[format-safetensors] what was written is read, names, metadata and all', () => {
  const record = fc.array(fc.tuple(name, anyTensor), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs));
  const metadata = fc.array(fc.tuple(name, fc.string()), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs));
  fc.assert(
    fc.property(record, metadata, (tensors, strings) => {
      const file = readSafetensors(writeSafetensors(tensors, strings));
      expect(Object.keys(file.tensors).sort()).toEqual(Object.keys(tensors).sort());
      for (const key of Object.keys(tensors)) expect(file.tensors[key]).toEqual(tensors[key]);
      expect(file.metadata).toEqual(strings);
    }),
  );
});

test('[format-safetensors] the bytes are those of the format, data at a multiple of 8', () => {
  const file = writeSafetensors({ b: tensor([2], [1, -2]), w: tensor([1], [0.5], 'float64') }, { step: '9' });
  const header =
    '{"__metadata__":{"step":"9"},"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}';
  const length = Math.ceil(header.length / 8) * 8;
  expect([...file.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0]);
  expect(new TextDecoder().decode(file.subarray(8, 8 + length))).toBe(header.padEnd(length));
  expect([...file.subarray(8 + length)]).toEqual([0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
});

test('[format-safetensors] every element type is read exactly', () => {
  const data = {
    F16: [0, 0x3c, 1, 0x80],
    BF16: [0x80, 0x3f, 0x80, 0xff],
    I8: [255, 3],
    U8: [255, 3],
    BOOL: [0, 1],
    I16: [255, 255, 3, 0],
    U16: [255, 255, 3, 0],
    I32: [255, 255, 255, 255],
    U32: [255, 255, 255, 255],
    I64: [1, 0, 0, 0, 0, 0, 0, 128],
    U64: [3, 0, 0, 0, 0, 0, 0, 0],
    F8_E4M3: [0x38, 0xfe],
    F8_E5M2: [0x3c, 0xfc],
    F8_E4M3FNUZ: [0x40, 0],
    F8_E5M2FNUZ: [0x40, 0],
    F8_E8M0: [127, 0],
  };
  const values = {
    F16: [1, -1 / 0x1000000],
    BF16: [1, -Infinity],
    I8: [-1, 3],
    U8: [255, 3],
    BOOL: [0, 1],
    I16: [-1, 3],
    U16: [65535, 3],
    I32: [-1],
    U32: [4294967295],
    U64: [3],
    F8_E4M3: [1, -448],
    F8_E5M2: [1, -Infinity],
    F8_E4M3FNUZ: [1, 0],
    F8_E5M2FNUZ: [1, 0],
    F8_E8M0: [1, 2 ** -127],
  };
  for (const [dtype, expected] of Object.entries(values)) {
    const bytes = data[dtype as keyof typeof data];
    const file = fileOf({ x: { dtype, shape: [expected.length], data_offsets: [0, bytes.length] } }, bytes);
    expect([...readSafetensors(file).tensors.x.data], dtype).toEqual(expected);
  }
});

test('[format-safetensors] a tensor with an integer that float64 cannot represent is not read, its neighbours are', () => {
  const file = fileOf(
    {
      odd: { dtype: 'I64', shape: [1], data_offsets: [0, 8] },
      high: { dtype: 'U64', shape: [2], data_offsets: [8, 24] },
      fine: { dtype: 'I64', shape: [], data_offsets: [24, 32] },
      weight: { dtype: 'F32', shape: [1], data_offsets: [32, 36] },
    },
    [
      1, 0, 0, 0, 0, 0, 0, 128, 3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0,
      128, 0, 0, 128, 63,
    ],
  );
  const { tensors, unread } = readSafetensors(file);
  expect(Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]))).toEqual({
    fine: [-(2 ** 63)],
    weight: [1],
  });
  expect(unread).toEqual({ odd: { dtype: 'I64', shape: [1] }, high: { dtype: 'U64', shape: [2] } });
});

test('[format-safetensors] F16 and BF16 are read back exactly after one rounding', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -65504, max: 65504, noNaN: true })),
      fc.constantFrom('F16' as const, 'BF16' as const),
      (values, type) => {
        const once = readSafetensors(
          writeSafetensors({ x: tensor([values.length], values, 'float64') }, {}, { type }),
        ).tensors;
        const twice = readSafetensors(writeSafetensors(once, {}, { type })).tensors;
        expect(twice).toEqual(once);
        for (let i = 0; i < values.length; i++)
          expect(Math.abs(once.x.data[i] - values[i])).toBeLessThanOrEqual(
            Math.max(Math.abs(values[i]) / (type === 'F16' ? 2048 : 256), 1 / 0x2000000),
          );
      },
    ),
  );
});

test('[format-float16] a finite value that would become infinite is refused, an infinite one is not', () => {
  const write = (value: number) => writeSafetensors({ x: tensor([2], [0, value]) }, {}, { type: 'F16' });
  expect(() => write(70000)).toThrow("tensor 'x': 70000 at index 1 is beyond the range of F16 [format-float16]");
  expect(readSafetensors(write(-Infinity)).tensors.x.data[1]).toBe(-Infinity);
});

test('[format-safetensors] every truncated file is refused, and so is one with additional bytes', async () => {
  const file = writeSafetensors({ a: tensor([2, 2], [1, 2, 3, 4]), b: tensor([1], [5], 'float64') }, { step: '9' });
  await refusesEveryPrefix(readSafetensors, file);
  expect(await errorOf(readSafetensors, Uint8Array.of(...file, 0))).toBeInstanceOf(SpecError);
});

test('[format-safetensors] damage and noise are refused or harmless', async () => {
  await survivesDamage(
    readSafetensors,
    writeSafetensors({ a: tensor([2, 1], [1, 2]), b: tensor([1], [5]) }, { step: '9' }),
  );
  await survivesNoise(readSafetensors, [8, 0, 0, 0, 0, 0, 0, 0]);
});

test('[format-safetensors] a length of header beyond the file or the limit is refused', async () => {
  for (const length of [3n, 100_000_001n, 1n << 53n, (1n << 64n) - 1n]) {
    const file = fileOf('{}');
    new DataView(file.buffer).setBigUint64(0, length, true);
    await expectClause(CLAUSE, new RegExp(`states ${length} bytes, but the file has 2`), readSafetensors, file);
  }
});

test('[format-safetensors] a header above 100,000,000 bytes is refused, even if the file has them', async () => {
  const file = new Uint8Array(100_000_009).fill(0x20);
  file.set([0x01, 0xe1, 0xf5, 0x05, 0, 0, 0, 0, 0x7b, 0x7d]);
  await expectClause(CLAUSE, /states 100000001 bytes, but the file has 100000001/, readSafetensors, file);
});

test('[format-safetensors] a file in memory shared between threads, or in the middle of a buffer, is read', () => {
  const file = writeSafetensors({ x: tensor([2], [1, 2]) });
  for (const memory of [new ArrayBuffer(file.length + 3), new SharedArrayBuffer(file.length + 3)]) {
    const part = new Uint8Array(memory, 3);
    part.set(file);
    expect(readSafetensors(part).tensors).toEqual({ x: tensor([2], [1, 2]) });
  }
});

test('[format-safetensors] a header that is not an object of tensors is refused', async () => {
  await refused(/must be JSON/, '{');
  await refused(/must be a JSON object, got 91/, '[]');
  await refused(/must be a JSON object, got 110/, 'null');
  await refused(/must be a JSON object, got 32/, ' {}');
  await refused(/tensor 'x' must be an object, got 3/, { x: 3 });
  await expectClause(CLAUSE, /must be UTF-8/, readSafetensors, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff));
  await refused(/__metadata__ must be an object/, { __metadata__: 3 });
  await refused(/__metadata__ must hold strings, got 3 for 'step'/, { __metadata__: { step: 3 } });
});

test('[format-safetensors] a repeated name is refused, in any notation', async () => {
  const entry = JSON.stringify(f32([0], 0, 0));
  await refused(/names 'x' twice/, `{"x":${entry},"x":${entry}}`);
  await refused(/names 'x' twice/, `{"x":${entry}, "\\u0078" \n:${entry}}`);
  await refused(/names 'dtype' twice/, '{"x":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}');
  expect(
    Object.keys(readSafetensors(fileOf(`{"x":${entry},"y":${entry},"__metadata__":{"x":"\\"x\\":{"}}`)).tensors),
  ).toEqual(['x', 'y']);
});

test('[format-safetensors] a tensor of a type that is not read is listed, and the others are read', async () => {
  const bytes = [0, 0, 0x80, 0x3f, 1, 2, 3];
  for (const [dtype, shape, size] of [
    ['F4', [2, 3], 3],
    ['F6_E2M3', [4], 3],
    ['F6_E3M2', [2, 2], 3],
    ['F12_OF_TOMORROW', [17], 3],
    ['constructor', [1], 3],
    ['C64', [0], 0],
  ] as const) {
    const header = { a: f32([1], 0, 4), w: { dtype, shape, data_offsets: [4, 4 + size] } };
    const { tensors, unread } = readSafetensors(fileOf(header, bytes.slice(0, 4 + size)));
    expect(tensors).toEqual({ a: tensor([1], [1]) });
    expect(unread).toEqual({ w: { dtype, shape } });
  }
  const of = (dtype: unknown, shape: number[], end: number) => ({ w: { dtype, shape, data_offsets: [0, end] } });
  await refused(/and dtype 'F4' takes 1.5 bytes/, of('F4', [3], 2), [0, 0]);
  await refused(/and dtype 'C64' takes 8 bytes/, of('C64', [1], 4), [0, 0, 0, 0]);
  await refused(/the data_offsets are|its data_offsets are \[2, 0\]/, {
    w: { dtype: 'F99', shape: [1], data_offsets: [2, 0] },
  });
  for (const dtype of [3, null, ['F32']])
    await refused(/the dtype of tensor 'w' must be a string, got/, of(dtype, [1], 4), [0, 0, 0, 0]);
});

test('[format-safetensors] a header of brackets is refused with its clause, at any depth', async () => {
  for (const deep of [17, 30_000, 1_000_000])
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ]) {
      const nested = open.repeat(deep) + (open === '[' ? '' : '0') + close.repeat(deep);
      for (const text of [`{"a":${nested}}`, `{"__metadata__":${nested}}`, open.repeat(deep)])
        await refused(/nested at most 16 deep|must be a JSON object/, text);
    }
  await refused(/must be an object, got \[/, `{"a":${'['.repeat(15)}${']'.repeat(15)}}`);
  const brackets = '['.repeat(1000);
  expect(readSafetensors(writeSafetensors({ [`"${brackets}\\`]: tensor([1]) }, { of: brackets })).metadata).toEqual({
    of: brackets,
  });
});

test('[format-safetensors] false shapes and offsets are refused', async () => {
  for (const shape of [[1.5], [-1], ['1'], '1', null, [1e300], {}])
    await refused(/the shape of tensor 'x'/, { x: f32(shape, 0, 4) }, [0, 0, 0, 0]);
  for (const end of [4.5, -4, '4', null, 1e300])
    await refused(/the data_offsets of tensor 'x'/, { x: f32([1], 0, end) }, [0, 0, 0, 0]);
  await refused(/the data_offsets of tensor 'x'/, { x: { dtype: 'F32', shape: [1], data_offsets: [0] } }, [0, 0, 0, 0]);
  await refused(/takes 8 bytes, but its data_offsets are \[0, 4\]/, { x: f32([2], 0, 4) }, [0, 0, 0, 0]);
  await refused(/takes 4 bytes, but its data_offsets are \[4, 0\]/, { x: f32([1], 4, 0) }, [0, 0, 0, 0]);
  await refused(/takes .* bytes/, { x: f32([2 ** 40, 2 ** 40], 0, 0) });
  await refused(/takes NaN bytes/, { x: f32([...Array(40).fill(2 ** 40), 0], 0, 0) });
});

test('[format-safetensors] gaps, overlaps and data beyond the file are refused; the order of the header is free', async () => {
  const bytes = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40];
  await refused(/'b' must begin at byte 4 .*, got 0/, { a: f32([1], 0, 4), b: f32([1], 0, 4) }, bytes);
  await refused(/'b' must begin at byte 4 .*, got 8/, { a: f32([1], 0, 4), b: f32([1], 8, 12) }, [
    ...bytes,
    0,
    0,
    0,
    0,
  ]);
  await refused(/'a' must begin at byte 0 .*, got 4/, { a: f32([1], 4, 8) }, bytes);
  await refused(/take 4 bytes of data, but the file has 8/, { a: f32([1], 0, 4) }, bytes);
  await refused(/take 1099511627776 bytes of data, but the file has 8/, { a: f32([2 ** 38], 0, 2 ** 40) }, bytes);
  const { tensors } = readSafetensors(fileOf({ b: f32([1], 4, 8), a: f32([1], 0, 4), none: f32([0], 4, 4) }, bytes));
  expect([tensors.a.data[0], tensors.b.data[0], tensors.none.data.length]).toEqual([1, 2, 0]);
});

test('[format-safetensors] arguments of a wrong type or value are refused', () => {
  const bad = <T>(value: unknown): T => value as T;
  expect(() => readSafetensors(bad('file'))).toThrow(TypeError);
  expect(() => writeSafetensors(bad(null))).toThrow(TypeError);
  expect(() => writeSafetensors({ x: bad([1]) })).toThrow(TypeError);
  expect(() => writeSafetensors({}, bad({ epoch: 3 }))).toThrow(
    "writeSafetensors: metadata must be strings, got 3 for 'epoch' [format-safetensors]",
  );
  expect(() => writeSafetensors({}, {}, { type: bad('F8') })).toThrow(
    "writeSafetensors: type must be 'F16' or 'BF16' or left out, got 'F8' [format-safetensors]",
  );
  expect(() => writeSafetensors({ __metadata__: tensor([0]) })).toThrow(
    'writeSafetensors: a tensor cannot have the name __metadata__ [format-safetensors]',
  );
});

test('[format-safetensors] options that are none are refused', () => {
  expect(() => writeSafetensors({}, {}, { typ: 'F16' } as never)).toThrow(
    "writeSafetensors: the options are type, got 'typ' [layer-attributes]",
  );
});

test('[format-safetensors] a header that no reader would take is not written', () => {
  expect(() => writeSafetensors({}, { text: 'a'.repeat(1e8) })).toThrow(
    'writeSafetensors: names and metadata must fit a header of 100000000 bytes, got 100000028 [format-safetensors]',
  );
});
