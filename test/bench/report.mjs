// Results as Markdown tables.

import { closeness, group, mean, median, ms, named, ours, ratio, ratios, share, speed } from './figures.mjs';
import { goals, outcome } from './goals.mjs';

const PEERS = ['tfjs', 'ort-web', 'ort-node', 'tfjs-cpu'];
const GROUPS = {
  conv: 'convolutions',
  depthwise: 'depthwise',
  pool: 'pooling',
  dense: 'dense',
  gradient: 'gradients',
  float64: 'convolutions in float64',
  net: 'nets',
  step: 'training step',
};

const digits = (value, count = 3) =>
  value === undefined ? '' : value >= 10 ** count ? value.toFixed(0) : value.toPrecision(count);
const percent = (part) => (part === undefined ? '' : `${(100 * part).toFixed(0)} %`);
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) =>
  [row(head), row(head.map((_, i) => (i > 0 ? '--:' : '---'))), ...rows.map(row)].join('\n');

/** The goals, and what was reached. */
export function goalTable(results) {
  const rows = goals.flatMap((goal) => {
    const got = outcome(goal, results);
    if (!got) return [];
    const { unit, least, price } = goal;
    const asked = (value) => (value === undefined ? '' : `${price ? '≤' : '≥'} ${value}${unit}`);
    const figure = (value) => (value === undefined ? '' : `${digits(value)}${unit}`);
    const lowest = least === undefined ? '' : `${figure(got.lowest)} (≥ ${least}${unit})`;
    return [
      [
        goal.work,
        asked(goal.goal),
        asked(goal.floor),
        figure(got.value),
        figure(got.best),
        figure(got.bound),
        lowest,
        got.verdict,
      ],
    ];
  });
  return table(['work', 'goal', 'floor', 'median', 'best', 'at the limit', 'lowest case', ''], rows);
}

const peersOf = ({ cases }) => PEERS.filter((peer) => cases.some(({ engines }) => engines[peer]));

/** Every case: our times in place and from array to array, our share of the chain, how many times as long peers take. */
export function caseTable(results) {
  const line = (each, label, name) => [
    label,
    digits(ms(each, name ?? ours(each))),
    digits(speed(each, 'median', name)),
    percent(share(each, 'median', name)),
    name ? '' : percent(closeness(each)),
    name ? '' : digits(ms(each, 'toeplitz')),
    ...peersOf(results).map((peer) => digits(ratio(each, peer, 'median', name))),
  ];
  const rows = results.cases
    .filter(({ engines }) => engines.toeplitz)
    .flatMap((each) => [
      line(each, each.name),
      ...(each.engines.winograd ? [line(each, `${each.name}, Winograd`, 'winograd')] : []),
    ]);
  const head = ['case', 'ms in place', 'GFLOP/s', 'of the chain', 'of the limit', 'ms array to array'];
  return table([...head, ...peersOf(results).map((peer) => `× ${peer}`)], rows);
}

/** Nets on two threads: our time, what it is of one thread's, and how many times as long peers take on two. */
export function threadTable({ cases }) {
  const rows = cases
    .filter(({ engines }) => engines['toeplitz@2'])
    .map((each) => [
      each.name,
      digits(ms(each, 'toeplitz@2')),
      digits(ratio(each, 'toeplitz', 'median', 'toeplitz@2')),
      ...['ort-web@2', 'ort-node@2'].map((peer) => digits(ratio(each, peer, 'median', 'toeplitz@2'))),
    ]);
  return table(['two threads', 'ms', '× one thread', '× ort-web', '× ort-node'], rows);
}

/** Training steps: our time on one thread, and PyTorch's, as medians of the rounds' quotients; the same on two. */
export function trainingTable({ training }) {
  const quotient = (theirs, ours) => digits(median(ours.map((time, i) => theirs[i] / time)));
  const rows = training.map(({ net, toeplitz, pytorch }) => [
    net,
    digits(median(toeplitz[0])),
    quotient(pytorch[0], toeplitz[0]),
    ...(toeplitz[1]
      ? [digits(median(toeplitz[1])), quotient(toeplitz[0], toeplitz[1]), quotient(pytorch[1], toeplitz[1])]
      : ['', '', '']),
  ]);
  const head = ['training step, batch 32', 'ms', '× PyTorch', 'ms on two threads', '× one thread', '× PyTorch on two'];
  return table(head, rows);
}

const more = (results) => [
  ...(results.cases.some(({ engines }) => engines['toeplitz@2']) ? [threadTable(results)] : []),
  ...(results.training?.length > 0 ? [trainingTable(results)] : []),
];

