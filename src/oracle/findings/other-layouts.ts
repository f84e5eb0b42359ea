// An engine that is wrong almost everywhere is asked again in other layouts: does it want its axes in another order?

import { ask, type Outcome } from '../ask/ask.ts';
import type { Layout } from '../dialect.ts';
import { readLayout } from '../dialects/layout.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';

/** How many of the wrong answers, and how many of the right ones, are asked for again. */
const ASKED = 12;
/** Fewer answers than this are no evidence for a layout. */
const ANSWERS = 4;
/** An engine that is right in a larger share of the cases uses the layout that it declares. */
const RIGHT = 0.5;

/** The layout in which the engine is right on what it gets wrong, and on what it gets right. Spec oracle-layout. */
export async function layoutOf(subject: EngineUnderTest, outcomes: readonly Outcome[]): Promise<Layout | undefined> {
  const answers = outcomes.filter(({ verdict: { kind } }) => kind !== 'skip');
  const wrong = answers.filter(({ verdict: { kind } }) => isFailure(kind));
  const isLost = wrong.some(({ verdict: { kind } }) => kind === 'timeout' || kind === 'crash');
  if (isLost || wrong.length < (1 - RIGHT) * answers.length) return undefined;
  const asked = [...wrong.slice(0, ASKED), ...answers.filter((each) => !wrong.includes(each)).slice(0, ASKED)];
  for (const layout of familyOf(asked[0].case.op).layouts)
    if (await speaks({ ...subject, layout: readLayout(layout, subject.layout) }, asked)) return layout;
  return undefined;
}

async function speaks(subject: EngineUnderTest, outcomes: readonly Outcome[]): Promise<boolean> {
  let answers = 0;
  for (const { case: c } of outcomes) {
    const { kind } = (await ask(subject, c)).verdict;
    if (isFailure(kind)) return false;
    if (kind !== 'skip') answers++;
  }
  return answers >= ANSWERS;
}
