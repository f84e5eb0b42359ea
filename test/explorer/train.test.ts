// Train and look without a browser: the plan of the controls, the images, the job of the worker.

import { describe, expect, test } from 'vitest';
import { drawCurves, ticks } from '../../src/explorer/chart.ts';
import { schemes } from '../../src/explorer/palette.ts';
import { inkOf } from '../../src/explorer/svg.ts';
import { framed, net, parted, readPair, shape } from '../../src/explorer/train/data.ts';
import { curve, type Measured, type Point, train } from '../../src/explorer/train/job.ts';
import { defaults, readPlan } from '../../src/explorer/train/texts.ts';
import { loadWeights } from '../../src/formats/weights.ts';
import { flatParams } from '../../src/layer/flat-params.ts';

const plan = { examples: 60, batch: 10, rate: 0.02, momentum: 0.9, epochs: 2, seed: 1 };

/** What the job says. */
async function run(args: Partial<Parameters<typeof train>[0]>, signal = new AbortController().signal) {
  const [points, measured]: [Point[], Measured[]] = [[], []];
  await train(
    { plan, ...args },
    (message) => {
      if ('point' in message) points.push(message.point);
      else measured.push(message.measured);
    },
    signal,
  );
  return { points, measured };
}

describe('training in the page', () => {
  test('says the loss, and after each epoch the weights and how good they are', async () => {
    const { points, measured } = await run({});
    expect(points.at(-1)).toMatchObject({ step: 12, steps: 12, loss: expect.any(Number) });
    expect(measured.map(({ epoch, step, heldOut }) => [epoch, step, heldOut])).toEqual([
      [0, 6, 6],
      [1, 12, 6],
    ]);
    expect(loadWeights(net, shape, measured[1].checkpoint).missing).toEqual([]);
  });

  test('goes on from a checkpoint to the bits of a run without interruption', async () => {
    const whole = (await run({})).measured[1];
    const { measured } = await run({ plan: { ...plan, epochs: 1 } });
    const rest = await run({ resume: measured[0].checkpoint });
    const weights = ({ checkpoint }: Measured) => flatParams(loadWeights(net, shape, checkpoint).params);
    expect(weights(rest.measured[0])).toEqual(weights(whole));
  });

  test('a point of the curve is the mean loss since the last one', () => {
    let now = 0;
    const pointAfter = curve(4, () => now);
    const losses = [8, 4, 6, 2, 1, 1, 1, 3];
    const points = losses.map((_, i) => {
      const epoch = Math.floor(i / 4);
      const sofar = losses.slice(4 * epoch, i + 1);
      const loss = sofar.reduce((sum, each) => sum + each, 0) / sofar.length;
      now += 60;
      const rest = { epoch, epochs: 2, accuracy: 0, imagesPerSecond: 1, secondsLeft: 0 };
      return pointAfter({ step: i + 1, steps: 8, loss, ...rest })?.loss;
    });
    expect(points).toEqual([8, undefined, 5, 2, undefined, 1, undefined, 2]);
  });

  test('stops with what it has come to', async () => {
    const stop = new AbortController();
    stop.abort();
    const { points, measured } = await run({}, stop.signal);
    expect([points.length, measured.length]).toEqual([0, 1]);
  });
});

/** An IDX file of bytes. */
const idx = (axes: number[], data: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, axes.length, ...axes.flatMap((axis) => [0, 0, 0, axis]), ...data]);

describe('the images', () => {
  test('IDX files are put into the middle of 32×32 zeros, as shares of 255', async () => {
    const images = idx([2, 28, 28], Array<number>(2 * 784).fill(51));
    const { x, labels } = await readPair({ images, labels: idx([2], [3, 9]) }, 10);
    expect([x.shape, labels]).toEqual([
      [2, 32, 32, 1],
      [3, 9],
    ]);
    expect([x.data[0], x.data[2 * 32 + 1], x.data[2 * 32 + 2]]).toEqual([0, 0, Math.fround(0.2)]);
    expect(framed({ shape: [1, 30, 32, 1], data: new Float32Array(960).fill(1) }).data.slice(0, 33)[32]).toBe(1);
  });

  test.each([
    [idx([2, 40, 28], Array(2 * 1120).fill(0)), idx([2], [1, 2]), 'at most 32 cells a side'],
    [idx([2, 2, 2], Array(8).fill(0)), idx([3], [1, 2, 3]), 'a label for each of the 2 images'],
    [idx([2, 2, 2], Array(8).fill(0)), idx([2], [1, 10]), 'there is a 10'],
    [idx([1, 2, 2], Array(4).fill(0)), idx([1], [1]), 'one to hold out; the file has 1'],
    [idx([0, 28, 28], []), idx([0], []), 'one to hold out; the file has 0'],
    [idx([2, 0, 28], []), idx([2], [1, 2]), 'must have the shape'],
    [Uint8Array.from(idx([2, 1, 1], [1, 2])).with(2, 9), idx([2], [1, 2]), 'must be bytes'],
  ])('a pair that does not go together is refused', async (images, labels, message) => {
    await expect(readPair({ images, labels }, 10)).rejects.toThrow(message);
  });

  test('the last tenth is held out, at least one image', () => {
    const batch = { x: { shape: [5, 32, 32, 1], data: new Float32Array(5 * 1024) }, labels: [0, 1, 2, 3, 4] };
    const { train, test } = parted(batch);
    expect([train.labels, test.labels, test.x.shape[0]]).toEqual([[0, 1, 2, 3], [4], 1]);
  });
});

test('a plan that makes no sense is said beside its control', () => {
  expect(readPlan(defaults).plan).toMatchObject({ examples: 1000, epochs: 6, rate: 0.02 });
  const { plan, problems } = readPlan({ ...defaults, rate: '0', batch: '2.5', epochs: '' });
  expect(plan).toBeUndefined();
  expect(Object.keys(problems)).toEqual(['batch', 'rate', 'epochs']);
});

describe('a chart', () => {
  test('has round numbers on its axes', () => {
    expect(ticks(0, 2.3)).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(ticks(0, 1000)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(ticks(0, 0.00034)).toEqual([0, 0.00005, 0.0001, 0.00015, 0.0002, 0.00025, 0.0003]);
  });

  test('draws what is finite, and one point as a dot', () => {
    const ink = inkOf(schemes.light);
    const axes = { title: 't', x: 'x', y: 'y' };
    const { body } = drawCurves(
      [
        {
          name: 'a',
          points: [
            [0, 1],
            [1, Number.NaN],
            [2, 3],
          ],
        },
      ],
      axes,
      ink,
    );
    expect(body.match(/stroke-width:2"\/>/g)).toHaveLength(2);
    expect(body).not.toContain('NaN');
    expect(drawCurves([{ name: 'a', points: [[1, 1]] }], axes, ink).body).toContain('<circle');
    expect(drawCurves([], axes, ink).body).not.toContain('NaN');
    const epochs = { name: 'a', points: [1, 2].map((epoch) => [epoch, 1 / epoch] as const) };
    const texts = [...drawCurves([epochs], axes, ink).body.matchAll(/text-anchor="middle">([^<]*)/g)];
    expect(texts.map(([, tick]) => tick)).toEqual(['0', '1', '2']);
  });
});
