// What is seen where an engine's results are not what its matrix gives: a limit, the sign lost, a result that depends on the
// calls before.

import { ask, type Outcome } from '../ask/ask.ts';
import type { Operands, Part } from '../case.ts';
import { layerOf, operandsOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Prediction } from '../mistake.ts';
import { type Elements, elementsIn, productsOfOutputs, type Value } from './evaluate.ts';
import { notLinear, notLinearIn } from './linearity.ts';
import type { Reading } from './matrix-from-answers.ts';
import type { Seen } from './rules.ts';
import type { Terms } from './terms.ts';

export interface Checked {
  readonly outcome: Outcome;
  readonly theirs: Float32Array | undefined;
  readonly value: Value;
}

export async function nonlinear(
  subject: EngineUnderTest,
  terms: Terms,
  part: Part,
  reading: Reading,
  checked: readonly Checked[],
): Promise<Seen> {
  const chosen = reading.biases.size === 0 ? chosenProduct(terms, part, reading, checked) : undefined;
  if (chosen) return chosen;
  const pairs = checked.flatMap(({ theirs, value }) =>
    [...(theirs ?? [])].map((got, i) => [got, value.data[i]] as const),
  );
  const wrong = pairs.filter(([got, expected]) => Math.abs(got - expected) > 1e-5 * Math.max(1, Math.abs(expected)));
  const [least, most] = [Math.min(...pairs.map(([got]) => got)), Math.max(...pairs.map(([got]) => got))];
  const follows = (f: (value: number) => number): boolean =>
    pairs.every(([got, expected]) => Math.abs(got - f(expected)) <= 1e-5 * Math.max(1, Math.abs(expected)));
  if (wrong.length > 1 && follows((v) => Math.max(v, least)))
    return { text: `results below ${least} become ${least}`, confirmed: true, limits: [least, Infinity] };
  if (wrong.length > 1 && follows((v) => Math.min(v, most)))
    return { text: `results above ${most} become ${most}`, confirmed: true, limits: [-Infinity, most] };
  if (follows((v) => Math.min(most, Math.max(v, least))) && wrong.length > 2)
    return { text: `results are kept between ${least} and ${most}`, confirmed: true, limits: [least, most] };
  if (follows(Math.abs)) return { text: 'the sign of the results is lost', confirmed: true };
  if (wrong.some(([got]) => Number.isNaN(got))) return { text: 'some results are NaN', confirmed: false };
  if (await depends(subject, part, checked))
    return { text: 'the results depend on the calls before', confirmed: false };
  if (terms.structure.kind === 'maximum' && part === 'y')
    return { text: 'the results are not the largest of the cells that are read', confirmed: false };
  const operands = await notLinearIn(subject, checked[0].outcome.case, part);
  const why = operands.length > 0 ? `: they are ${notLinear(operands)}` : '';
  return { text: `the results are not sums of the products that are read${why}`, confirmed: false };
}

/** Whether the same questions in another order have other answers. */
async function depends(subject: EngineUnderTest, part: Part, checked: readonly Checked[]): Promise<boolean> {
  for (const { outcome, theirs } of checked.toReversed()) {
    const again = (await ask(subject, outcome.case)).theirs;
    const data = (
      (part === 'y' ? again : (again as Record<string, unknown> | undefined)?.[part]) as
        | { data?: Float32Array }
        | undefined
    )?.data;
    if (!data || !theirs || data.some((value, i) => !Object.is(value, theirs[i]))) return true;
  }
  return false;
}

/** One of the products of an output in place of all. */
const choices: readonly (readonly [text: string, (list: readonly number[]) => number])[] = [
  ['of several products only the last is kept', (list) => list.at(-1)!],
  ['of several products only the first is kept', (list) => list[0]],
  ['of several products only the largest is kept', (list) => Math.max(...list)],
  ['of several products only the smallest is kept', (list) => Math.min(...list)],
  ['of several cells the sum is given', (list) => list.reduce((a, b) => a + b, 0)],
  ['of several cells the mean is given', (list) => list.reduce((a, b) => a + b, 0) / list.length],
  ['of several products the magnitudes are added', (list) => list.reduce((a, b) => a + Math.abs(b), 0)],
  ['of several products the positive ones alone are added', (list) => list.reduce((a, b) => a + Math.max(0, b), 0)],
];

/** The products of each output in the order of x, and in that of the output. */
const orders: readonly ((elements: Elements) => Elements)[] = [
  (elements) => [...elements].sort((a, b) => a.x - b.x || a.w - b.w || a.y - b.y),
  (elements) => [...elements].sort((a, b) => a.y - b.y || a.x - b.x || a.w - b.w),
];

/** A part of which one product is kept, by the words of {@link choices}. */
export function chosenOf(text: string, terms: Terms, part: Part, operands: Operands, elements: Elements): Prediction {
  const [what, order] = text.split(' in the order of ');
  const choose = choices.find(([name]) => name === what)![1];
  const lists = productsOfOutputs(terms, part, operands, orders[order === 'the output' ? 1 : 0](elements));
  const shape = part === 'y' ? terms.shapes.y : part === 'x' ? terms.shapes.x : terms.shapes.w;
  return { shape, data: Float64Array.from(lists, (list) => (list.length === 0 ? 0 : choose(list))) };
}

function chosenProduct(terms: Terms, part: Part, reading: Reading, checked: readonly Checked[]): Seen | undefined {
  const elements = elementsIn(terms, reading.products);
  const isOfSeveral = ({ outcome }: Checked): boolean =>
    productsOfOutputs(terms, part, operandsOf(outcome.case, layerOf(outcome.case)), elements).some(
      ({ length }) => length > 1,
    );
  if (!checked.some(isOfSeveral)) return undefined; // of one product every choice is the same
  for (const suffix of ['', ' in the order of the output']) {
    for (const [what] of choices) {
      const text = `${what}${suffix}`;
      const isSo = checked.every(({ outcome, theirs }) => {
        const { data } = chosenOf(text, terms, part, operandsOf(outcome.case, layerOf(outcome.case)), elements);
        return (
          theirs?.length === data.length &&
          data.every((value, i) => Math.abs(theirs[i] - value) <= 1e-5 * Math.max(1, Math.abs(value)))
        );
      });
      if (isSo) return { text, confirmed: true, choice: text };
    }
  }
  return undefined;
}
