// What an engine with a known mistake gives for a case. Spec oracle-mistakes.

import { sameShape } from '../../tensor.ts';
import type { Case } from '../case.ts';
import { isAskable, isPossible, layerOf, operandsOf, shapeOf } from '../cases/tensors.ts';
import type { DialectName } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { families, familyOf } from '../families/index.ts';
import type { Mistake, Prediction, Predictions, Setting } from '../mistake.ts';

/** A case taken apart, as an engine of that dialect reads it. */
export function settingOf(c: Case, dialect: DialectName = 'toeplitz'): Setting {
  const family = familyOf(c.op);
  const layer = layerOf(c);
  const operands = family.operandsIn(dialects[dialect], operandsOf(c, layer));
  return family.setting(dialect, c, layer, operands);
}

/** The mistakes that may be made in an operator. */
export const mistakesOf = (op: string): readonly Mistake[] => familyOf(op).mistakes;

/** What an engine with this mistake gives for a case, if that differs in kind from the right answer. */
export function predict(mistake: Mistake, s: Setting): Predictions | undefined {
  if (s.case.gradient) return gradientsBy(mistake, s);
  const family = familyOf(s.case.op);
  const converted = (y: Prediction | undefined, c = s.case) => y && family.predictionIn(dialects[s.dialect], c, y);
  if (mistake.result) {
    const y = mistake.result(s);
    return some(mistake.isRuleOf ? y : converted(y));
  }
  if (mistake.setting) {
    const changed = mistake.setting(s);
    return some(converted(changed && s.evaluate(changed)));
  }
  const instead = mistake.instead?.(s.case);
  if (!instead || !isAskable(instead)) return undefined;
  const y = converted(s.evaluate(family.answering(s, instead, layerOf(instead))), instead);
  // Of values that the spec leaves open, over no cell, the shape is known alone.
  return some(isPossible(instead) ? y : y && { ...y, open: new Uint8Array(y.data.length).fill(1) });
}

const some = (y: Prediction | undefined): Predictions | undefined => y && { y };

function gradientsBy(mistake: Mistake, s: Setting): Predictions | undefined {
  if (mistake.gradient) return mistake.gradient(s);
  const changed = mistake.setting?.(s);
  return gradientsInstead(mistake, s) ?? (changed && s.moved(changed, s));
}

/** The gradients of the case that is answered instead, where its output has the same shape. */
function gradientsInstead({ instead }: Mistake, s: Setting): Predictions | undefined {
  const other = instead?.(s.case);
  if (!other || !isPossible(other)) return undefined;
  const layer = layerOf(other);
  return sameShape(layer.shape(shapeOf(other)), s.layer.shape(shapeOf(s.case)))
    ? s.gradients({ ...s, layer })
    : undefined;
}

/** All mistakes, each once, in the order of the families. */
const allMistakes: readonly Mistake[] = [...new Set(families.flatMap(({ mistakes }) => mistakes))];

/** The mistakes the oracle can name, as sentences: `behaves as if ${name}`. Spec oracle-mistakes. */
export const faults: readonly string[] = [...new Set(allMistakes.map(({ name }) => name))];
