// The mistakes that give one answer to one question, outside of any campaign. Spec oracle-mistakes.

import type { Layer } from '../layer/layer.ts';
import { outputs, type Padding, taps } from '../window.ts';
import { standOf } from './agreement.ts';
import type { Bound } from './bound.ts';
import type { Case } from './cases.ts';
import { allFaults } from './faults.ts';
import { geometryOf, type Operands } from './forms.ts';
import { operatorOf } from './operators.ts';
import { settingOf } from './setting.ts';
import type { Verdict } from './verdict.ts';

/** Each mistake is tried by plain loops: more multiplications than this would take seconds for all. */
const PRODUCTS = 300000;
/** Fewer wrong values are met by many a mistake. */
const VALUES = 4;
/** So many names are given. */
const NAMES = 4;

/** The question as a case, with its tensors written out. */
function caseOf(layer: Layer, { x, weight, bias }: Operands): Case {
  const { family } = operatorOf(layer.name);
  const a = layer.attributes as Readonly<Record<string, never>>;
  const g = geometryOf(layer, x.shape);
  const [channels, filters] = family === 'transpose' ? [g.filters, g.channels] : [g.channels, g.filters];
  const list = (name: string): readonly number[] => a[name] ?? [];
  const tensors = Object.entries({ x, weight, bias }).flatMap(([name, t]) => (t ? [[name, [...t.data]]] : []));
  return {
    op: layer.name,
    gradient: false,
    batch: g.batch,
    space: x.shape.slice(1, -1),
    groups: g.groups,
    channels,
    filters,
    size: list('size'),
    stride: list('stride'),
    padding: (a.padding as Padding | undefined) ?? 'valid',
    dilation: list('dilation'),
    bias: bias !== undefined,
    ceil: a.ceil ?? false,
    countPadding: a.countPadding ?? false,
    outputPadding: list('outputPadding'),
    values: 'given',
    seed: 0,
    given: Object.fromEntries(tensors),
  };
}

/** The names of the mistakes that give exactly these values. */
export function mistakesIn(
  layer: Layer,
  operands: Operands,
  bound: Bound,
  theirs: unknown,
  { kind, wrong }: Verdict,
): readonly string[] {
  if (kind !== 'wrong-shape' && (kind !== 'fail' || wrong < VALUES)) return [];
  const setting = settingOf(caseOf(layer, operands));
  const { g } = setting;
  if (g.batch * outputs(g.axes) * taps(g.axes) * g.groups * g.filters * g.channels > PRODUCTS) return [];
  const parts = [['y', { shape: layer.shape(operands.x.shape), bound }]] as const;
  const names = allFaults
    .filter((fault) => standOf(fault, { setting, parts, theirs }) === 'agrees')
    .map(({ name }) => name);
  return names.slice(0, NAMES);
}
