// toeplitz smoke: whether calls and tensors arrive, by one small case of each operator. Spec campaign-smoke.

import { parseArgs } from 'node:util';
import { ask, callOf, partsOf } from '../oracle/ask/ask.ts';
import type { Verdict } from '../oracle/ask/verdict.ts';
import type { Case } from '../oracle/case.ts';
import { drawCase } from '../oracle/cases/draw.ts';
import { caseId } from '../oracle/cases/id.ts';
import { layerOf, operandsOf } from '../oracle/cases/tensors.ts';
import { isFailure } from '../oracle/engine-under-test.ts';
import { plain } from '../plain-text.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import { aboveZero } from './campaign-options.ts';
import { engineCommand, splitArguments } from './engine-command.ts';
import { sayStray } from './engine-messages.ts';
import { sayNotStarted } from './not-started.ts';
import { type Remote, remote } from './remote.ts';
import { hintsOn } from './smoke-hints.ts';
import { EXIT } from './usage.ts';

export const help = `toeplitz smoke FILE.mjs
toeplitz smoke COMMAND -- ARGUMENTS

Says within a second whether an adapter works: it starts the engine as \`check\`
does, reads its hello, and asks one small case of each operator and gradient that
it offers. What does not arrive, or comes back in another form, is said in words.

  --timeout S     seconds for the start, and for one call (5)

Exit code: 0 everything arrives, 1 something does not, 2 invalid usage, 3 the
engine could not start.
`;

const options = { timeout: { type: 'string', default: '5' } } as const;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [own, behind] = splitArguments(args);
  const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true });
  const engine = engineCommand('smoke', positionals, behind);
  const timeout = aboveZero('timeout', values.timeout);
  try {
    const running = await remote(engine.command, engine.args, timeout, timeout);
    try {
      return await smoke(running);
    } finally {
      running.close();
      sayStray(running);
    }
  } catch (error) {
    return sayNotStarted('smoke', error, engine);
  }
}

async function smoke(engine: Remote): Promise<number> {
  const { name, version, dialect, layout, ops, gradients, unknown = [] } = engine;
  const say = (text: string): boolean => process.stdout.write(`${text}\n`);
  say(`✓ hello from ${[name, version].filter(Boolean).join(' ')}: ${dialect}, x ${layout.x}, weight ${layout.weight}`);
  if (unknown.length > 0) say(`  offers what the oracle has no questions for: ${unknown.join(', ')}`);
  if (ops.length === 0) say('✗ it offers no operator: name them in ops');
  let wrong = ops.length === 0 ? 1 : 0;
  for (const gradient of [false, true]) {
    for (const op of gradient ? gradients : ops) {
      const lines = await tryOne(engine, op, gradient);
      if (lines[0].startsWith('✗')) wrong++;
      for (const line of lines) say(line);
    }
  }
  say(
    wrong > 0
      ? `${wrong} of what is offered does not work`
      : 'everything arrives: `toeplitz check` judges the operators',
  );
  return wrong > 0 ? EXIT.mismatch : EXIT.clean;
}

/** How many cases are drawn, and how many of them are tried before an operator counts as skipped. */
const [DRAWN, TRIED] = [100, 12];
/** What an axis of length 1, or one that is missing, costs in numbers of a case: it hides the order of the axes. */
const HIDDEN = 30;
const plainValues = ['exact', 'distinct'];

/** Small cases of whole numbers, first those whose tensors have axes of several cells. */
function smallCases(op: string, gradient: boolean, engine: Remote): Case[] {
  const cost = (c: Case): number => {
    const layer = layerOf(c);
    const operands = operandsOf(c, layer);
    const shapes = [operands.x.shape, layer.shape(operands.x.shape)];
    const numbers = Object.values(operands).reduce((sum, each) => sum + (each?.data.length ?? 0), sizeOf(shapes[1]));
    const axes = shapes.flatMap(([, ...rest]) => [...rest, ...Array<number>(Math.max(0, 3 - rest.length)).fill(1)]);
    return numbers + HIDDEN * axes.filter((n) => n === 1).length;
  };
  const drawn = Array.from({ length: DRAWN }, (_, i) => drawCase(op, gradient, 1, i, engine));
  const some = drawn.filter((c) => !c.reject && plainValues.includes(c.values));
  const ranked = some.map((c) => [c, cost(c)] as const).sort(([, a], [, b]) => a - b);
  return ranked.slice(0, TRIED).map(([c]) => c);
}

/** `✓ conv2d: x [1, 3, 3, 2] … there, y [1, 2, 2, 3] back`, or what is wrong, in lines. */
async function tryOne(engine: Remote, op: string, gradient: boolean): Promise<string[]> {
  const name = gradient ? `${op} gradient` : op;
  let skipped = '';
  for (const c of smallCases(op, gradient, engine)) {
    const call = callOf(engine, c);
    const answer = await engine.run(call, c);
    const { verdict } = await ask({ ...engine, run: async () => answer }, c);
    if (verdict.kind === 'skip') {
      skipped = verdict.message;
      continue;
    }
    const tensors = Object.entries(call as unknown as Record<string, Tensor>).flatMap(([what, each]) =>
      each?.data ? [`${what} [${each.shape.join(', ')}]`] : [],
    );
    const back = partsOf(engine, c).map(([part, { shape }]) => `${part} [${shape.join(', ')}]`);
    if (!isFailure(verdict.kind)) return [`✓ ${name}: ${tensors.join(', ')} there, ${back.join(', ')} back`];
    const said = engine.saidOf(caseId(c));
    return [
      `✗ ${name}: ${sentence(verdict)}`,
      `  sent: ${tensors.join(', ')}, attributes ${plain(JSON.stringify(call.attributes))}`,
      ...hintsOn(engine, c, answer).map((hint) => `  ${hint}`),
      ...(said ? [`  on standard error: ${said}`] : []),
      `  case ${caseId(c)}`,
    ];
  }
  return [`✗ ${name}: skips all of ${TRIED} small cases: ${skipped}`];
}

function sentence({ message, first }: Verdict): string {
  const place = first ? `; first at [${first.index.join(', ')}]: expected ${first.expected}, got ${first.got}` : '';
  return plain(message + place);
}
