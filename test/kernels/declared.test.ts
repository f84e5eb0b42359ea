// What TypeScript knows of the kernels' structs and numbers is what assembly/ declares.

import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { expect, test } from 'vitest';
import * as declared from '../../src/kernels/declared.ts';
import { withArena } from '../../src/kernels/scratch-arena.ts';
import { imagesOfSum, SUM_POSITIONS } from '../../src/reference/convolution.ts';

const all = { ...declared };

/** The value of a constant expression of assembly/, in a module compiled for it. */
async function compiled(expressions: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const files = [...new Set(Object.values(expressions).map((text) => text.split(' from ')[1]))];
  const imports = files.map((file, i) => `import * as m${i} from './assembly/${file}';`);
  const lines = Object.entries(expressions).map(([name, text]) => {
    const [expression, file] = text.split(' from ');
    return `export function ${name}(): i32 { return ${expression.replaceAll('@', `m${files.indexOf(file)}.`)}; }`;
  });
  const source = [...imports, ...lines].join('\n');
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [
      'check.ts',
      '--outFile',
      'check.wasm',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--use',
      'abort=',
    ],
    {
      readFile: (name: string) => (name === 'check.ts' ? source : readOrNull(name)),
      writeFile: (name: string, contents: Uint8Array) => {
        if (name.endsWith('.wasm')) binary = new Uint8Array(contents);
      },
      listFiles: () => null,
    } as unknown as asc.APIOptions,
  );
  if (error || !binary) throw new Error(stderr.toString());
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  return Object.fromEntries(
    Object.entries(exports).flatMap(([name, f]) => (f instanceof Function ? [[name, f()]] : [])),
  );
}

function readOrNull(name: string): string | null {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file of assembly/ that declares each struct that TypeScript writes. */
const structs = {
  Cells: 'cells',
  Depthwise: 'depthwise-taps',
  TapAxis: 'depthwise-taps',
  Epilogue: 'epilogue',
  Lattice: 'lattice',
  Lrn: 'lrn',
  Packing: 'pack',
  PartSums: 'float64-sums',
  BlockSums: 'float64-sums',
  Pool: 'pool-geometry',
  PoolAxis: 'pool-geometry',
  Product: 'product',
  Sum: 'add',
  Walk: 'pack-walk',
  WeightGradient: 'weight-gradient',
  Winograd: 'winograd',
} as const;

test('[kernel-blocks] every field of every struct lies where the compiler puts it', async () => {
  const expressions: Record<string, string> = {};
  const expected: Record<string, number> = {};
  for (const [name, file] of Object.entries(structs)) {
    const { fields } = all[name as keyof typeof structs];
    fields.forEach((field, i) => {
      expressions[`${name}_${field}`] = `offsetof<@${name}>("${field}") from ${file}`;
      expected[`${name}_${field}`] = 4 * i;
    });
    expressions[`${name}_size`] = `offsetof<@${name}>() from ${file}`;
    expected[`${name}_size`] = 4 * fields.length;
  }
  expect(await compiled(expressions)).toEqual(expected);
}, 60_000);

test('[kernel-blocks] numbers of operations and sizes of blocks are those of assembly', async () => {
  const { MathFunction, Pixelwise, PoolOperation } = declared;
  const numbers = { MR: 'blocks', NR: 'blocks', LANES: 'blocks', PASS_BYTES: 'blocks', SUM_POSITIONS: 'blocks' };
  const others = { PLACE: 'lattice', TILE_BYTES: 'float64-sums' };
  const expressions: Record<string, string> = {};
  const expected: Record<string, number> = {};
  for (const [name, file] of Object.entries({ ...numbers, ...others })) {
    expressions[name] = `@${name} from ${file}`;
    expected[name] = all[name as keyof typeof numbers | keyof typeof others];
  }
  for (const [name, value] of Object.entries(MathFunction)) {
    expressions[`function_${name}`] = `@MathFunction.${name} from elementwise`;
    expected[`function_${name}`] = value;
  }
  for (const [name, value] of Object.entries(Pixelwise)) {
    expressions[`pixelwise_${name}`] = `@Pixelwise.${name} from add`;
    expected[`pixelwise_${name}`] = value;
  }
  for (const [name, value] of Object.entries(PoolOperation)) {
    expressions[`pool_${name}`] = `@PoolOperation.${name} from pool-geometry`;
    expected[`pool_${name}`] = value;
  }
  expect(await compiled(expressions)).toEqual(expected);
}, 60_000);

test('[numerics-weight-gradient] the reference and the kernels cut sums at the same number of positions', () => {
  expect(SUM_POSITIONS).toBe(declared.SUM_POSITIONS);
  expect(imagesOfSum(1)).toBe(declared.SUM_POSITIONS);
});

test('[kernel-blocks] a struct that is written by names is read by them: the places of a lattice', () => {
  withArena('test', (arena) => {
    const names = declared.Lattice.fields;
    const lattice = Object.fromEntries(names.map((name, i) => [name, name.length + 1000 * i]));
    const counts = { images: 2, planes: 3, rows: 2, columns: 2 };
    const values = { ...lattice, ...counts } as Record<(typeof names)[number], number>;
    const [address, table] = [arena.struct(declared.Lattice, values), arena.take(24 * declared.PLACE)];
    arena.kernels.places(address, 0, 24, table);
    const { buffer, byteOffset } = arena.floats(table, 48);
    const places = new Uint32Array(buffer, byteOffset, 48);
    const expected = Array.from({ length: 24 }, (_, p) => {
      const [n, i, j, k] = [Math.floor(p / 12), Math.floor(p / 4) % 3, Math.floor(p / 2) % 2, p % 2];
      const { source, sourceImage, sourcePlane, sourceRow, sourceColumn } = values;
      const { destination, destinationImage, destinationPlane, destinationRow, destinationColumn } = values;
      return [
        source + n * sourceImage + i * sourcePlane + j * sourceRow + k * sourceColumn,
        destination + n * destinationImage + i * destinationPlane + j * destinationRow + k * destinationColumn,
      ];
    });
    expect([...places]).toEqual(expected.flat());
  });
});

test('[kernel-blocks] a field that is missing or misspelt is an error of types', () => {
  withArena('test', (arena) => {
    const right = { from: 1, part: 2, total: 3, to: 4 };
    const address = arena.struct(declared.PartSums, right);
    // @ts-expect-error: `to` is missing
    arena.write(address, declared.PartSums, { from: 1, part: 2, total: 3 });
    // @ts-expect-error: there is no `form`
    arena.write(address, declared.PartSums, { ...right, form: 1 });
    arena.write(address, declared.PartSums, right);
    const { buffer } = arena.floats(address, 4);
    expect([...new Uint32Array(buffer, address, 4)]).toEqual([1, 2, 3, 4]);
  });
});
