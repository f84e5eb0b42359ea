// toeplitz run, expose and judge, as a user runs them.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpz, writeNpy, writeNpz, writePng, writeSafetensors } from '../../src/formats/index.ts';
import {
  batchNorm,
  chain,
  conv2d,
  dense,
  flatten,
  initialize,
  locallyConnected2d,
  relu,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { mapParams } from '../../src/layer/flat-params.ts';
import { lenet5, readNet, squeezenet, writeNet } from '../../src/nets/index.ts';
import { readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { idx, quick, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-models-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const file = (name: string, bytes: Uint8Array): string => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
  return at(name);
};

const net = chain({ conv: conv2d({ filters: 2, size: 3 }), relu: relu(), flat: flatten(), fc: dense({ units: 3 }) });
const shape = [1, 6, 6, 1];
const params = initialize(net, shape, { seed: 1 });
const bytes = writeOnnx(net, shape, params);
const model = file('net.onnx', bytes);
const x = tensor(
  [1, 1, 6, 6],
  Array.from({ length: 36 }, (_, i) => (i % 7) / 4 - 0.6),
);
const all: Record<string, Tensor> = { x, ...readOnnx(bytes).run({ x }) };
const wrong = { ...all, relu: { ...all.relu, data: all.relu.data.map((each, i) => (i === 3 ? each + 1 : each)) } };

describe('[cli-run]', () => {
  test('[cli-run] [cli-tensors] inputs from a file, all tensors into another', async () => {
    const input = file('x.npy', writeNpy(x));
    const { code, out } = await toeplitz('run', model, input, '--outputs', 'all', '--out', at('all.npz'));
    expect([code, out.split('\n').length]).toEqual([0, 5]);
    expect(out).toMatch(/^conv 1×2×4×4: from -?[\d.e-]+ to [\d.e-]+, mean -?[\d.e-]+\n/);
    expect(readNpz(readFileSync(at('all.npz')))).toEqual(all);
  });

  test('[cli-run] drawn inputs in float64, and what is refused', async () => {
    const runs = await Promise.all([
      quick('run', model, '--float64', '--seed', '2'),
      quick('run', model, '--out', at('y.txt')),
      quick('run', at('none.onnx')),
      quick('run', model, '--outputs', 'z'),
      quick('run', model, '--net', 'lenet5'),
      quick('run', model, '--shape', 'x=1x2x6x6'),
      quick('run'),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 2, 2, 2, 2, 2, 2]);
    expect(runs.slice(1).map(({ err }) => err.split('\n')[0])).toEqual([
      expect.stringContaining('must end in .npz or .safetensors'),
      expect.stringContaining('none.onnx'),
      expect.stringContaining("no tensor 'z'"),
      expect.stringContaining('--net is for safetensors files'),
      expect.stringContaining('[1,2,6,6]'),
      expect.stringContaining('name a MODEL'),
    ]);
  });
});

describe('[cli-expose]', () => {
  test('[cli-expose] all outputs, some, and in parts', async () => {
    const [whole, some, parts, refused] = await Promise.all([
      toeplitz('expose', model, '--out', at('exposed.onnx')),
      quick('expose', model, '--out', at('some.onnx'), '--names', 'relu'),
      quick('expose', model, '--out', at('parts'), '--parts', '2'),
      quick('expose', model, '--out', at('no.onnx'), '--names', 'relo'),
    ]);
    expect([whole.code, some.code, parts.code, refused.code]).toEqual([0, 0, 0, 2]);
    const outputs = (name: string) => readOnnx(readFileSync(at(name))).outputs.map((each) => each.name);
    expect(outputs('exposed.onnx')).toEqual(['y', 'conv', 'relu', 'flat']);
    expect(outputs('some.onnx')).toEqual(['y', 'relu']);
    expect(parts.out.trim().split('\n')).toEqual([at('parts/net-1.onnx'), at('parts/net-2.onnx')]);
    expect([outputs('parts/net-1.onnx'), outputs('parts/net-2.onnx')]).toEqual([
      ['y', 'conv', 'relu'],
      ['y', 'flat', 'relu'],
    ]);
    expect(refused.err).toContain("(did you mean 'relu'?)");
  });
});

describe('[cli-judge]', () => {
  beforeAll(() => {
    file('right.npz', writeNpz(all));
    file('wrong.safetensors', writeSafetensors(wrong));
    for (const [name, each] of Object.entries(all))
      file(`folder/${name === 'relu' ? 'inner/relu' : name}.npy`, writeNpy(each));
    file('some/x.npy', writeNpy(x));
    file('cut.npz', writeNpz(all).subarray(0, 300));
  });

  test('[cli-judge] [cli-tensors] exit codes, and every kind of file', async () => {
    const [right, broken, parts, thin, cut, none, odd, help] = await Promise.all([
      toeplitz('judge', model, at('right.npz')),
      quick('judge', model, at('wrong.safetensors')),
      quick('judge', model, at('folder')),
      quick('judge', model, at('some'), '--shape', 'x=1x1x6x6'),
      quick('judge', model, at('cut.npz')),
      quick('judge', model, at('absent')),
      quick('judge', model, at('right.npz'), '--precision', 'operands:bf16'),
      quick('judge', '--help'),
    ]);
    expect([right.code, broken.code, parts.code, thin.code, cut.code, none.code, odd.code, help.code]).toEqual([
      0, 1, 0, 4, 2, 2, 2, 0,
    ]);
    expect(right.out).toMatch(/\n4 nodes: 4 pass\n$/);
    expect(broken.out).toMatch(/✗ the first wrong node: relu \(Relu, 1×2×4×4\)\n {2}1 of 32 values/);
    expect(cut.err).toContain(`cannot use ${at('cut.npz')}: `);
    expect(none.err).toContain(`cannot read ${at('absent')}`);
  });

  test('[cli-judge] as JSON into a file', async () => {
    const { code, out } = await quick(
      'judge',
      model,
      at('wrong.safetensors'),
      '--reporter',
      'json',
      '--out',
      at('report.json'),
    );
    expect([code, out]).toEqual([1, '']);
    expect(JSON.parse(readFileSync(at('report.json'), 'utf8'))).toMatchObject({
      clean: false,
      first: { node: { name: 'relu' } },
    });
  });

  test('[onnx-own] [cli-model] a net in one file may have layers that ONNX has no words for', async () => {
    const odd = chain({ own: locallyConnected2d({ filters: 2, size: 3 }), norm: batchNorm(), relu: relu() });
    const file6 = file('odd.safetensors', writeNet(odd, shape, initialize(odd, shape, { seed: 1 })));
    const ran = await quick('run', file6, '--outputs', 'all', '--out', at('odd.npz'));
    const [described, judged] = await Promise.all([quick('describe', file6), quick('judge', file6, at('odd.npz'))]);
    expect([ran.code, described.code, judged.code]).toEqual([0, 0, 0]);
    expect(described.out).toMatch(
      /own +toeplitz\.locallyConnected2d +locallyConnected2d +1×2×4×4 +320 +288 +128 +3×3\nnorm +BatchNormalization +batchNorm +1×2×4×4 +4 +0 +128/,
    );
    expect(described.out).toContain('\n324 parameters, 288 multiply-adds\n');
    expect(judged.out).toMatch(/own +.*not judged/);
    expect(judged.out).toMatch(/\n3 nodes: 2 pass, 1 not judged\n$/);
  });

  test('[cli-model] the model may be a net in one file, or weights with the name of their net', async () => {
    const whole = file('net.safetensors', writeNet(net, shape, params));
    const lenet = lenet5();
    const weights = file('lenet.safetensors', writeSafetensors(initialize(lenet, [1, 32, 32, 1])));
    const fire = squeezenet();
    const zeros = mapParams(fire.params([1, 224, 224, 3]), (axes) => tensor(axes));
    const photos = file('fire.safetensors', writeSafetensors(zeros));
    const [judged, described, both, named, squeezed] = await Promise.all([
      quick('judge', whole, at('right.npz')),
      quick('describe', whole),
      quick('describe', weights, '--net', 'lenet5'),
      quick('describe', weights, '--net', 'lenet6'),
      quick('describe', photos, '--net', 'squeezenet'),
    ]);
    expect([judged.code, described.code, both.code, named.code]).toEqual([0, 0, 0, 2]);
    expect(described.out).toMatch(/conv +Conv +conv2d +1×2×4×4 +20 +288 +128 +3×3\n/);
    expect(both.out).toContain('61,706 parameters');
    expect(named.err).toContain('describe: --net must be one of lenet5, alexnet');
    expect(squeezed.out).toContain('1,248,424 parameters');
  });
});

test('[onnx-expose] [cli-expose] the example of the help runs', async () => {
  const exposed = await quick('expose', model, '--out', at('exposed.onnx'));
  const ran = await quick('run', at('exposed.onnx'), '--outputs', 'all', '--out', at('activations.npz'));
  const judged = await quick('judge', model, at('activations.npz'));
  expect([exposed.code, ran.code, judged.code]).toEqual([0, 0, 0]);
});

describe('a net in one file', () => {
  test('[net-file] [cli-model] train writes one and goes on from it; show, describe and judge take it', async () => {
    const images = file(
      'images',
      idx([40, 28, 28], (i) => (i % 11) * 20),
    );
    const labels = file(
      'labels',
      idx([40], (i) => i % 10),
    );
    const small = ['--epochs', '1', '--images', images, '--labels', labels];
    const first = await toeplitz('train', ...small, '--out', at('trained.safetensors'));
    expect([first.code, readNet(readFileSync(at('trained.safetensors'))).metadata]).toEqual([0, { net: 'lenet5' }]);
    const image = file('digit.npy', writeNpy(tensor([1, 1, 32, 32])));
    const [again, other, described, ran, shown] = await Promise.all([
      quick('train', ...small, '--net', at('trained.safetensors'), '--out', at('again.safetensors')),
      quick('train', ...small, '--net', file('small.safetensors', writeNet(net, shape, params))),
      quick('describe', at('trained.safetensors')),
      quick('run', at('trained.safetensors'), image, '--outputs', 'all', '--out', at('trained.npz')),
      quick(
        'show',
        file('small.safetensors', writeNet(net, shape, params)),
        file('dot.png', await writePng(tensor([6, 6, 1]))),
        '--out',
        at('shown'),
      ),
    ]);
    expect([again.code, other.code, described.code, ran.code, shown.code]).toEqual([0, 2, 0, 0, 0]);
    expect(other.err).toContain('labels must be below the 3 classes of x');
    expect(described.out).toContain('61,706 parameters');
    expect((await quick('judge', at('trained.safetensors'), at('trained.npz'))).code).toBe(0);
  });
});
