// The oracle's own score: faults that engines shipped, re-created in test/faults, how many it catches and how many it names.

import type { Attributes, Layer } from '../../src/index.ts';
import { operators } from '../../src/oracle/families/index.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  type Finding,
  type GradientCall,
  type Gradients,
} from '../../src/oracle/index.ts';
import { convolutionFaults } from '../faults/convolution.ts';
import type { Fault } from '../faults/fault.ts';
import { normalizationFaults } from '../faults/normalization.ts';
import { poolingFaults } from '../faults/pooling.ts';
import { transposedFaults } from '../faults/transposed.ts';
import { ours } from '../properties/engine.ts';

export const all: readonly Fault[] = [
  ...poolingFaults,
  ...convolutionFaults,
  ...transposedFaults,
  ...normalizationFaults,
];

/** The operator that a fault changes. */
export const operatorOf = ({ engine }: Fault): string => Object.keys(ours).find((name) => engine[name] !== ours[name])!;

/** Layers as an engine for the oracle, one operator of it. */
export function engineOf(op: string, { engine }: Fault): Engine {
  const layer = ({ attributes }: Call): Layer => (engine[op] as (attributes: Attributes) => Layer)(attributes);
  const paramsOf = ({ op, attributes, x, dy, ...params }: Call & { dy?: unknown }) =>
    params as Record<string, Call['x']>;
  return {
    name: op,
    traits: { padding: 'skipped' },
    ops: { [op]: (call) => layer(call).forward(call.x, paramsOf(call)) },
    gradients: {
      [op]: (call: GradientCall) => {
        const { x, params } = layer(call).vjp(call.x, paramsOf(call))[1](call.dy);
        return { x, ...params } as Gradients;
      },
    },
  };
}

export interface Judged {
  readonly id: string;
  readonly class: string;
  readonly isCaught: boolean;
  /** The mistake that explains at least half of the failures. */
  readonly name?: string;
}

/** Of its outputs; if those are right, of its gradients. */
async function findingsOf(op: string, cases: number, { gradients, ...forward }: Engine): Promise<readonly Finding[]> {
  for (const engine of [forward, { ...forward, gradients }]) {
    const findings = (await checkEngine(engine, { ops: [op], cases, brief: true })).operators.flatMap(
      (each) => each.findings,
    );
    if (findings.length > 0) return findings;
  }
  return [];
}

/** Each fault under a campaign; who takes a tie, and operators that no campaign asks, are not caught. */
export async function judgeAll(cases: number, faults: readonly Fault[] = all): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const fault of faults) {
    const op = operatorOf(fault);
    const findings = Object.hasOwn(operators, op) ? await findingsOf(op, cases, engineOf(op, fault)) : [];
    const named = findings.find(({ evidence }) => evidence && 2 * evidence.explained >= evidence.failures);
    judged.push({ id: fault.id, class: fault.class, isCaught: findings.length > 0, name: named?.mistake });
  }
  return judged;
}

/** Faults, caught, named: of each class and of all. */
export function scoreTable(judged: readonly Judged[]): string {
  const row = (title: string, list: readonly Judged[]): string => {
    const count = (test: (each: Judged) => boolean): number => list.filter(test).length;
    return `| ${title} | ${list.length} | ${count(({ isCaught }) => isCaught)} | ${count(({ name }) => name !== undefined)} |`;
  };
  const classes = [...new Set(judged.map((each) => each.class))].sort();
  return [
    '| kind of mistake | shipped | caught | named |',
    '|---|---|---|---|',
    ...classes.map((title) =>
      row(
        title,
        judged.filter((each) => each.class === title),
      ),
    ),
    row('all', judged),
  ].join('\n');
}
