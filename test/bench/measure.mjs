// One case: the reference, every engine checked against it, then rounds in which the engines take turns.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './figures.mjs';
import { instance } from './plan.mjs';
import * as reference from './reference.mjs';
import { update } from './step.mjs';

/** Largest max |y − reference| / rms(reference) that is not a mistake: ten times what direct float32 sums show. */
const TOLERANCE = 1e-4;
/** Winograd's F(4×4, 3×3) is that much less exact (a sum of transformed values); nets add up their layers' errors. */
const WIDER = 1e-3;
/** A round counts where the chain kept this part of its best speed, and the reading of memory this part of its own … */
const SLOW = 0.9;
const SLOW_MEMORY = 0.7;
/** … and every process had a core for this part of its time. */
const SHARED = 0.95;
/** Rounds that may be repeated, for each that is wanted. */
const PATIENCE = 3;

/** A speed that was reached so often in this run counts as its best: one moment at a higher clock does not. */
const OFTEN = 10;

function speeds() {
  let top = [];
  return {
    see(measured) {
      top = [...top, ...measured].sort((a, b) => b - a).slice(0, OFTEN);
    },
    best: () => top.at(-1) ?? 0,
  };
}

/** Of the chain, in GFLOP/s, and of the reading of memory, in GB/s. */
const [chainSpeeds, memorySpeeds] = [speeds(), speeds()];

export async function measure(each, engines, { rounds, quick, folder }) {
  const work = instance(each);
  const file = join(folder, 'reference.f64');
  writeFileSync(file, referenceOf(work));
  const warm = quick ? 20 : 200;
  const { variants, failures } = await prepared(each, engines, { name: each.name, reference: file, warm });
  rmSync(file);
  const kept = await takeTurns(variants, rounds, quick ? 20 : 150);
  // A process that has ended meanwhile holds nothing any more.
  for (const engine of engines) await engine.ask('drop').catch(() => {});
  const engineTimes = variants.map(({ name, error }, i) => [
    name,
    { error, median: kept.map((round) => round[i].median), best: kept.map((round) => round[i].best) },
  ]);
  const { name, group } = each;
  const chain = kept.map((round) => median(round.flatMap((times) => times.chain)));
  const disturbed = kept.filter((round) => calm(round) < 1).length;
  return {
    result: { name, group, flops: work.flops, chain, disturbed, engines: Object.fromEntries(engineTimes) },
    failures,
  };
}

function referenceOf({ kind, tree, x, dy, labels }) {
  if (kind === 'dx') return reference.inputGradient(tree, dy);
  if (kind === 'dw') return reference.filterGradient(tree, x, dy);
  return kind === 'step' ? moved(tree, x, labels) : reference.forward(tree, Float64Array.from(x));
}

/** The parameters after a step. */
function moved(tree, x, labels) {
  const start = tree.parts.flatMap(({ weight, bias }) => (weight ? [...weight, ...bias] : []));
  return update(tree, x, labels, 0.01).map((move, i) => start[i] + move);
}

/** The variants that can be timed: a wrong result is not, nor what an engine refuses. */
async function prepared(each, engines, request) {
  const variants = [];
  const failures = [];
  for (const engine of engines) {
    const offered = await engine.ask('prepare', request).catch((error) => {
      failures.push(`${each.name}: ${engine.name}: ${error.message.split('\n')[0]}`);
      return [];
    });
    for (const { name, error } of offered) {
      const allowed = ['net', 'step'].includes(each.group) || name === 'winograd' ? WIDER : TOLERANCE;
      if (error <= allowed) variants.push({ engine, name, error });
      else failures.push(`${each.name}: ${name} is off by ${error} of the reference's rms`);
    }
  }
  return { variants, failures };
}

/** At least 1 for a round that nothing disturbed. */
const calm = (round) =>
  Math.min(
    ...round.flatMap(({ chain, memory, core }) => [
      Math.min(...chain) / (SLOW * chainSpeeds.best()),
      Math.min(...memory) / (SLOW_MEMORY * memorySpeeds.best()),
      core / SHARED,
    ]),
  );

/** Undisturbed rounds; when patience ends, the least disturbed of the others too. */
async function takeTurns(variants, rounds, budget) {
  const all = [];
  const quiet = () => all.filter((round) => calm(round) >= 1);
  while (quiet().length < rounds && all.length < rounds * (1 + PATIENCE)) {
    const round = [];
    for (let i = 0; i < variants.length; i++) {
      const turn = (i + all.length) % variants.length;
      round[turn] = await variants[turn].engine.ask('time', { variant: variants[turn].name, budget });
      chainSpeeds.see(round[turn].chain);
      memorySpeeds.see(round[turn].memory);
    }
    all.push(round);
  }
  return all.sort((a, b) => calm(b) - calm(a)).slice(0, rounds);
}

export const bestChain = () => chainSpeeds.best();
