// When a name is given, what speaks for it; and engines whose mistake nobody knows, which get none.

import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../../src/index.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId } from '../../../src/oracle/cases/id.ts';
import { families } from '../../../src/oracle/families/index.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  explain,
  type GradientCall,
  render,
  skip,
} from '../../../src/oracle/index.ts';
import type { ConvGeometry } from '../../../src/window.ts';
import { some } from '../../some.ts';
import { forward, gradient, layerOf, withFault } from '../this-library.ts';
import { campaign, changed, unknown } from './unknown-mistakes.ts';

describe('the name of a mistake', () => {
  it('[oracle-mistakes] comes with what speaks for it, in the data and in the text', async () => {
    const uncounted = withFault('avgPool2d', (call) =>
      forward({ ...call, attributes: { ...call.attributes, countPadding: false } }),
    );
    const report = await checkEngine(uncounted, { ops: ['avgPool2d'], cases: 100, brief: true });
    const { findings, counts } = report.operators[0];
    const { fail = 0, pass = 0, suspect = 0 } = counts;
    const { passes } = findings[0].evidence!;
    expect(findings[0].evidence).toMatchObject({ explained: fail, failures: fail });
    expect(passes).toBeGreaterThan(0.9 * (pass + suspect)); // the largest are not compared
    expect(render(report)).toContain(
      `behaves as if countPadding were ignored: explains ${fail} of ${fail} failures, contradicts none of ${passes} passes\n`,
    );
  });

  it('[oracle-mistakes] does not depend on what else becomes of NaN', async () => {
    /** x with zeros written around it. */
    const padded = (call: Call): Tensor => {
      const { padding } = call.attributes as { padding: [number, number][] | string };
      if (padding === 'valid') return forward(call);
      if (typeof padding === 'string' || call.attributes.ceil) return skip('numbers alone');
      const [[top, bottom], [left, right]] = padding;
      const [N, H, W, C] = call.x.shape;
      const x = tensor([N, top + H + bottom, left + W + right, C]);
      call.x.data.forEach((v, i) => {
        const [row, column] = [Math.floor(i / C / W), Math.floor(i / C) % W];
        const line = Math.floor(row / H) * x.shape[1] + top + (row % H);
        x.data[(line * x.shape[2] + left + column) * C + (i % C)] = v;
      });
      return forward({ ...call, x, attributes: { ...call.attributes, padding: 'valid' } });
    };
    const lost = (call: Call) =>
      padded({ ...call, x: { shape: call.x.shape, data: call.x.data.map((v) => (v === v ? v : -9)) } });
    for (const engine of [padded, lost]) {
      const names = (await campaign(withFault('maxPool2d', engine), 'maxPool2d', 100)).findings;
      expect(names.map(({ mistake }) => mistake)).toContain('padding took part in the maximum as 0');
    }
  });

  it.each([
    ['rounded down, were before the image and the rest after it', Math.floor, true],
    ['rounded up, were on either side', Math.ceil, false],
  ])(
    '[oracle-mistakes] half of all padding, %s, is one cause of wrong values and shapes',
    async (name, whole, isRest) => {
      const shared = (call: Call): Tensor => {
        const { axes } = layerOf(call).geometry!(call.x.shape) as ConvGeometry;
        const padding = axes.slice(1).map(({ before, after }) => {
          const half = whole((before + after) / 2);
          return [half, isRest ? before + after - half : half];
        });
        return forward({ ...call, attributes: { ...call.attributes, padding } });
      };
      const { findings } = await campaign(withFault('conv2d', shared), 'conv2d', 60);
      expect(findings.map(({ mistake }) => mistake)).toEqual([`half of all padding, ${name}`]);
      const ofWords = (call: Call): Tensor => (Array.isArray(call.attributes.padding) ? forward(call) : shared(call));
      const report = await checkEngine(withFault('conv2d', ofWords), { ops: ['conv2d'], cases: 120 });
      expect(report.operators[0].findings).toHaveLength(1);
    },
  );

  it('[oracle-mistakes] stands beside that of another one which explains the rest', async () => {
    const both = changed((y) => (y < 0 ? 0 : y));
    const images = (call: Call): Tensor => {
      const { shape, data } = both(call);
      return { shape, data: data.map((y, i) => (i >= data.length / shape[0] ? 0 : y)) };
    };
    const { findings } = await campaign(withFault('maxPool2d', images), 'maxPool2d', 120);
    expect(findings.map(({ mistake }) => mistake)).toEqual(
      expect.arrayContaining(['the maximum started at 0', 'images after the first stayed 0']),
    );
  });

  it('[oracle-mistakes] is not that of a few failures whose like has another name', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `conv2d/n1h3w3c2_o4k2x2s1x1pvd1x1g1b1/f32/exact/${i + 1}`);
    const odd = `${explain(ids[0]).x.data}`;
    const biased = (call: Call): Tensor => {
      const times = `${call.x.data}` === odd ? 0 : 2;
      return forward({ ...call, bias: { shape: call.bias!.shape, data: call.bias!.data.map((b) => times * b) } });
    };
    const { operators } = await checkEngine(withFault('conv2d', biased), { case: ids });
    expect(operators[0].findings.map(({ mistake, cases }) => [mistake, cases.length])).toEqual([
      ['the bias were added twice', 19],
      [undefined, 1],
    ]);
  });

  it('[oracle-mistakes] is not that of nearly all failures, where the others have no other cause', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `conv2d/n1h3w3c2_o4k2x2s1x1pvd1x1g1b1/f32/exact/${i + 1}`);
    const odd = `${explain(ids[0]).x.data}`;
    const biased = (call: Call): Tensor => {
      const times = `${call.x.data}` === odd ? 5 : 2;
      return forward({ ...call, bias: { shape: call.bias!.shape, data: call.bias!.data.map((b) => times * b) } });
    };
    const { operators } = await checkEngine(withFault('conv2d', biased), { case: ids });
    expect(operators[0].findings.map(({ mistake }) => mistake)).toEqual([undefined]);
  });
});