/** Geometric means of each group. */
export function groupTable(results) {
  const rows = Object.entries(GROUPS).flatMap(([name, label]) => {
    const cases = group(results, name).filter(({ engines }) => engines.toeplitz);
    if (cases.length === 0) return [];
    const means = peersOf(results).map((peer) => ratios(cases, peer, 'median'));
    const shares = cases.map((each) => share(each, 'median'));
    const all = means.map((each) => (each.length > 0 ? digits(mean(each)) : ''));
    return [[`${label} (${cases.length})`, percent(mean(shares)), ...all]];
  });
  return table(['geometric means', 'of the chain', ...peersOf(results).map((peer) => `× ${peer}`)], rows);
}

/** The cost of starting. */
export function importTable({ start, packed, unpacked }) {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const begin = Object.entries(start).filter(([name]) => name !== 'empty');
  return [
    table(
      ['process start to first convolution, above an empty process', 'ms'],
      begin.map(([name, time]) => [name, (time - start.empty).toFixed(1)]),
    ),
    '',
    `The package: ${kb(packed)} packed, ${kb(unpacked)} unpacked.`,
  ].join('\n');
}

/** The conditions of the measurement. */
export function conditions({ date, machine, versions, rounds, chain }) {
  const { toeplitz: _, ...peers } = versions;
  const others = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${date}: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node} (V8 ${machine.v8}), one thread. ` +
    `${others.join(', ')}. Medians of ${rounds} rounds. "The chain" is a sequence of multiplications and additions in ` +
    `registers${chain > 0 ? `, which reaches ${digits(chain)} GFLOP/s here at best` : ''}. The limit of a case is the time ` +
    `of its arithmetic at the speed of the chain, or the time to read x and the weights and to write y once, whichever is ` +
    `longer. "In place" means that x and y stay in the memory of the engine, which is how TensorFlow.js is measured; ONNX ` +
    `Runtime goes from array to array, and is compared with toeplitz from array to array. Columns with × say how many ` +
    `times as long the other engine takes.`
  );
}

/** The whole report, as it is printed. */
export function report(results) {
  const noise = results.cases.filter(({ disturbed }) => disturbed > 0);
  return [
    conditions(results),
    ...(results.cases.length > 0 ? [caseTable(results), groupTable(results)] : []),
    ...more(results),
    ...(results.import ? [importTable(results.import)] : []),
    goalTable(results),
    ...(noise.length > 0
      ? [`Disturbed rounds: ${noise.map(({ name, disturbed }) => `${name} ${disturbed}`).join(', ')}.`]
      : []),
    ...(results.failures.length > 0 ? ['Not measured:', ...results.failures] : []),
  ].join('\n\n');
}

/** The rows of the README's table: what is timed, its cases, and the engine of ours that is asked for by name. */
const WORK = [
  ['convolutions', (results) => group(results, 'conv')],
  ['3×3 convolutions with Winograd', (results) => group(results, 'conv'), 'winograd'],
  ['depthwise convolutions', (results) => group(results, 'depthwise')],
  ['pooling', (results) => group(results, 'pool')],
  ['dense, one image', (results) => group(results, 'dense')],
  ['ResNet-50', (results) => named(results, 'resnet50')],
  ['VGG-16', (results) => named(results, 'vgg16')],
  ['VGG-16 with Winograd', (results) => named(results, 'vgg16'), 'winograd'],
];
const TITLES = {
  tfjs: 'TensorFlow.js (WebAssembly)',
  'ort-web': 'ONNX Runtime (WebAssembly)',
  'ort-node': 'ONNX Runtime (native)',
};

/** What the README shows: how many times as fast we are as each peer, geometric means over the cases. */
export function peerTable(results) {
  const peers = Object.keys(TITLES);
  const rows = WORK.map(([work, select, name]) => {
    const cases = select(results).filter(({ engines }) => engines[name ?? 'toeplitz']);
    const means = peers.map((peer) => ratios(cases, peer, 'median', name));
    const label = cases.length > 1 ? `${work} (mean of ${cases.length})` : work;
    return [label, ...means.map((each) => (each.length > 0 ? `${digits(mean(each))}×` : ''))];
  });
  const begin = ({ start }, engine) => `${Math.round(start[engine] - start.empty)} ms`;
  const { import: cost, machine } = results;
  const notes = cost && [
    '',
    `Measured on ${machine.cpu} with Node ${machine.node}. From the start of a process to the first result takes ${begin(cost, 'toeplitz')} here, ` +
      `${peers.map((peer) => `${begin(cost, peer)} with ${TITLES[peer]}`).join(', ')}.`,
  ];
  return [
    table(['time of the other engine / ours', ...peers.map((peer) => TITLES[peer])], rows),
    ...(notes ?? []),
  ].join('\n');
}

/** What the guide shows: the conditions, and every case. */
export const casePage = (results) =>
  [
    conditions(results),
    caseTable(results),
    ...more(results),
    ...(results.import ? [importTable(results.import)] : []),
  ].join('\n\n');
