// A description of what an engine computes as a mistake: it predicts the results of any case, so all answers of a campaign
// speak for it or against it. Spec oracle-instead.

import type { Case, Operands, Part } from '../case.ts';
import { layerOf, operandsOf } from '../cases/tensors.ts';
import type { Mistake, Prediction, Predictions, Setting } from '../mistake.ts';
import { recent } from '../recent.ts';
import { biasesBeside, followed } from './apply-change.ts';
import { biasElements, elementsOf, evaluatePart } from './evaluate.ts';
import { outputsBeyond } from './matrices.ts';
import { chosenOf } from './nonlinear.ts';
import { byOperation } from './operations.ts';
import { biasTerms, productsOf } from './products.ts';
import type { Terms } from './terms.ts';

/** What one part of the results is computed from: the rules that the right products and biases follow, and what is seen else. */
export interface Hypothesis {
  readonly part: Part;
  readonly text: string;
  readonly cost: number;
  readonly products?: string;
  readonly biases?: string;
  /** Whether the bias is added where the results of the products are written. */
  readonly hasBias?: boolean;
  /** A constant that is added, or takes part in a maximum. */
  readonly constant?: number;
  /** What a maximum over no cell is. */
  readonly ofNone?: number;
  /** Which of several products is kept. */
  readonly choice?: string;
  /** What is computed in place of products. */
  readonly operation?: string;
  readonly limits?: readonly [least: number, most: number];
  /** Whether an index may run past the end of a tensor. */
  readonly mayRunOn?: boolean;
  /** Whether what lies beyond the end of a tensor is NaN, or else nothing. */
  readonly isBeyondNaN?: boolean;
}

const biasesOf = new WeakMap<Terms, Terms>();

const kept = recent<Case, Terms | undefined>((terms) => NUMBERS * (terms?.list.length ?? 0));
/** Four times the numbers that a product takes with its places: the cases come one by one, each for all hypotheses. */
const NUMBERS = 40;

/** The products of a case. */
const termsFor = (c: Case): Terms | undefined => kept(c, 'products', () => productsOf(c));

/** The part of the results that a hypothesis is about; undefined where it changes no product. */
export function predictPart(hypothesis: Hypothesis, c: Case): Prediction | undefined {
  const terms = termsFor(c);
  if (!terms) return undefined;
  const { part, products, biases, hasBias, constant, choice, limits, ofNone = -Infinity, isBeyondNaN } = hypothesis;
  if (hypothesis.operation !== undefined)
    return byOperation(hypothesis.operation, terms, part, operandsOf(c, layerOf(c)));
  const own = biasesOf.get(terms) ?? biasTerms(terms);
  biasesOf.set(terms, own);
  const list = products === undefined ? terms.list : followed(products, terms);
  const beside = hasBias ? biasesBeside(products!, terms) : own.list;
  const added = biases === undefined ? beside : followed(biases, own);
  const isOther = constant !== undefined || choice !== undefined || limits !== undefined;
  if (list === terms.list && added === own.list && !isOther) return undefined;
  const operands: Operands = operandsOf(c, layerOf(c));
  const elements = elementsOf(terms, list);
  if (choice !== undefined) return chosenOf(choice, terms, part, operands, elements);
  const bias = added === own.list ? biasElements(terms) : elementsOf(own, added).map((each) => ({ ...each, x: 0 }));
  const y = evaluatePart(terms, part, operands, elements, bias);
  const isMaximum = terms.structure.kind === 'maximum';
  const data = y.data.map((value) => {
    if (isMaximum && value === -Infinity && constant === undefined) return ofNone;
    const with0 = constant === undefined ? value : isMaximum ? Math.max(constant, value) : value + constant;
    return limits ? Math.min(limits[1], Math.max(limits[0], with0)) : with0;
  });
  if (isBeyondNaN) {
    for (const i of outputsBeyond(terms, part, list)) data[i] = NaN;
    for (const i of outputsBeyond(own, part, added)) data[i] = NaN;
  }
  return { shape: y.shape, data };
}

/** A hypothesis of each part that is wrong, as one mistake. */
export function asMistake(hypotheses: readonly Hypothesis[]): Mistake {
  const predicted = ({ case: c }: Setting): Predictions | undefined => {
    const found = hypotheses
      .filter(({ part }) => c.gradient === (part !== 'y'))
      .flatMap((each) => {
        const prediction = predictPart(each, c);
        return prediction ? [[each.part, prediction] as const] : [];
      });
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  };
  return {
    name: hypotheses.map(({ text }) => text).join('; '),
    result: (s) => predicted(s)?.y,
    gradient: predicted,
  };
}
