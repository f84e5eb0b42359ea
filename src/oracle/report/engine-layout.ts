// Places of a finding as the engine counts them: in the order of its own axes, with their letters. Spec oracle-report.

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { partsOf } from '../ask/ask.ts';
import type { Element } from '../ask/verdict.ts';
import { parseCaseId } from '../cases/id.ts';
import { shapeOf } from '../cases/tensors.ts';
import { inLetters, ownLayout } from '../dialects/layout.ts';
import { layoutKeyOf, theirTensor } from '../dialects/translate.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { EnginePlaces, Finding } from '../findings/finding.ts';

/** The finding with its places in the layout of the engine, where that is another than ours. */
export function withEnginePlaces(subject: EngineUnderTest, finding: Finding): Finding {
  const { id, verdict } = finding;
  const { part, first, worst } = verdict;
  if (!first) return finding;
  const c = parseCaseId(id);
  const key = layoutKeyOf(c, part);
  if (key === 'none' || subject.layout[key] === ownLayout[key]) return finding;
  const found = partsOf(subject, c).find(([name]) => name === part);
  if (found === undefined) return finding;
  const [, { shape }] = found;
  const numbered = { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => i) };
  const theirs = theirTensor(subject, c, part, numbered);
  const place = ({ index }: Element): readonly number[] =>
    placeOf(theirs.shape, theirs.data.indexOf(indexAt(shape, index)));
  const axes = inLetters(subject.layout[key], shapeOf(c).length - 2);
  const inEngine: EnginePlaces = { axes, first: place(first), ...(worst && { worst: place(worst) }) };
  return { ...finding, inEngine };
}
