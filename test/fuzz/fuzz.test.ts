// Every public function under generated nonsense: 2·10³ calls here, 5·10³ in the slow suite, 10⁶ by `npm run fuzz`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SpecError } from '../../src/index.ts';
import { isSlow } from '../some.ts';
import { callOf, exported, failing, fuzz, goodBits, targets } from './fuzz.ts';
import { modules, valueIn } from './scope.ts';

const CALLS = isSlow ? 5_000 : 2_000;
/** One refusal in so many is followed by the good call. */
const FOLLOWED = 10;
/** Milliseconds of the processor for one call. */
const LIMIT = 1000;

describe('fuzzing', () => {
  test('the modules are those that package.json exports', () => {
    const { exports } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(Object.keys(modules)).toEqual(Object.keys(exports).filter((name) => typeof exports[name] === 'object'));
  });

  test('every public function, and every function that one gives, has a good call', () => {
    expect(exported.length).toBeGreaterThan(130);
    expect(targets.filter(({ good }) => good === undefined).map(({ source }) => source)).toEqual([]);
    expect(failing).toEqual([]);
  });

  test('[layer-rules] nonsense is refused with a clause, soon, and the good call gives the same bits afterwards', async () => {
    const bits = new Map<string, string>();
    for (const target of targets) bits.set(target.source, await goodBits(target));
    const [findings, changed]: [string[], string[]] = [[], []];
    let refusals = 0;
    for (let seed = 0; seed < CALLS; seed++) {
      const { target, refused, finding } = await fuzz(seed, LIMIT);
      if (finding) findings.push(`seed ${seed}: ${finding.problem}\n${finding.call}`);
      if (!refused || refusals++ % FOLLOWED !== 0) continue;
      if ((await goodBits(target)) !== bits.get(target.source)) changed.push(`seed ${seed}: ${target.source}`);
    }
    expect(findings.join('\n\n')).toBe('');
    expect(changed).toEqual([]);
    expect(refusals).toBeGreaterThan(CALLS / 2);
  });

  test('a seed gives the same call again', () => {
    const seeds = Array.from({ length: 200 }, (_, i) => i * 7919);
    expect(seeds.map((seed) => callOf(seed).call)).toEqual(seeds.map((seed) => callOf(seed).call));
  });
});

