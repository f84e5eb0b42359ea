// The mistakes that give one answer to one question, outside of any campaign. Spec oracle-mistakes.

import type { Layer } from '../../layer/layer.ts';
import type { Tensor } from '../../tensor.ts';
import type { Verdict } from '../ask/verdict.ts';
import type { Bound } from '../bounds/bound.ts';
import type { Case, Operands } from '../case.ts';
import { familyOf } from '../families/index.ts';
import { agreementOf } from './agreement.ts';
import { mistakesOf, settingOf } from './predict.ts';

/** Each mistake is tried by plain loops: more multiplications than this would take seconds for all. */
const PRODUCTS = 300000;
/** With fewer wrong values, too many mistakes would agree. */
const VALUES = 4;
/** How many names are given at most. */
const NAMES = 4;

/** The question as a case, with its tensors written out. */
function caseOf(layer: Layer, operands: Operands): Case {
  const tensors = Object.entries(operands).filter((each): each is [string, Tensor] => each[1] !== undefined);
  return {
    ...familyOf(layer.name).caseOf(layer, operands),
    op: layer.name,
    gradient: false,
    seed: 0,
    given: Object.fromEntries(tensors.map(([name, { data }]) => [name, [...data]])),
  };
}

/** The names of the mistakes that give exactly these values. */
export function mistakesIn(
  layer: Layer,
  operands: Operands,
  bound: Bound,
  theirs: unknown,
  { kind, wrong }: Verdict,
  most = PRODUCTS,
): readonly string[] {
  if (kind !== 'wrong-shape' && (kind !== 'fail' || wrong < VALUES)) return [];
  const setting = settingOf(caseOf(layer, operands));
  if (setting.products > most) return [];
  const parts = [['y', { shape: layer.shape(operands.x.shape), bound }]] as const;
  const names = mistakesOf(layer.name)
    .filter((mistake) => agreementOf(mistake, { setting, parts, theirs }) === 'agrees')
    .map(({ name }) => name);
  return names.slice(0, NAMES);
}
