// An engine that is wrong almost everywhere is asked again in other layouts: does it want its axes in another order?

import { ask, type Outcome } from './ask.ts';
import type { Layout, Subject } from './engine.ts';
import { readLayout } from './layout.ts';
import { operatorOf } from './operators.ts';
import { isFailure } from './verdict.ts';

/** So many wrong answers are asked again, and so many right ones. */
const ASKED = 12;
/** Fewer answers do not speak for a layout. */
const ANSWERS = 4;
/** An engine that is right more often than this has its layout. */
const RIGHT = 0.5;

const activations = ['NCHW', 'NHWC', 'CHWN', 'CNHW', 'HWNC', 'HWCN'] as const;
const weights = ['OIHW', 'HWIO', 'OHWI', 'HWOI', 'IOHW', 'IHWO'] as const;

/** The layout in which the engine is right on what it gets wrong, and on what it gets right. Spec oracle-layout. */
export async function layoutOf(subject: Subject, outcomes: readonly Outcome[]): Promise<Layout | undefined> {
  const answers = outcomes.filter(({ verdict: { kind } }) => kind !== 'skip');
  const wrong = answers.filter(({ verdict: { kind } }) => isFailure(kind));
  const isLost = wrong.some(({ verdict: { kind } }) => kind === 'timeout' || kind === 'crash');
  if (isLost || wrong.length < (1 - RIGHT) * answers.length) return undefined;
  const asked = [...wrong.slice(0, ASKED), ...answers.filter((each) => !wrong.includes(each)).slice(0, ASKED)];
  for (const layout of layoutsFor(asked[0].case.op))
    if (await speaks({ ...subject, layout: readLayout(layout, subject.layout) }, asked)) return layout;
  return undefined;
}

/** The layouts of the tensors that an operator has. */
function layoutsFor(op: string): Layout[] {
  const { family, rank } = operatorOf(op);
  if (rank === 0) return weights.slice(0, 2).map((weight) => ({ weight }));
  if (family === 'max' || family === 'avg') return activations.map((x) => ({ x }));
  if (family !== 'depthwise') return activations.flatMap((x) => weights.map((weight) => ({ x, weight })));
  return activations.flatMap((x) => [...weights.map((weight) => ({ x, weight })), { x, depthwise: 'HWIM' }]);
}

async function speaks(subject: Subject, outcomes: readonly Outcome[]): Promise<boolean> {
  let answers = 0;
  for (const { case: c } of outcomes) {
    const { kind } = (await ask(subject, c)).verdict;
    if (isFailure(kind)) return false;
    if (kind !== 'skip') answers++;
  }
  return answers >= ANSWERS;
}
