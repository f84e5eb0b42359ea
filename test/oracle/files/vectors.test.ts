// A campaign as files: what is written, what becomes of the answers.

import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src/formats/index.ts';
import type { Tensor } from '../../../src/index.ts';
import { callOf } from '../../../src/oracle/ask/ask.ts';
import { examine } from '../../../src/oracle/campaign.ts';
import { planCampaign, readSettings } from '../../../src/oracle/cases/plan-campaign.ts';
import type { Settings } from '../../../src/oracle/cases/questions.ts';
import { dialects } from '../../../src/oracle/dialects/dialects.ts';
import { readLayout } from '../../../src/oracle/dialects/layout.ts';
import { answering, questionsOf, readManifest } from '../../../src/oracle/files/answers.ts';
import { type Asked, type Manifest, vectors } from '../../../src/oracle/files/vectors.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  explain,
  type GradientCall,
  type Report,
} from '../../../src/oracle/index.ts';
import { sameShape } from '../../../src/tensor.ts';
import { isSlow, some } from '../../some.ts';
import { speaker } from '../speakers.ts';
import { forward, gradient, gradients, ops, withFault } from '../this-library.ts';

const torch = dialects.torch.layout;

type Files = Map<string, Uint8Array>;

const asked = (names: readonly string[], more: Partial<Asked> = {}): Asked => ({
  ops: names,
  gradients: [],
  layout: readLayout({}),
  traits: {},
  ...more,
});
const filesOf = (settings: Settings, more: Partial<Asked> = {}): Files =>
  new Map([...vectors(asked(settings.ops!, more), readSettings(settings))].map(({ path, bytes }) => [path, bytes]));
const manifestOf = (files: Files): Manifest => readManifest(new TextDecoder().decode(files.get('manifest.json')));

/** A program that reads the files, runs an engine, and writes its answers beside them. */
function answerWith(files: Files, engine: Engine): Files {
  for (const { name, op, attributes, gradient } of manifestOf(files).questions) {
    const { tensors } = readSafetensors(files.get(`cases/${name}.safetensors`)!);
    const given = Object.entries(tensors).filter(([each]) => !each.includes('.'));
    const call = { op, attributes, ...Object.fromEntries(given) } as unknown as GradientCall;
    const result = gradient ? engine.gradients![op](call) : { y: engine.ops[op](call) };
    files.set(`answers/${name}.safetensors`, writeSafetensors(result as unknown as Record<string, Tensor>));
  }
  return files;
}

async function verify(files: Files): Promise<Report> {
  const manifest = manifestOf(files);
  const subject = answering(manifest, 'it', async (path) => files.get(path));
  return examine(subject, readSettings(manifest), questionsOf(manifest));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Tensor['data']) => Buffer.from(buffer, byteOffset, byteLength);
const isSame = (a: Tensor, b: Tensor): boolean =>
  sameShape(a.shape, b.shape) && a.data.constructor === b.data.constructor && bytesOf(a.data).equals(bytesOf(b.data));

const counts = ({ operators }: Report) => operators.map(({ op, counts }) => [op, counts]);
const settings = { ops: ['conv2d', 'avgPool2d'], cases: 20 };