/** Calls that fuzzing found and that did not end, or not well. */
const found: readonly string[] = [
  'gaussianPyramid({ shape: [1, 4, 4, 1], data: floats(16) }, 2 ** 31 - 1)',
  'stepDecay({ every: 1, factor: 1 - 2 ** -53 })(2 ** 53)',
  'stepDecay({ every: 10 })(Symbol())',
  'cosine({ steps: 10 })(unconvertible())',
  'random(1).shuffle({ length: 2 ** 53 })',
  'random(1).shuffle(new Array(2 ** 32 - 1))',
  'headsLoss({ labels: [0], classes: 1e9 })',
  'crossEntropy({ labels: new Array(2 ** 32 - 1) })',
  'crossEntropy({ labels: detached() })',
  'filterHealth({ shape: new Array(1e5).fill(1), data: floats(1) })',
  'relu().forward({ shape: [2], data: boasting(1e9) }, {})',
  'relu().shape(trapArray())',
  'relu().forward(trapped(tensor([1]), 0), {})',
  'tensor([4], trapped([1, 2, 3, 4], 1))',
  'conv2d(trapped({ filters: 1, size: 1 }, 0))',
  'conv2d({ filters: 1, size: revokedArray() })',
  'conv2d({ filters: 1, size: 1, padding: [[1, 1], revokedArray()] })',
  'chain(trap())',
  'chain({ a: unreadable("roles") })',
  'parameter(params, Symbol())',
  'parameter({ a: trap() }, "a")',
  'toFloat32(trap())',
  'torchNames.plain(5)',
  'torchNames.vgg(5)',
  'torchNames.resnet()',
  'calibrate(batchNorm(), {}, [{ shape: [2, 2 ** 53], data: floats(2) }])',
  'foldNorm(chain([dense({ units: 1 }), frozenNorm()]), { 0: { weight: tensor([1, 1]) }, 1: { weight: {}, bias: {}, mean: {}, variance: {} } })',
  'topPatches(net, x, params, { path: "constructor", unit: 0 })',
  'fieldAt([{ size: 2, step: 1, start: 0 }], trapArray())',
  'drawField(tensor([4, 4, 1]), [{ start: 1, size: 2 }, trap()])',
  'gridSvg([tensor([1, 1, 1])], { labels: [5] })',
  'mapLayer(net, (_, layer) => layer, Symbol())',
  'resnet(deep())',
  'minibatches(trap(), { size: 1 })',
  'evaluate(identity(), {}, trap())',
  'momentum({ rate: 0.1 }).update(floats(1), floats(1), trap(), 0.1)',
  'augment({ flip: true })(5, random(1))',
  'convCases({ cost: 0 })',
  'tensors([1e9])',
  'casesOf(relu(), [1], { numbers: {} })',
  'laws(odd("params", null), [2, 3])',
  'loadWeights(net, [1, 3, 3, 1], {}, { start: deepRecord() })',
  'minibatches({ x: tensor([1, 1]), labels: [0] }, { size: 1 }).epoch("x".repeat(1e6)).next()',
  'writeSafetensors(params, trap())',
  'summary(odd("shape", null), [1, 3])',
  'summary(odd("field", null), [1, 3, 3, 1])',
  'compile(odd("shape", 5), [1, 3, 3, 1], {})',
  'chain([odd("shape", null)]).shape([1, 2])',
  'initialize(odd("parameters", { a: 5 }), [1, 2])',
  'readSafetensors(trap())',
  'readNpz(npz, trapArray())',
  'chain(new Date())',
  'chain(new Map([["a", relu()]]))',
  'sum(new Set([relu()]))',
  'dropout(new Map([["rate", 0.5]]))',
  'relu().forward(tensor([1, 1]), new Map())',
  'chain({ relu: relu() }).forward(tensor([1, 1]), { relu: new Date() })',
  'initialize(relu(), [1, 1], new Map([["seed", 3]]))',
  'summary(relu(), [1, 1], Promise.resolve({ fold: true }))',
  'denseCases(1e9)',
  'denseCases({ rank: 2 })',
  'bound(dense({ units: 1 }), { shape: [2, 3], data: detached() }, { weight: tensor([3, 1]), bias: tensor([1]) })',
  'bound(dense({ units: 1 }), tensor([2, 3]), 5n)',
  'check(dense({ units: 1 }), tensor([2, 3]), { weight: tensor([3, 1]), bias: tensor([1]), other: tensor([1]) }, tensor([2, 1]))',
  'check(dense({ units: 1 }), tensor([2, 3]), trap(), tensor([2, 1]))',
  'check(maxPool2d({ size: 2 }), tensor([1, 2, 2, 1]), {}, tensor([1, 1, 1, 1]), trap())',
  'check(maxPool2d({ size: 2 }), tensor([1, 2, 2, 1]), {}, tensor([1, 1, 1, 1]), { precision: revoked() })',
  'check(maxPool2d({ size: 2 }), tensor([1, 2, 2, 1]), {}, tensor([1, 1, 1, 1]), { winograd: [] })',
  'checkEngine(revoked())',
  'checkEngine({ name: "a", ops: new Map() })',
  'checkEngine({ name: "a", ops: {}, gradients: null })',
  'checkEngine({ name: "a", ops: {}, traits: revoked() })',
  'checkEngine({ name: "a", ops: {}, version: 1 })',
  'checkEngine(trapped(zeros, 1))',
  'checkEngine(zeros, { ops: revokedArray() })',
  'checkEngine(zeros, { ops: deep() })',
  'checkEngine(zeros, { shard: trap() })',
  'checkEngine(zeros, { signal: trap() })',
  'checkEngine(zeros, { onProgress: 5 })',
  'checkEngine(zeros, { case: revokedArray() })',
  'explain("dense/n1c2_o1b0/f32/exact/1", trap())',
  'explain("dense/n1c2_o1b0/f32/exact/1", { layout: trapped({ x: "NHWC" }, 0) })',
  'render()',
  'fieldAt(new Array(2 ** 32 - 1), [3])',
  'fieldAt([], new Array(2 ** 32 - 1))',
  'frozenNorm().forward(tensor([1, 1]), inherited(trapped({ weight: tensor([1]), bias: tensor([1]), mean: tensor([1]), variance: tensor([1]) }, 3)))',
  'chain({ a: dense({ units: 1 }) }).vjp(tensor([1, 1]), inherited(trapped({ a: {} }, 0)))',
  'sum([dense({ units: 1 })]).forward(tensor([1, 1]), inherited(trapped([{}], 0)))',
  'gradientCheck(odd("vjp", null), tensor([2, 3]), {})',
  'gradientCheck(odd("vjp", [5, () => null]), tensor([2, 3]), {})',
  'gradientCheck(odd("vjp", [tensor([2, 3], [1, 2, 3, 4, 5, 6], "float64"), () => null]), tensor([2, 3]), {})',
  'gradientCheck(odd("vjp", [tensor([2, 3], [1, 2, 3, 4, 5, 6], "float64"), () => ({ x: 5, params: {} })]), tensor([2, 3]), {})',
  'gradientCheck(odd("vjp", [tensor([2, 3], [1, 2, 3, 4, 5, 6], "float64"), () => ({ x: tensor([2, 3], [], "float64"), params: 5 })]), tensor([2, 3]), {})',
  'fit(odd("vjp", null), {}, minibatches({ x: tensor([2, 2]), labels: [0, 0] }, { size: 2 }), { optimizer: sgd({ rate: 0.1 }), epochs: 1 })',
  'fit(odd("vjp", []), {}, minibatches({ x: tensor([2, 2]), labels: [0, 0] }, { size: 2 }), { optimizer: sgd({ rate: 0.1 }), epochs: 1 })',
  'toeplitz(odd("forward", null), [1, 3, 1], {})',
  'toeplitz(odd("forward", x), [1, 3, 1], {})',
  'render(npy)',
  'render(report, trap())',
  'render(report, Symbol())',
  'render(cyclicRecord())',
  'render({ ...report, operators: [{}] })',
  'render({ ...report, engine: { name: deep() } })',
  'render({ ...report, operators: [{ ...report.operators[0], findings: [{}] }] })',
  'render({ ...report, operators: [{ ...report.operators[0], counts: { pass: "1" } }] })',
];

test.each(found)('[layer-attributes] %s', async (call) => {
  let thrown: unknown;
  try {
    await valueIn(call);
  } catch (error) {
    thrown = error;
  }
  expect(thrown instanceof TypeError || thrown instanceof SpecError, String(thrown)).toBe(true);
  expect((thrown as Error).message).toMatch(/ \[[a-z]+(-[a-z0-9]+)+\]$/);
});

test('[pool-divisor] a window far wider than its input counts its padding without listing it', () => {
  const wide = (size: number, padding: number) =>
    valueIn(
      `avgPool2d({ size: ${size}, stride: 1, padding: ${padding}, countPadding: true }).forward(tensor([1, 2, 2, 1], [1, 2, 3, 4]), {}).data`,
    );
  expect(wide(4095, 2048)).toEqual(new Float32Array(16).map((_, i) => i).map(() => Math.fround(10 / 4095 ** 2)));
});