describe('a mistake in the attributes', () => {
  const padded = (call: Call) => {
    const { padding } = call.attributes as { padding: [number, number][] | string };
    const swapped = typeof padding === 'string' ? padding : padding.map(([before, after]) => [after, before]);
    return { ...call, attributes: { ...call.attributes, padding: swapped } as Call['attributes'] };
  };

  it.each(some(['conv2d', 'avgPool2d', 'depthwiseConv2d', 'convTranspose2d'], 2))(
    '[oracle-mistakes] has one name for the output and the gradients of %s',
    async (op) => {
      const engine: Engine = {
        name: 'exchanged',
        ops: { [op]: (call) => forward(padded(call)) },
        gradients: { [op]: (call) => gradient({ ...padded(call), dy: call.dy }) },
      };
      const { operators } = await checkEngine(engine, { ops: [op], cases: 40, brief: true });
      expect(operators.map(({ findings }) => findings[0].mistake)).toEqual([
        'padding before and after were exchanged',
        'padding before and after were exchanged',
      ]);
    },
  );

  it('[oracle-mistakes] is named where a dialect has another rule for ceil', async () => {
    const raw = (call: Call): Tensor => {
      const y = forward(call);
      const { size, stride, padding, dilation, ceil } = call.attributes as Record<string, number[]> & {
        padding: unknown;
      };
      if (!ceil || (padding !== 'valid' && [padding].flat(2).some((n) => n !== 0))) return y;
      const n = call.x.shape
        .slice(1, 3)
        .map((cells, i) => Math.ceil((cells - (size[i] - 1) * dilation[i] - 1) / stride[i]) + 1);
      const shape = [y.shape[0], ...n, y.shape[3]];
      const data = new Float32Array(shape.reduce((a, b) => a * b)).fill(-Infinity);
      for (let i = 0; i < y.data.length; i++) {
        const [, H, W, C] = y.shape;
        const [row, column] = [Math.floor(i / C / W) % H, Math.floor(i / C) % W];
        data[((Math.floor(i / C / W / H) * n[0] + row) * n[1] + column) * C + (i % C)] = y.data[i];
      }
      return { shape, data };
    };
    const { findings } = await campaign(withFault('maxPool2d', raw), 'maxPool2d', 400);
    expect(findings[0].mistake).toContain("Caffe's rule");
  });
});

