// Every way in which the results of an engine may have come about, by the rules that explain what was read of one case.

import type { Outcome } from '../ask/ask.ts';
import { workOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { agreementOf, answeredCaseOf } from '../findings/agreement.ts';
import type { Mistake } from '../mistake.ts';
import type { Suspect } from './choose-description.ts';
import type { Description } from './describe-case.ts';
import { BESIDE, BEYOND, inGradients, ofBias } from './difference-in-words.ts';
import { asMistake, type Hypothesis } from './hypotheses.ts';
import type { PartRules } from './rules.ts';

/** The failures that were answered, the smallest first. */
export const smallestOf = (failures: readonly Outcome[]): Outcome[] =>
  failures.filter(({ theirs }) => theirs !== undefined).toSorted((a, b) => workOf(a.case) - workOf(b.case));

/** How many hypotheses of one part are combined with those of the others. */
const COMBINED = 12;

/** Every way in which the parts that are wrong may have come about. */
export function suspectsOf(
  subject: EngineUnderTest,
  found: Description | undefined,
  failures: readonly Outcome[],
): Suspect[] {
  if (!found || found.rules.length === 0) return [];
  const { op } = failures[0].case;
  const isMaximum = familyOf(op).structure(op)?.kind === 'maximum';
  const parts = found.rules.map((rules) => hypothesesOf(rules, isMaximum));
  const usable = parts.map((list) => (parts.length === 1 ? list : ranked(subject, list, failures).slice(0, COMBINED)));
  const combined = usable.reduce<(readonly Hypothesis[])[]>(
    (lists, part) => lists.flatMap((list) => part.map((each) => [...list, each])),
    [[]],
  );
  return combined
    .filter((list) => list.length === found.rules.length)
    .map((list) => {
      const cost = 2 + list.reduce((sum, each) => sum + each.cost, 0);
      const isRunning = list.some(({ mayRunOn }) => mayRunOn);
      return { mistake: named(list), cost, ...(isRunning && { rival: asMistake(list.map(otherBeyond)) }) };
    })
    .sort((a, b) => a.cost - b.cost);
}

/** NaN beyond the end of a tensor in place of nothing, and the other way round. */
const otherBeyond = ({ isBeyondNaN, ...rest }: Hypothesis): Hypothesis =>
  isBeyondNaN ? rest : { ...rest, ...(rest.mayRunOn && { isBeyondNaN: true }) };

/** The hypotheses of a part that explain most of the smallest failures first. */
function ranked(subject: EngineUnderTest, list: readonly Hypothesis[], failures: readonly Outcome[]): Hypothesis[] {
  const first = smallestOf(failures)
    .slice(0, 6)
    .map((outcome) => answeredCaseOf(subject, outcome));
  const agreed = (each: Hypothesis): number =>
    first.filter((answered) => agreementOf(asMistake([each]), answered) === 'agrees').length;
  return list
    .map((each) => [each, agreed(each)] as const)
    .sort((a, b) => b[1] - a[1])
    .map(([each]) => each);
}

/** One text for the parts that have the same. */
function named(list: readonly Hypothesis[]): Mistake {
  const mistake = asMistake(list);
  if (list.length === 1 && list[0].part === 'y') return mistake;
  const texts = [...new Set(list.map(({ text }) => text))];
  const name = texts
    .map((text) =>
      inGradients(
        list.flatMap((each) => (each.text === text ? each.part : [])),
        text,
      ),
    )
    .join('; ');
  return { ...mistake, name };
}

function hypothesesOf(
  { part, products, biases, isOther, hasNoBias, constant, ofNone, seen, isBeyondNaN }: PartRules,
  isMaximum: boolean,
): Hypothesis[] {
  if (isOther.products && products.length === 0) return [];
  if (isOther.biases && biases.length === 0 && !products.some(({ hasBias }) => hasBias)) return [];
  if (seen && (seen.choice ?? seen.operation ?? seen.limits) === undefined) return [];
  const found: Hypothesis[] = [];
  const some = isOther.products ? biases.slice(0, COMBINED) : biases;
  for (const product of isOther.products ? products : [undefined]) {
    const hasBias = isOther.biases && product?.hasBias;
    for (const bias of isOther.biases && !hasBias ? some : [undefined]) {
      const texts = [
        ...(product ? [product.text] : []),
        ...(bias ? [ofBias(bias.text)] : hasBias ? [BESIDE] : []),
        ...(constant === undefined ? [] : [`the constant ${constant} ${isMaximum ? 'takes part' : 'is added'}`]),
        ...(seen ? [seen.text] : []),
      ];
      const own: Hypothesis = {
        part,
        text: [...new Set(texts)].join('; '),
        cost: (product?.cost ?? 0) + (bias?.cost ?? 0),
        ...(product && { products: product.text }),
        ...(bias && { biases: bias.text }),
        ...(hasBias && { hasBias }),
        ...(constant !== undefined && { constant }),
        ...(ofNone !== undefined && { ofNone }),
        ...(seen?.choice !== undefined && { choice: seen.choice }),
        ...(seen?.operation !== undefined && { operation: seen.operation }),
        ...(seen?.limits && { limits: seen.limits }),
        ...((product?.mayRunOn || bias?.mayRunOn) && { mayRunOn: true }),
      };
      // Where the case that was read has no bias, both are possible in others.
      const beside = part === 'y' && product && !isOther.biases && hasNoBias;
      if (!isBeyondNaN && beside)
        found.push({ ...own, text: [...texts, BESIDE].join('; '), cost: own.cost + 0.5, hasBias: true });
      if (!isBeyondNaN) found.push(own);
      if (isBeyondNaN || product?.mayRunOn || bias?.mayRunOn)
        found.push({ ...own, text: [...texts, BEYOND].join('; '), cost: own.cost + 0.5, isBeyondNaN: true });
    }
  }
  return found.filter(({ text }) => text !== '');
}