describe('the files of a campaign', () => {
  it.each(some(['tensorflow', 'caffe'] as const, 1))(
    '[campaign-vectors] are in the dialect of the program, and so is what it answers: %s',
    async (dialect) => {
      const names = ['depthwiseConv2d', 'maxPool2d'];
      const more = { gradients: names, dialect, layout: dialects[dialect].layout };
      const files = filesOf({ ops: names, cases: 60, shard: { index: 1, of: 5 } }, more);
      expect(manifestOf(files)).toMatchObject({ dialect, layout: dialects[dialect].layout });
      const report = await verify(answerWith(files, speaker(dialect)));
      const all = names.concat(names.map((op) => `${op} gradient`));
      expect(counts(report)).toEqual(report.operators.map(({ wanted }, i) => [all[i], { pass: wanted }]));
      expect(Math.min(...report.operators.map(({ wanted }) => wanted))).toBeGreaterThan(8);
    },
  );

  it('[campaign-vectors] ask what the campaign asks, and hold the exact results with their bounds', () => {
    const cases = isSlow ? 40 : 32;
    const files = filesOf({ ...settings, cases }, { gradients: ['conv2d'] });
    const { questions } = manifestOf(files);
    const outside: string[] = [];
    expect(questions.map(({ name }) => name)).toEqual(
      ['conv2d', 'avgPool2d', 'conv2d-gradient'].flatMap((op) =>
        Array.from({ length: cases }, (_, i) => `${op}-${String(i).padStart(2, '0')}`),
      ),
    );
    for (const { name, id, op, gradient, attributes } of questions) {
      const { tensors } = readSafetensors(files.get(`cases/${name}.safetensors`)!);
      const { layer, expected, literal: _, op: __, ...operands } = explain(id);
      expect(layer.attributes).toMatchObject(attributes);
      for (const [part, each] of Object.entries({ ...operands })) expect(isSame(tensors[part], each)).toBe(true);
      for (const [part, each] of Object.entries(expected)) {
        expect(isSame(tensors[`expected.${part}`], each)).toBe(true);
        expect(tensors[`bound.${part}`].data.every((bound) => bound >= 0)).toBe(true);
      }
      const call = { op, attributes, ...operands } as unknown as Call;
      if (gradient) continue;
      forward(call).data.forEach((value, i) => {
        const [exact, bound] = [tensors['expected.y'].data[i], tensors['bound.y'].data[i]];
        if (!(Number.isFinite(value) ? Math.abs(value - exact) <= bound : Object.is(value, exact))) outside.push(name);
      });
    }
    expect(outside).toEqual([]);
    expect(questions.some(({ id }) => id.includes('/nan/'))).toBe(true);
  });

  it('[campaign-vectors] are in the layout of the program, their shards in parts', () => {
    const files = filesOf({ ops: ['conv2d'], cases: 9 }, { layout: readLayout({ x: 'NCHW', weight: 'OIHW' }) });
    const ours = filesOf({ ops: ['conv2d'], cases: 9 });
    for (const { name } of manifestOf(files).questions) {
      const [theirs, own] = [files, ours].map(
        (each) => readSafetensors(each.get(`cases/${name}.safetensors`)!).tensors,
      );
      const at = (shape: readonly number[], axes: number[]) => axes.map((axis) => shape[axis]);
      expect(theirs.x.shape).toEqual(at(own.x.shape, [0, 3, 1, 2]));
      expect(theirs.weight.shape).toEqual(at(own.weight.shape, [3, 2, 0, 1]));
      expect(theirs['bound.y'].shape).toEqual(at(own['bound.y'].shape, [0, 3, 1, 2]));
    }
    const ids = (shard?: object) => manifestOf(filesOf({ ...settings, ...shard })).questions.map(({ id }) => id);
    const parts = [1, 2].map((index) => ids({ shard: { index, of: 2 } }));
    expect(parts.flat().sort()).toEqual(ids().sort());
  });
});

