// Known mistakes of convolutions and pools, each as a small change to a case or to its setting. The list follows defects
// that real engines shipped; `behaves as if …` completes the sentence of each. Spec oracle-mistakes, oracle-score.

import { convInputGrad, convWeightGrad } from '../reference/convolution.ts';
import { sameShape } from '../tensor.ts';
import { outputs } from '../window.ts';
import { type Case, isPossible, layerOf, shapeOf } from './cases.ts';
import { outputIn, widened } from './dialect-results.ts';
import type { CeilRule } from './dialects.ts';
import { borderFaults } from './faults-border.ts';
import { convolutionFaults } from './faults-conv.ts';
import { gradientFaults, right } from './faults-gradient.ts';
import { paddedFaults } from './faults-padded.ts';
import { poolFaults } from './faults-pool.ts';
import { tailFaults } from './faults-tail.ts';
import { transposedFaults } from './faults-transpose.ts';
import { windowFaults } from './faults-window.ts';
import type { Family, Part } from './operators.ts';
import { evaluate, type Prediction, type Setting, settingOf } from './setting.ts';

/** One mistake; each of its functions gives undefined where the mistake makes no difference. */
export interface Fault {
  /** A clause after "behaves as if". */
  readonly name: string;
  readonly families?: readonly Family[];
  /** The case that is answered instead of the one that was asked, with the same tensors. */
  readonly instead?: (c: Case) => Case | undefined;
  /** What is computed instead. */
  readonly setting?: (s: Setting) => Setting | undefined;
  /** The result instead. */
  readonly result?: (s: Setting) => Prediction | undefined;
  /** The rule of some dialects for ceil: an engine that follows it speaks one of those. */
  readonly rule?: CeilRule;
  /** What becomes of NaN: right answers to NaN speak against it, as they do not against other mistakes. */
  readonly isAboutNaN?: boolean;
  /** For gradients: the gradients instead. */
  readonly gradient?: (s: Setting) => Partial<Record<Part, Prediction>> | undefined;
}

export const allFaults: readonly Fault[] = [
  ...windowFaults,
  ...convolutionFaults,
  ...tailFaults,
  ...paddedFaults,
  ...borderFaults,
  ...poolFaults,
  ...transposedFaults,
  ...gradientFaults,
];

/** A transposed convolution has a geometry of its own: of the mistakes of all families, those that change attributes. */
const bearsOn = ({ families, instead }: Fault, family: Family): boolean =>
  families ? families.includes(family) : family !== 'transpose' || instead !== undefined;

/** What an engine with this mistake gives for a case, if that differs in kind from the right answer. */
export function predict(fault: Fault, s: Setting): Partial<Record<Part, Prediction>> | undefined {
  if (!bearsOn(fault, s.family)) return undefined;
  if (s.case.gradient)
    return fault.gradient ? fault.gradient(s) : (gradientInstead(fault, s) ?? gradientOf(fault.setting?.(s), s));
  if (fault.rule) return some(fault.result!(s));
  if (fault.result) return some(inDialect(fault.result(s), s));
  if (fault.setting) return some(inDialect(evaluated(fault.setting(s)), s));
  const instead = fault.instead?.(s.case);
  if (!instead || !isPossible(instead)) return undefined;
  const { g, divisor, layer } = settingOf(instead);
  return some(widened(evaluate({ ...s, g, divisor, layer }), outputIn(s.dialect, instead)));
}

/** A result of our shape in that of the dialect. */
const inDialect = (y: Prediction | undefined, s: Setting): Prediction | undefined =>
  y && sameShape(y.shape, s.layer.shape(shapeOf(s.case))) ? widened(y, outputIn(s.dialect, s.case)) : y;

/** The gradients of the case that is answered instead, where its output has the same shape. */
function gradientInstead({ instead }: Fault, s: Setting): Partial<Record<Part, Prediction>> | undefined {
  const other = instead?.(s.case);
  if (!other || !isPossible(other)) return undefined;
  const layer = layerOf(other);
  return sameShape(layer.shape(shapeOf(other)), s.layer.shape(shapeOf(s.case))) ? right({ ...s, layer }) : undefined;
}

/** The gradients of a convolution whose windows lie elsewhere, by the plain loops. */
function gradientOf(changed: Setting | undefined, s: Setting): Partial<Record<Part, Prediction>> | undefined {
  const isConvolution = s.family === 'conv' || s.family === 'depthwise';
  if (!changed || !isConvolution || outputs(changed.g.axes) !== outputs(s.g.axes)) return undefined;
  const all = right(s);
  const [x, weight] = [new Float64Array(s.x.length), new Float64Array(s.w.length)];
  convInputGrad(changed.g, s.dy!, changed.w, x);
  convWeightGrad(changed.g, changed.x, s.dy!, weight);
  return { ...all, x: { ...all.x!, data: x }, weight: { ...all.weight!, data: weight } };
}

const evaluated = (s: Setting | undefined): Prediction | undefined => s && evaluate(s);
const some = (y: Prediction | undefined): Partial<Record<Part, Prediction>> | undefined => y && { y };

/** The mistakes the oracle can name, as sentences: `behaves as if ${name}`. Spec oracle-mistakes. */
export const faults: readonly string[] = allFaults.map(({ name }) => name);
