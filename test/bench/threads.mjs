// Two threads against one: `npm run bench:threads` computes ResNet-50 and VGG-16 and trains LeNet-5 and ResNet-20, first compares
// every bit, then times both by turns. Prints medians, their ratio, and the load of the machine, which must be quiet: a thread
// waits for the others at every step. An argument is the number of rounds.

import { availableParallelism, cpus, loadavg } from 'node:os';
import { compile, initialize, tensor } from '../../dist/index.js';
import { lenet5, resnet, vgg16 } from '../../dist/nets/index.js';
import { compileParallel } from '../../dist/threads/index.js';
import { fit, momentum } from '../../dist/train/index.js';
import { median } from './figures.mjs';

const THREADS = 2;
const BATCH = 32;
const rounds = Number(process.argv[2] ?? 7);
if (availableParallelism() < THREADS) throw new Error(`${THREADS} processors are needed`);

const filled = (shape) =>
  tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ((i * 7919) % 1000) / 500 - 1),
  );

function compare(name, a, b) {
  if (a.length !== b.length || a.some((value, i) => !Object.is(value, b[i]))) throw new Error(`${name}: other bits`);
}

/** Both by turns, the second first in every other round: milliseconds each. */
async function timed(one, two) {
  const times = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const i of round % 2 ? [1, 0] : [0, 1]) times[i].push(await [one, two][i]());
  return times;
}

function say(name, [one, two]) {
  const ratio = median(one.map((time, i) => time / two[i]));
  const best = Math.min(...one) / Math.min(...two);
  console.log(
    `${name.padEnd(20)} 1 thread ${median(one).toFixed(1)} ms, ${THREADS} threads ${median(two).toFixed(1)} ms, ` +
      `ratio ${ratio.toFixed(2)} (of the least times ${best.toFixed(2)}), load ${loadavg()[0].toFixed(1)}`,
  );
}

const clocked = async (run) => {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
};

console.log(`${cpus()[0].model}, Node ${process.versions.node}`);
for (const [name, net] of [
  ['ResNet-50', resnet(50)],
  ['VGG-16', vgg16()],
]) {
  const shape = [1, 224, 224, 3];
  const params = initialize(net, shape, { seed: 1 });
  const [one, two] = [compile(net, shape, params), compileParallel(net, shape, params, { threads: THREADS })];
  const x = filled(shape);
  compare(name, (await two(x)).data, one(x).data);
  const turns = [one, two].map((run) => () => clocked(() => run(x)));
  say(name, await timed(...turns));
}

/** The parameters after some steps, and the milliseconds of a step: the median without the first two. */
async function trained(net, params, batch, count, threads) {
  const times = [];
  let last = performance.now();
  const batches = { length: count, examples: count * BATCH, epoch: () => Array(count).fill(batch) };
  const onProgress = () => {
    times.push(performance.now() - last);
    last = performance.now();
  };
  const options = { optimizer: momentum({ rate: 0.01 }), epochs: 1, threads, onProgress };
  const result = await fit(net, params, batches, options);
  return { params: result.params, time: median(times.slice(2)) };
}

const arraysOf = (params) =>
  Object.values(params).flatMap((each) => (ArrayBuffer.isView(each.data) ? [each.data] : arraysOf(each)));

for (const [name, net, shape, steps] of [
  ['training LeNet-5', lenet5(), [BATCH, 32, 32, 1], 20],
  ['training ResNet-20', resnet(20), [BATCH, 32, 32, 3], 6],
]) {
  const params = initialize(net, shape, { seed: 1 });
  const batch = { x: filled(shape), labels: Int32Array.from({ length: BATCH }, (_, i) => i % 10) };
  const [one, two] = [await trained(net, params, batch, 4, 1), await trained(net, params, batch, 4, THREADS)];
  for (const [i, data] of arraysOf(two.params).entries()) compare(name, data, arraysOf(one.params)[i]);
  const turns = [1, THREADS].map((threads) => async () => (await trained(net, params, batch, steps, threads)).time);
  say(name, await timed(...turns));
}
