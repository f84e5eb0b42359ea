// What is told of one part of the results: what was read of it, or why nothing was. Spec oracle-instead.

import type { Outcome } from '../ask/ask.ts';
import type { Case, Part } from '../case.ts';
import { layerOf, operandsOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Product } from '../findings/finding.ts';
import { askAll, FRESH, freshCase, partOf } from './fresh-tensors.ts';
import { notLinear, notLinearIn } from './linearity.ts';
import { operationIn } from './operations.ts';
import { isChoice, productsOf } from './products.ts';
import type { PartRules, Seen } from './rules.ts';

/** What was read of one part. */
export interface Told {
  readonly part: Part;
  readonly text: string;
  readonly confirmed: boolean;
  readonly products: readonly Product[];
  readonly lines: readonly string[];
  readonly rules: PartRules;
}

/** A part that is told by no products. */
const without = (part: Part, seen: Seen): Told => ({
  part,
  text: seen.text,
  confirmed: seen.confirmed,
  products: [],
  lines: [],
  rules: {
    part,
    isOther: { products: false, biases: false },
    products: [],
    biases: [],
    hasNoBias: false,
    follow: () => false,
    followBias: () => false,
    isBeyondNaN: false,
    seen,
  },
});

/** Another operation in place of the product of two operands, which gives what more fresh tensors give too. */
export async function byOtherOperation(
  subject: EngineUnderTest,
  c: Case,
  part: Part,
  fresh: readonly Outcome[],
): Promise<Told | undefined> {
  const terms = productsOf(c)!;
  const foundIn = (outcomes: readonly Outcome[]): string | undefined =>
    operationIn(
      terms,
      part,
      outcomes.map(({ case: each, theirs }) => ({
        operands: operandsOf(each, layerOf(each)),
        theirs: partOf(theirs, part),
      })),
    );
  if (isChoice(c) || foundIn(fresh) === undefined) return undefined;
  const more = await askAll(subject, FRESH, (i) => freshCase(c, FRESH + i));
  const operation = foundIn([...fresh, ...more]);
  return operation === undefined ? undefined : without(part, { text: operation, confirmed: true, operation });
}

/** What can be said of a part whose matrix cannot be read. */
export async function unread(
  subject: EngineUnderTest,
  part: Part,
  [{ case: c }]: readonly Outcome[],
): Promise<Told | undefined> {
  const operands = await notLinearIn(subject, c, part);
  return operands.length === 0
    ? undefined
    : without(part, {
        text: `no products were read: the results are ${notLinear(operands)}`,
        confirmed: false,
      });
}
