// Training steps against PyTorch, on one thread and on two. Both start from the same parameters and must lose alike in their
// first steps before anything is timed; then they take turns.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeSafetensors } from '../../dist/formats/index.js';
import { initialize, tensor } from '../../dist/index.js';
import { lenet5, mobilenetV2, resnet } from '../../dist/nets/index.js';
import { fit, momentum } from '../../dist/train/index.js';
import { median } from './figures.mjs';

const BATCH = 32;
/** Steps of a turn; the first is not counted. Some 100 ms are warmed up: a worker begins with code that is not compiled yet. */
const NETS = {
  lenet5: { title: 'LeNet-5', net: lenet5(), shape: [BATCH, 32, 32, 1], turn: 200 },
  resnet20: { title: 'ResNet-20', net: resnet(20), shape: [BATCH, 32, 32, 3], turn: 10 },
  mobilenetV2: {
    ...{ title: 'MobileNetV2', net: mobilenetV2({ classes: 10 }), shape: [BATCH, 32, 32, 3], turn: 6 },
    // Norms of 32 values, of one position in each image, enlarge rounding: after a step float64 gives 2.730, we 2.768.
    tolerances: [1e-5, 0.05],
  },
};
/** Largest relative differences of the first losses that are not mistakes: float32 sums in other orders. */
const TOLERANCES = [1e-3, 1e-3, 1e-3];

/** PyTorch in a process of its own: a question, an answer. */
function pytorch(threads) {
  const script = join(import.meta.dirname, 'training.py');
  const python = spawn(process.env.PYTHON ?? '/usr/bin/python3', [script, String(threads)], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  python.on('error', () => {});
  python.stdin.on('error', () => {});
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  const ask = async (request) => {
    python.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('PyTorch ended: is python3-torch installed?');
    return JSON.parse(value);
  };
  return { ask, end: () => python.stdin.end() };
}

/** `count` steps from these parameters: the milliseconds of all but the first, and the losses. */
async function steps(net, params, batch, count, threads) {
  const [times, losses] = [[], []];
  const batches = { length: count, examples: count * BATCH, epoch: () => Array(count).fill(batch) };
  let last = performance.now();
  await fit(net, params, batches, {
    ...{ optimizer: momentum({ rate: 0.01 }), epochs: 1, threads },
    onProgress({ loss, step }) {
      times.push(performance.now() - last);
      losses.push(loss * step - losses.reduce((sum, each) => sum + each, 0)); // `loss` is the mean of the epoch so far
      last = performance.now();
    },
  });
  return { times: times.slice(1), losses };
}

/** One net: medians of each round, ours and PyTorch's, on so many threads. */
async function compared({ name, title, net, shape, turn, tolerances = TOLERANCES }, { folder, rounds, engines }) {
  const params = initialize(net, shape, { seed: 1 });
  const x = tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 1000) / 500 - 1),
  );
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 10);
  const batch = { x, labels };
  const files = { params: join(folder, `${name}.safetensors`), data: join(folder, `${name}-data.safetensors`) };
  writeFileSync(files.params, writeSafetensors(params));
  writeFileSync(files.data, writeSafetensors({ x, labels: tensor([BATCH], labels) }));
  const { losses } = await steps(net, params, batch, 3, 1);
  for (const { ask } of engines) {
    await ask({ begin: { net: name, ...files } });
    const theirs = (await ask({ steps: 3 })).losses;
    const isNear = tolerances.every((most, i) => Math.abs(losses[i] - theirs[i]) / theirs[i] < most);
    if (!isNear) throw new Error(`${title}: losses ${losses} against ${theirs}`);
  }
  const times = { net: title, toeplitz: engines.map(() => []), pytorch: engines.map(() => []) };
  for (let round = 0; round < rounds; round++)
    for (const [i, { ask, threads }] of engines.entries()) {
      times.toeplitz[i].push(median((await steps(net, params, batch, turn + 1, threads)).times));
      times.pytorch[i].push(median((await ask({ steps: turn })).times));
    }
  return times;
}

/** Rows of all nets, or why there are none. */
export async function training({ rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'toeplitz-training-'));
  const counts = availableParallelism() > 1 ? [1, 2] : [1];
  const engines = counts.map((threads) => ({ threads, ...pytorch(threads) }));
  const rows = [];
  try {
    for (const [name, net] of Object.entries(NETS)) {
      rows.push(await compared({ name, ...net }, { folder, rounds, engines }));
      console.error(`training ${name}`);
    }
    return { rows };
  } catch (error) {
    return { rows, failure: `training: ${error.message}` };
  } finally {
    for (const { end } of engines) end();
    rmSync(folder, { recursive: true });
  }
}
