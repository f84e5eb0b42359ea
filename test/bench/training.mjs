// Training steps against PyTorch, one thread each: `npm run bench:training` needs a python3 with torch (Debian's
// python3-torch; its path in PYTHON). Both start from the same parameters and must lose alike for three steps before
// anything is timed; then they take turns. Prints the medians and their ratio.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { writeSafetensors } from '../../dist/formats/index.js';
import { initialize, tensor } from '../../dist/index.js';
import { lenet5, resnet } from '../../dist/nets/index.js';
import { fit, momentum } from '../../dist/train/index.js';
import { median } from './figures.mjs';

const BATCH = 32;
const NETS = {
  lenet5: { net: lenet5(), shape: [BATCH, 32, 32, 1], turn: 20 },
  resnet20: { net: resnet(20), shape: [BATCH, 32, 32, 3], turn: 4 },
};
/** Largest relative difference of a loss that is not a mistake: float32 sums in other orders, after three steps. */
const TOLERANCE = 1e-3;
const rounds = Number(process.argv[2] ?? 7);

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-training-'));
const python = spawn(process.env.PYTHON ?? '/usr/bin/python3', [join(import.meta.dirname, 'training.py'), '1'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
async function ask(request) {
  python.stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error('PyTorch ended: is python3-torch installed?');
  return JSON.parse(value);
}

/** `count` steps from these parameters: the milliseconds of all but the first, and the losses. */
async function steps(net, params, batch, count) {
  const [times, losses] = [[], []];
  const batches = { length: count, examples: count * BATCH, epoch: () => Array(count).fill(batch) };
  let last = performance.now();
  const { history } = await fit(net, params, batches, {
    optimizer: momentum({ rate: 0.01 }),
    epochs: 1,
    onProgress({ loss, step }) {
      times.push(performance.now() - last);
      losses.push(loss * step - losses.reduce((sum, each) => sum + each, 0)); // `loss` is the mean of the epoch so far
      last = performance.now();
    },
  });
  if (history.length !== 1) throw new Error('an epoch was expected');
  return { times: times.slice(1), losses };
}

console.log(`${cpus()[0].model}, Node ${process.versions.node}; training steps, batch ${BATCH}, one thread`);
for (const [name, { net, shape, turn }] of Object.entries(NETS)) {
  const params = initialize(net, shape, { seed: 1 });
  const x = tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 1000) / 500 - 1),
  );
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 10);
  const files = { params: join(folder, `${name}.safetensors`), data: join(folder, `${name}-data.safetensors`) };
  writeFileSync(files.params, writeSafetensors(params));
  writeFileSync(files.data, writeSafetensors({ x, labels: tensor([BATCH], labels) }));
  await ask({ begin: { net: name, ...files } });
  const theirs = (await ask({ steps: 3 })).losses;
  const batch = { x, labels };
  const { losses: own } = await steps(net, params, batch, 3);
  const off = Math.max(...own.map((loss, i) => Math.abs(loss - theirs[i]) / theirs[i]));
  if (!(off < TOLERANCE)) throw new Error(`${name}: losses ${own} against ${theirs}`);
  const [mine, torch] = [[], []];
  for (let round = 0; round < rounds; round++) {
    mine.push(median((await steps(net, params, batch, turn + 1)).times));
    torch.push(median((await ask({ steps: turn })).times));
  }
  const ratio = median(mine.map((time, i) => torch[i] / time));
  console.log(
    `${name.padEnd(9)} toeplitz ${median(mine).toFixed(1)} ms, PyTorch ${median(torch).toFixed(1)} ms, PyTorch / toeplitz ${ratio.toFixed(2)} (losses agree to ${off.toExponential(1)})`,
  );
}
python.stdin.end();
rmSync(folder, { recursive: true });
