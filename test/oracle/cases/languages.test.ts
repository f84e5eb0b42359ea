// Cases as source text: what stands there reads back as the case.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../../src/index.ts';
import { checkEngine, explain } from '../../../src/oracle/index.ts';
import { forward, withFault } from '../this-library.ts';

const odd = 'avgPool2d/n1h1w3c2_k1x2s1x1p0.0.1.1d1x1e1a1/f32/given/x=1,-0,NaN,-Infinity,0.1,-2.5e-7';

describe('the source text of a case', () => {
  it('[oracle-caseid] is TypeScript that makes its tensors again', () => {
    const { literal, x, expected } = explain(odd);
    const made = new Function('tensor', `${literal.typescript}\nreturn { attributes, x, expectedY };`)(tensor);
    expect(made.x).toEqual(x);
    expect(made.expectedY).toEqual(expected.y);
    expect(made.attributes).toEqual({
      size: [1, 2],
      stride: [1, 1],
      padding: [
        [0, 0],
        [1, 1],
      ],
      dilation: [1, 1],
      ceil: true,
      countPadding: true,
    });
  });

  it('[oracle-caseid] is Python, C++ and Rust with numbers and words of their own', () => {
    const { python, cpp, rust } = explain(odd, { dialect: 'onnx' }).literal;
    expect(python).toMatch(/^# avgPool2d in the words of onnx, x NCHW\n/);
    expect(python).toContain("auto_pad='NOTSET', pads=[0, 1, 0, 1], ceil_mode=1, count_include_pad=1)");
    expect(python).toContain("x = numpy.array([1, float('nan'), 0.1");
    expect(cpp).toContain('const char* const auto_pad = "NOTSET"; const int pads[4] = {0, 1, 0, 1};');
    expect(cpp).toContain('const float x[] = {1.0f, NAN, 0.10000000149011612f, -0.0f, -INFINITY, -2.4');
    expect(rust).toContain('pub const AUTO_PAD: &str = "NOTSET"; pub const PADS: [usize; 4] = [0, 1, 0, 1];');
    expect(rust).toContain('pub const X: [f32; 6] = [1.0, f32::NAN, 0.10000000149011612, -0.0, -f32::INFINITY, -2.4');
    expect(rust).toContain('pub const EXPECTED_Y: [f64; 8] = [');
    expect(explain(odd).literal.rust).toContain('pub const COUNT_PADDING: bool = true;');
  });

  const compiler = spawnSync('c++', ['--version']).status === 0;
  it.skipIf(!compiler)(`[oracle-caseid] is C++ that compiles${compiler ? '' : ': there is no c++ here'}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
    const file = join(folder, 'case.cpp');
    writeFileSync(
      file,
      `${explain(odd).literal.cpp}\nstatic_assert(sizeof attributes::padding == 4 * sizeof(int), "");`,
    );
    const { status, stderr } = spawnSync('c++', ['-std=c++11', '-fsyntax-only', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    rmSync(folder, { recursive: true });
  });

  it('[oracle-caseid] leaves what is long in a report to explain', async () => {
    const id = 'conv2d/n1h6w6c3_o1k2x2s1x1pvd1x1g1b0/f32/exact/1';
    const wrong = withFault('conv2d', (call) => {
      const { shape, data } = forward(call);
      return { shape, data: data.map((each) => each + 1) };
    });
    const [{ literal }] = (await checkEngine(wrong, { case: [id] })).operators[0].findings;
    expect(literal.typescript).toContain(`const x = explain('${id}').x; // [1, 6, 6, 3]\nconst weight = tensor(`);
    expect(literal.rust).toContain(`// x [1, 6, 6, 3]: toeplitz explain --rust '${id}'\n`);
  });

  it('[campaign-cases] is refused in a dialect that cannot say the case', () => {
    const grouped = 'conv2d/n1h3w3c2_o2k2x2s1x1pvd1x1g2b0/f32/exact/1';
    expect(() => explain(grouped, { dialect: 'tensorflow' })).toThrow('[campaign-cases]');
    expect(() => explain(grouped, { layout: { x: 'NHCW' } })).toThrow('[oracle-layout]');
  });
});