describe('answers', () => {
  it('[campaign-answers] are judged as the engine itself, a mistake named too', async () => {
    const wrong = withFault('conv2d', ({ bias: _, ...call }) =>
      forward({ ...call, attributes: { ...call.attributes, bias: false } }),
    );
    const both: Engine = {
      ...wrong,
      ops: { conv2d: wrong.ops.conv2d, avgPool2d: forward },
      gradients: { conv2d: gradient },
    };
    const found = await verify(answerWith(filesOf(settings, { gradients: ['conv2d'] }), both));
    const direct = await checkEngine(both, { ...settings, brief: true });
    expect(counts(found)).toEqual(counts(direct));
    const [finding] = found.operators[0].findings;
    expect(finding).toMatchObject({ kind: 'fail', mistake: 'the bias were ignored' });
    expect(finding.cases).toEqual(direct.operators[0].findings[0].cases);
    expect(finding.cases).toContain(finding.id);
    expect((await verify(answerWith(filesOf(settings), { name: 'own', ops, gradients }))).clean).toBe(true);
  });

  it('[campaign-answers] that are missing, skipped, errors or something else are each what they are', async () => {
    const files = answerWith(filesOf({ ops: ['maxPool2d'], cases: 10 }), { name: 'own', ops });
    const names = manifestOf(files).questions.map(({ name }) => `answers/${name}.safetensors`);
    const y = readSafetensors(files.get(names[5])!).tensors.y;
    files.delete(names[0]);
    files.set(names[1], writeSafetensors({}, { skip: 'too large' }));
    files.set(names[2], writeSafetensors({}, { error: 'no memory' }));
    files.set(names[3], writeSafetensors({ output: y }));
    files.set(names[4], writeSafetensors({}));
    files.set(names[5], writeSafetensors({ y: { shape: y.shape, data: Float64Array.from(y.data) } }));
    const { operators, clean } = await verify(files);
    expect(clean).toBe(false);
    expect(operators[0].counts).toEqual({ missing: 1, skip: 1, error: 1, 'wrong-type': 3, pass: 4 });
    expect(operators[0].skipped).toEqual({ 'too large': 1 });
    const messages = operators[0].findings.map(({ verdict }) => verdict.message);
    expect(messages).toContain(`there is no ${names[0]}`);
    expect(messages).toContain('the engine says: no memory');
  });

  it('[campaign-answers] to questions that are no longer those of the manifest are refused', async () => {
    const changed = async (path: string, change: (bytes: Uint8Array) => Uint8Array | undefined) => {
      const files = answerWith(filesOf({ ops: ['dense'], cases: 3 }), { name: 'own', ops });
      const bytes = change(files.get(path)!);
      if (bytes) files.set(path, bytes);
      else files.delete(path);
      return verify(files).then(
        ({ clean }) => clean,
        (error) => error.message,
      );
    };
    const cut = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3);
    expect(await changed('manifest.json', (bytes) => bytes)).toBe(true);
    expect(await changed('answers/dense-1.safetensors', cut)).toMatch(/dense-1.* is no whole .*\[campaign-answers\]/);
    expect(await changed('cases/dense-1.safetensors', cut)).toMatch(/cases\/dense-1.* is no whole/);
    expect(await changed('cases/dense-1.safetensors', () => undefined)).toContain(
      'cases/dense-1.safetensors is missing',
    );
    const otherX = (bytes: Uint8Array) => {
      const { tensors } = readSafetensors(bytes);
      return writeSafetensors({ ...tensors, x: { shape: tensors.x.shape, data: tensors.x.data.map((v) => v + 1) } });
    };
    expect(await changed('cases/dense-2.safetensors', otherX)).toContain('must hold the x of its case');
  });

  it('[campaign-answers] are judged by the dialect that was asked for', async () => {
    const files = filesOf({ ops: ['maxPool2d', 'depthwiseConv2d'], cases: 20 }, { dialect: 'torch', layout: torch });
    const manifest = manifestOf(files);
    expect(manifest.dialect).toBe('torch');
    for (const { name, id } of manifest.questions) {
      const { layer, expected } = explain(id);
      const { tensors } = readSafetensors(files.get(`cases/${name}.safetensors`)!);
      if (layer.name === 'depthwiseConv2d') expect(tensors.weight.shape[1]).toBe(1); // O, I = 1, H, W
      const [n, h, w, c] = expected.y.shape;
      expect(tensors['expected.y'].shape).toEqual([n, c, h, w]);
      const exact = tensors['expected.y'];
      const y = { shape: exact.shape, data: Float32Array.from(exact.data) };
      files.set(`answers/${name}.safetensors`, writeSafetensors({ y }));
    }
    const report = await verify(files);
    expect(report.engine.dialect).toBe('torch');
    expect(report.clean).toBe(true);
    const subject = answering(manifest, 'it', async (path) => files.get(path));
    const [c] = questionsOf(manifest)[0].cases;
    const call = callOf(subject, c);
    expect((await subject.run(call, c)).kind).toBe('result');
    expect((await subject.run({ ...call, attributes: {} }, c)).kind).toBe('skip'); // in other words: nobody asked so
    expect((await subject.run({ ...call, x: { ...call.x, shape: [] } }, c)).kind).toBe('skip');
    const [{ name }] = manifest.questions;
    const attributes = { ...manifest.questions[0].attributes, ceil_mode: 'maybe' };
    const changed = { ...manifest, questions: [{ ...manifest.questions[0], attributes }] };
    files.set('manifest.json', new TextEncoder().encode(JSON.stringify(changed)));
    await expect(verify(files)).rejects.toThrow('manifest.json must have the attributes of');
    expect(name).toBe('maxPool2d-00');
  });

  it('[campaign-answers] need a manifest of this version, whole and consistent', async () => {
    const manifest = manifestOf(filesOf({ ops: ['dense'], cases: 2 }));
    const [first] = manifest.questions;
    const read = (change: object) => () => readManifest(JSON.stringify({ ...manifest, ...change }));
    expect(read({})).not.toThrow();
    expect(read({ format: 'toeplitz vectors 9' })).toThrow("got 'toeplitz vectors 9' [campaign-answers]");
    for (const numerics of [1, undefined, 3])
      expect(read({ numerics })).toThrow(`of the numerics, got version ${numerics ?? 1}: write the questions anew`);
    expect(read({ numerics: '2' })).toThrow('numerics must be a whole number');
    expect(read({ questions: [] })).toThrow('must have questions');
    expect(read({ questions: [first, first] })).toThrow('each name once');
    expect(read({ questions: [first, { ...first, name: 'other' }] })).toThrow('each id once');
    expect(read({ questions: [{ ...first, name: '../../x' }] })).toThrow('must name its files by letters');
    expect(read({ questions: [{ ...first, id: 'dense/n1' }] })).toThrow('[oracle-caseid]');
    expect(read({ layout: { x: 'NCWH' } })).toThrow('[oracle-layout]');
    expect(read({ dialect: 'fortran' })).toThrow('[dialect-names]');
    expect(read({ traits: { nan: 'maybe' } })).toThrow('[oracle-traits]');
    expect(() => readManifest(JSON.stringify(manifest).slice(0, 99))).toThrow('no whole JSON file');
    expect(() => readManifest('[]')).toThrow('[campaign-answers]');
  });

  it('[campaign-shards] of files are those of the campaign itself', () => {
    const complete = readSettings({ ...settings, shard: { index: 2, of: 3 } });
    const [{ quota }] = planCampaign(asked(settings.ops), complete);
    const files = filesOf({ ...settings, shard: { index: 2, of: 3 } });
    expect(manifestOf(files).questions.filter(({ op }) => op === 'conv2d')).toHaveLength(quota);
    expect(manifestOf(files).shard).toEqual({ index: 2, of: 3 });
  });
});
