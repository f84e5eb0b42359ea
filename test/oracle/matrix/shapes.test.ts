// Outputs of another shape are described by the formula of their size that gives every one of them.

import { expect, it } from 'vitest';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { layerOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { layerFor } from '../../../src/oracle/families/index.ts';
import { settingOf } from '../../../src/oracle/findings/predict.ts';
import { type Call, checkEngine } from '../../../src/oracle/index.ts';
import { shapeMistakes } from '../../../src/oracle/matrix/shapes.ts';
import type { ConvGeometry } from '../../../src/window.ts';

/** What is said of an engine whose outputs have other shapes. */
const said = async (
  op: string,
  shapeOf: (call: Call, right: readonly number[]) => readonly number[],
): Promise<unknown> => {
  const forward = (call: Call) => {
    const y = layerFor(op, call.attributes).forward(call.x, {
      ...(call.weight && { weight: call.weight }),
      ...(call.bias && { bias: call.bias }),
    });
    const shape = shapeOf(call, y.shape);
    const size = shape.reduce((a, b) => a * b, 1);
    return { shape, data: size === y.data.length ? Float32Array.from(y.data) : new Float32Array(size) };
  };
  const engine = { name: 'shapes', traits: { padding: 'skipped' as const }, ops: { [op]: forward } };
  const { operators } = await checkEngine(engine, { ops: [op], cases: 60 });
  const [finding] = operators.flatMap(({ findings }) => findings);
  expect(finding.mistake ?? finding.instead?.evidence).toBeDefined();
  return finding.mistake ?? finding.instead?.text;
};

const axesOf = (op: string, { attributes, x }: Call) =>
  (layerFor(op, attributes).geometry!(x.shape) as ConvGeometry).axes.slice(3 - (x.shape.length - 2));

it('[oracle-instead] says which formula gives the size of an output', async () => {
  const size = await said('conv2d', (call, [n, , , c]) => {
    const axes = axesOf('conv2d', call);
    const isSame = /^same/.test(String(call.attributes.padding));
    return [n, ...axes.map((a) => a.output + Number(!isSame && a.stride > 1 && isRest(a))), c];
  });
  expect(size).toBe('the size of the output follows from steps = ceil(room / stride)');
});

const isRest = ({ input, before, after, size, dilation, stride }: ConvGeometry['axes'][number]): boolean =>
  (input + before + after - ((size - 1) * dilation + 1)) % stride > 0;

it('[oracle-instead] says which number of the output is another one', async () => {
  expect(await said('conv2d', ({ x }, [n, h, w]) => [n, h, w, x.shape[3]])).toBe(
    'the number of the output channels is that of the input channels',
  );
  expect(await said('avgPool2d', (_, [, h, w, c]) => [1, h, w, c])).toBe('the number of the images is 1');
});

it('[oracle-instead] predicts no shape with fewer than no elements, or with more than could be held', () => {
  for (const op of ['conv2d', 'convTranspose2d', 'maxPool2d']) {
    const subject = inProcess({ name: 'shapes', ops: { [op]: ({ x }: Call) => x } });
    const cases = Array.from({ length: 40 }, (_, i) => drawCase(op, false, 1, i, subject));
    const mistakes = cases.flatMap((c) => {
      const [n, h, w, channels] = layerOf(c).shape(shapeOf(c));
      return [1, 2].flatMap((more) => shapeMistakes(c, [n, h + more, w + more, channels]));
    });
    const named = new Map(mistakes.map(({ mistake }) => [mistake.name, mistake]));
    expect(named.size).toBeGreaterThan(5);
    for (const mistake of named.values())
      for (const c of cases) {
        const found = mistake.result?.(settingOf(c));
        expect(found?.data.length ?? 0).toBe(found?.shape.reduce((a, b) => a * b, 1) ?? 0);
      }
  }
});

it('[oracle-instead] says what a transposed convolution leaves out of its size', async () => {
  const size = await said('convTranspose2d', (call, [n, h, w, c]) => {
    const [a, b] = (call.attributes.outputPadding ?? [0, 0]) as readonly [number, number];
    return [n, h - a, w - b, c];
  });
  expect(size).toBe('the size of the output follows from output = (input − 1) · stride + reach − before − after');
});
