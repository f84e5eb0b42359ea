// toeplitz explain, which writes a case out.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/formats/index.ts';
import { explain } from '../../src/oracle/index.ts';
import { quick, toeplitz } from './run.ts';

describe('toeplitz explain', () => {
  it('[oracle-caseid] writes out tensors and the exact result', async () => {
    const { code, out } = await toeplitz('explain', 'maxPool2d/n1h1w3c1_k1x2s1x1pvd1x1e0/f32/given/x=1,5,-2');
    expect(code).toBe(0);
    expect(out).toContain('const x = tensor([1, 1, 3, 1], [1, 5, -2]);');
    expect(out).toContain("const expectedY = tensor([1, 1, 2, 1], [5, 5], 'float64');");
    const python = await quick('explain', 'dense/n1c2_u1b0/f32/given/x=1,NaN;weight=3,-0', '--python');
    expect(python.out).toContain("x = numpy.array([1, float('nan')], 'float32').reshape(1, 2)");
    expect(python.out).toContain('attributes = dict(units=1, bias=False)');
  });
});

describe('toeplitz explain, of a case with more than a few numbers', () => {
  const id = 'conv2d/n2h4w5c2_o4k3x2s1x2p1.1.2.2d1x1g2b1/f32/real/5';

  it('[oracle-caseid] writes out all of them', async () => {
    const { code, out } = await quick('explain', '--python', id);
    expect(code).toBe(0);
    for (const [name, values] of Object.entries(explain(id)))
      if (name === 'x' || name === 'weight')
        expect(out).toContain(`${name} = numpy.array([${[...values.data].join(', ')}], 'float32')`);
  });

  it('[oracle-caseid] writes them to a file, with the attributes and the layout of a dialect', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
    const file = join(folder, 'case.safetensors');
    const { code, out, err } = await quick('explain', id, '--dialect', 'torch', '--out', file);
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' });
    expect(readdirSync(folder)).toEqual(['case.safetensors']);
    const { tensors, metadata } = readSafetensors(readFileSync(file));
    const { x, weight, bias, expected } = explain(id, { layout: { x: 'NCHW', weight: 'OIHW' } });
    expect([x.shape, weight!.shape]).toEqual([
      [2, 2, 4, 5],
      [4, 1, 3, 2],
    ]);
    expect(tensors).toMatchObject({ x, weight, bias, 'expected.y': expected.y });
    expect(tensors['bound.y'].data.every((each) => each > 0)).toBe(true);
    expect(metadata).toMatchObject({ case: id, op: 'conv2d' });
    expect(JSON.parse(metadata.attributes)).toMatchObject({ kernel_size: [3, 2], padding: [1, 2] });
    const dense = ['explain', '--layout', 'NCHW,OIHW,dense=IO', 'dense/n1c2_u3b0/f32/exact/1'];
    expect((await quick(...dense)).out).toMatch(/weight IO\n[\s\S]*const weight = tensor\(\[2, 3\]/);
    for (const bad of [
      ['--out', folder],
      ['--python', '--rust'],
      ['--layout', 'NCHW,OIHW,OIHW,OIHW'],
      ['--layout', 'NCHW,densed=IO'],
      ['--dialect', 'tensorflow'],
    ])
      expect({ bad, code: (await quick('explain', id, ...bad)).code }).toEqual({ bad, code: 2 });
    rmSync(folder, { recursive: true });
  });
});