describe('a mistake of a transposed convolution', () => {
  const attributesOf = ({ attributes }: Call) => attributes as { padding: unknown; outputPadding: number[] };
  const same = { 'same-upper': 'same-lower', 'same-lower': 'same-upper' } as Record<string, string>;
  const mistakes: [name: RegExp, engine: (call: Call) => Tensor][] = [
    [
      /odd cell of `same`/,
      (call) => {
        const { padding } = attributesOf(call);
        const other = same[padding as string] ?? padding;
        return forward({ ...call, attributes: { ...call.attributes, padding: other } as Call['attributes'] });
      },
    ],
    [
      /outputPadding were filled with zeros/,
      (call) => {
        const { shape, data } = forward(call);
        const [rows, columns] = attributesOf(call).outputPadding;
        const [, H, W, C] = shape;
        const isAdded = (i: number) => Math.floor(i / C) % W >= W - columns || Math.floor(i / C / W) % H >= H - rows;
        return { shape, data: data.map((y, i) => (isAdded(i) ? 0 : y)) };
      },
    ],
    [
      /images after the first stayed 0/,
      (call) => {
        const { shape, data } = forward(call);
        return { shape, data: data.fill(0, data.length / shape[0]) };
      },
    ],
    [
      /flipped \(true convolution\)/,
      (call) => {
        const [h, w, F, C] = call.weight!.shape;
        const data = call.weight!.data.map(
          (_, i) => call.weight!.data[(h * w - 1 - Math.floor(i / F / C)) * F * C + (i % (F * C))],
        );
        return forward({ ...call, weight: { shape: call.weight!.shape, data } });
      },
    ],
  ];

  it.each(some(mistakes, 2))('[oracle-mistakes] is named: %s', async (name, engine) => {
    const { findings } = await campaign(withFault('convTranspose2d', engine), 'convTranspose2d', 100);
    expect(findings[0].mistake).toMatch(name);
    const { layer, x, expected } = explain(findings[0].id);
    expect([layer.name, expected.y.shape]).toEqual(['convTranspose2d', layer.shape(x.shape)]);
  });

  it('[oracle-caseid] writes outputPadding into the id', () => {
    const { layer } = explain('convTranspose2d/n1h2w3c2_o4k3x2s2x3p0.1.1.0d1x1q1x2g2b1/f32/exact/7');
    expect(layer.attributes).toMatchObject({
      filters: 4,
      groups: 2,
      outputPadding: [1, 2],
      padding: [
        [0, 1],
        [1, 0],
      ],
    });
    expect(layer.shape([1, 2, 3, 2])).toEqual([1, 5, 9, 4]);
  });
});

describe('an engine whose mistake nobody knows', () => {
  it.each(some(unknown, 3))('[oracle-mistakes] and that %s gets no name', async (_, engine) => {
    const { findings } = await campaign(withFault('conv2d', engine), 'conv2d', 60);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.flatMap(({ mistake }) => mistake ?? [])).toEqual([]);
  });

  it('[oracle-campaign] and that is wrong for numbers and NaN alike has one finding with all of its cases', async () => {
    const { findings, counts } = await campaign(
      withFault(
        'conv2d',
        changed((y, i) => (i === 0 ? y + 1 : y)),
      ),
      'conv2d',
      120,
      1,
      false,
    );
    expect(findings.map(({ cases }) => cases.length)).toEqual([counts.fail]);
    expect(findings[0].cases.some((id) => id.includes('/nan/'))).toBe(true);
  });

  it('[oracle-mistakes] and that adds 1 to every third value of anything gets no name, whatever the family', async () => {
    const names = some(families, 8).map(({ operators }) => Object.keys(operators)[0]);
    const odd = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((v, i) => (i % 3 > 0 ? v : v + 1)) });
    const gradients = (call: GradientCall) =>
      Object.fromEntries(Object.entries(gradient(call)).map(([name, each]) => [name, odd(each)]));
    const engine: Engine = {
      name: 'odd',
      ops: Object.fromEntries(names.map((name) => [name, (call) => odd(forward(call))])),
      gradients: Object.fromEntries(names.map((name) => [name, gradients])),
    };
    // Cases that are asked for by name are not reduced.
    const cases = (op: string, gradient: boolean) =>
      Array.from({ length: 4 }, (_, i) => caseId(drawCase(op, gradient, 1, i)));
    const ids = names.flatMap((op) => [...cases(op, false), ...cases(op, true)]);
    const { operators } = await checkEngine(engine, { case: [...new Set(ids)] });
    expect(operators).toHaveLength(2 * names.length);
    expect(operators.map(({ status }) => status)).toEqual(operators.map(() => 'fail'));
    expect(operators.flatMap(({ findings }) => findings.flatMap(({ mistake }) => mistake ?? []))).toEqual([]);
  });
});
