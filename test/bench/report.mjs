// Results as Markdown tables.

import { group, mean, median, ms, ratio, ratios, share, speed } from './figures.mjs';
import { goals, outcome } from './goals.mjs';

const PEERS = ['tfjs', 'tfjs in place', 'ort-web', 'ort-node', 'tfjs-cpu'];
const GROUPS = {
  conv: 'convolutions',
  depthwise: 'depthwise',
  pool: 'pooling',
  dense: 'dense',
  gradient: 'gradients',
  net: 'nets',
  step: 'training step',
};

const digits = (value, count = 3) =>
  value === undefined ? '' : value >= 10 ** count ? value.toFixed(0) : value.toPrecision(count);
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) =>
  [row(head), row(head.map((_, i) => (i > 0 ? '--:' : '---'))), ...rows.map(row)].join('\n');

/** What was aimed at and what came out. */
export function goalTable(results) {
  const rows = goals.flatMap((goal) => {
    const got = outcome(goal, results);
    if (!got) return [];
    const { unit, isCost } = goal;
    const limit = (value) => (value === undefined ? '–' : `${isCost ? '≤' : '≥'} ${value}${unit}`);
    const figure = (value) => (value === undefined ? '' : `${digits(value)}${unit}`);
    const lowest = goal.least === undefined ? '' : `${figure(got.lowest)} (≥ ${goal.least}${unit})`;
    return [
      [
        goal.work,
        limit(goal.goal),
        limit(goal.floor),
        figure(got.value),
        figure(got.best),
        lowest,
        figure(got.inPlace),
        got.verdict,
      ],
    ];
  });
  const head = ['work', 'goal', 'floor', 'median', 'best', 'lowest case', 'tfjs in place', ''];
  return table(head, rows);
}

/** Every case: our times, our share of the chain, and how many times as long the peers take. */
export function caseTable(results) {
  const peers = PEERS.filter((peer) => results.cases.some(({ engines }) => engines[peer]));
  const row = (each, name, label) => [
    label,
    digits(ms(each, name)),
    digits(speed(each, name)),
    `${digits(100 * share(each, name), 2)} %`,
    ...peers.map((peer) => digits(ratio(each, peer, name))),
  ];
  const rows = results.cases
    .filter(({ engines }) => engines.toeplitz)
    .flatMap((each) => [
      row(each, 'toeplitz', each.name),
      ...(each.engines.winograd ? [row(each, 'winograd', `${each.name}, Winograd`)] : []),
    ]);
  return table(['case', 'ms', 'GFLOP/s', 'of the chain', ...peers.map((peer) => `× ${peer}`)], rows);
}

/** Geometric means of each group. */
export function groupTable(results) {
  const peers = PEERS.filter((peer) => results.cases.some(({ engines }) => engines[peer]));
  const rows = Object.entries(GROUPS).flatMap(([name, label]) => {
    const cases = group(results, name).filter(({ engines }) => engines.toeplitz);
    if (cases.length === 0) return [];
    const means = peers.map((peer) => ratios(cases, peer, 'toeplitz', 'median'));
    const shares = cases.map((each) => 100 * share(each, 'toeplitz'));
    return [
      [
        `${label} (${cases.length})`,
        `${digits(mean(shares), 2)} %`,
        ...means.map((all) => (all.length > 0 ? digits(mean(all)) : '')),
      ],
    ];
  });
  return table(['geometric means', 'of the chain', ...peers.map((peer) => `× ${peer}`)], rows);
}

/** What it costs to begin. */
export function importTable({ start, kernels, files, core, minified, packed, unpacked }) {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const begin = Object.entries(start).filter(([name]) => name !== 'empty');
  return [
    table(
      ['process start to first convolution, above an empty process', 'ms'],
      begin.map(([name, time]) => [name, (time - start.empty).toFixed(1)]),
    ),
    '',
    `Kernels ${kb(kernels)} gzipped. The core import: ${files} files, ${kb(core)} gzipped one by one, ${kb(minified)} as one ` +
      `file minified by esbuild. The package: ${kb(packed)} packed, ${kb(unpacked)} unpacked.`,
  ].join('\n');
}

/** The conditions, in a sentence. */
export function conditions({ date, machine, versions, rounds, chain }) {
  const { toeplitz: _, ...peers } = versions;
  const others = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${date}: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node} (V8 ${machine.v8}), one thread. ` +
    `${others.join(', ')}. Medians of ${rounds} rounds; 100 % is a chain of multiplications and additions in registers, ` +
    `here ${digits(chain)} GFLOP/s at best. Every engine from array to array; "in place" leaves x and y where TensorFlow.js keeps them.`
  );
}

/** All of it, as it is printed. */
export function report(results) {
  const noise = results.cases.filter((each) => median(each.chain) < 0.9 * results.chain).map(({ name }) => name);
  return [
    conditions(results),
    ...(results.cases.length > 0 ? [caseTable(results), groupTable(results)] : []),
    ...(results.import ? [importTable(results.import)] : []),
    goalTable(results),
    ...(noise.length > 0
      ? [`The machine was not quiet during ${noise.join(', ')}: the chain stayed below 90 % of its best.`]
      : []),
    ...(results.failures.length > 0 ? ['Not measured:', ...results.failures] : []),
  ].join('\n\n');
}
