// What a wrong node computes instead, where another node gives exactly its numbers: another attribute, its inputs
// exchanged, nothing at all, or what follows it as well. Spec judge-instead.
//
//   Resize, coordinate_transformation_mode half_pixel      the numbers are those of align_corners

import { SpecError } from '../errors.ts';
import { decode } from '../onnx/decode.ts';
import { isFloat } from '../onnx/element-types.ts';
import { type Draft, encode } from '../onnx/encode.ts';
import { type PlannedNode, replanned } from '../onnx/plan.ts';
import { Value } from '../onnx/value.ts';
import { sameShape } from '../tensor.ts';
import type { Enclosure } from './enclosure.ts';
import type { Failure } from './explanation.ts';
import { exchangedFilters, takenChannels, wrongChannels } from './other-channels.ts';
import { enclosed } from './rules-by-operator.ts';
import { verdictOn } from './verdict.ts';

type Setting = number | string | readonly number[];

/** The settings that implementations take for one another, by operator and attribute; of several attributes every combination. */
type Confusions = Readonly<Record<string, Readonly<Record<string, readonly Setting[]>>>>;

const axes = { axis: [-1, 0, 1, 2, 3] };
const epsilons = { epsilon: [1e-5, 1e-3, 1e-6, 0] };
const resizing = {
  mode: ['nearest', 'linear'],
  coordinate_transformation_mode: ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'],
  nearest_mode: ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
};

const confusions: Confusions = {
  AveragePool: { count_include_pad: [0, 1] },
  BatchNormalization: epsilons,
  Celu: { alpha: [1] },
  Concat: axes,
  DepthToSpace: { mode: ['DCR', 'CRD'] },
  Elu: { alpha: [1] },
  Gelu: { approximate: ['none', 'tanh'] },
  GroupNormalization: epsilons,
  HardSigmoid: { alpha: [0.2, 1 / 6], beta: [0.5] },
  InstanceNormalization: epsilons,
  LayerNormalization: epsilons,
  LeakyRelu: { alpha: [0, 0.01, 0.1, 0.2, 0.3] },
  LogSoftmax: axes,
  LpPool: { p: [1, 2, 3] },
  Pad: { mode: ['constant', 'reflect', 'edge', 'wrap'] },
  Resize: resizing,
  Softmax: axes,
  Upsample: { mode: resizing.mode },
};

/** Operators whose two inputs may be exchanged. */
const ORDERED = new Set(['Sub', 'Div', 'Pow', 'MatMul', 'Concat']);

/** Of larger nodes only a few are tried. */
const MOST_WORK = 1 << 28;

interface Other {
  /** Completes "behaves as if". */
  readonly name: string;
  readonly give: () => Enclosure | undefined;
}

/** What gives all of the numbers, the first that does. */
export function otherNodes(failure: Failure): readonly string[] {
  const { theirs, declared } = failure;
  const found = others(failure).find(({ give }) => {
    const enclosure = given(give);
    if (enclosure === undefined || !sameShape(enclosure.value.shape, theirs.shape)) return false;
    const { kind } = verdictOn(enclosure, theirs, declared, false);
    return kind === 'pass' || kind === 'suspect';
  });
  return found ? [found.name] : [];
}

/** Some nodes cannot have what is tried. */
function given(give: () => Enclosure | undefined): Enclosure | undefined {
  try {
    return give();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return undefined;
  }
}

function others(failure: Failure): Other[] {
  const { planned, inputs, k, declared } = failure;
  const { op } = planned.node;
  const of = (other: PlannedNode | undefined, own = inputs): Enclosure | undefined =>
    other && enclosed(other, own, declared, true)?.[k];
  const work = (planned.plan?.cost ?? 0) + failure.theirs.data.length;
  const isExchanged = ORDERED.has(op) && inputs.length === 2;
  return [
    ...settingsOf(planned).map(({ name, attributes }) => ({
      name,
      give: () => of(replanned(planned, { attributes })),
    })),
    ...(isExchanged
      ? [
          {
            name: 'its inputs were exchanged',
            give: () => of(replanned(planned, { isReversed: true }), [...inputs].reverse()),
          },
        ]
      : []),
    ...channelsOf(failure, of(planned)),
    { name: 'it gave its first input', give: () => inputs[0] },
    { name: 'negative results became 0', give: () => mapped(of(planned), (v) => Math.max(0, v)) },
    { name: 'results were cut at 0 and 6', give: () => mapped(of(planned), (v) => Math.min(6, Math.max(0, v))) },
    { name: 'every result were 0', give: () => mapped(of(planned), () => 0, 0) },
  ].slice(work > MOST_WORK ? -4 : 0);
}

/** Two filters exchanged, or outputs that stand in the place of others. */
function channelsOf({ planned, inputs, theirs, declared, k }: Failure, right: Enclosure | undefined): Other[] {
  const wrong = right && wrongChannels(right, theirs);
  if (wrong === undefined) return [];
  const taken = takenChannels(right as Enclosure, theirs, wrong);
  if (taken !== undefined) return [{ name: taken, give: () => exactlyOf(theirs, right as Enclosure) }];
  const [weight, [a, b]] = [inputs[1], wrong];
  if (wrong.length !== 2 || planned.node.op !== 'Conv' || weight === undefined || weight.radius) return [];
  const others = [inputs[0], exchangedFilters(weight, a, b), ...inputs.slice(2)];
  return [
    {
      name: `the filters of output channels ${a} and ${b} were exchanged`,
      give: () => enclosed(planned, others, declared, true)?.[k],
    },
  ];
}

/** What was found to hold: nothing is left to judge. */
const exactlyOf = ({ data }: Failure['theirs'], { value }: Enclosure): Enclosure => ({
  value: new Value(value.type, value.shape, Float64Array.from(data)),
});

/** Results within their radii, changed by a function that brings no two of them further apart. */
function mapped(enclosure: Enclosure | undefined, change: (v: number) => number, share = 1): Enclosure | undefined {
  if (enclosure === undefined || !isFloat(enclosure.value.type)) return undefined;
  const { value, radius } = enclosure;
  const { order } = value;
  const radii = radius?.in(order).map((r) => r * share);
  return { value: value.with(value.in(order).map(change)), ...(radii && share > 0 && { radius: value.with(radii) }) };
}

/** The node with each other setting. */
function settingsOf({
  node,
}: PlannedNode): { readonly name: string; readonly attributes: PlannedNode['node']['attributes'] }[] {
  const table: Record<string, readonly Setting[]> = { ...(Object.hasOwn(confusions, node.op) && confusions[node.op]) };
  const pads = node.attributes.get('pads')?.ints.list('pads', MOST_PADS);
  if (WINDOWS.has(node.op) && pads) table.pads = movedPads(pads);
  let list: (readonly (readonly [string, Setting])[])[] = [[]];
  for (const [name, settings] of Object.entries(table))
    list = list.flatMap((each) => [each, ...settings.map((setting) => [...each, [name, setting] as const])]);
  return list
    .filter((each) => each.length > 0)
    .sort((a, b) => a.length - b.length)
    .map((each) => ({
      name: each.map(([name, setting]) => `${name} were ${textOf(setting)}`).join(' and '),
      attributes: new Map([
        ...node.attributes,
        ...each.map(([name, setting]) => [name, attribute(name, setting)] as const),
      ]),
    }));
}

const textOf = (setting: Setting): string => (Array.isArray(setting) ? `[${setting.join(', ')}]` : String(setting));

const WINDOWS = new Set(['Conv', 'MaxPool', 'AveragePool', 'LpPool']);
const MOST_PADS = 16;

/** Pads of which cells on one axis, or the same number on every axis, are at the other end. */
function movedPads(pads: readonly number[]): number[][] {
  const rank = pads.length / 2;
  const moved = (by: (axis: number) => number): number[] =>
    pads.map((pad, i) => pad + (i < rank ? by(i) : -by(i - rank)));
  const steps = [-1, 1, -2, 2];
  const one = Array.from({ length: rank }, (_, axis) => steps.map((step) => moved((i) => (i === axis ? step : 0))));
  const every = rank > 1 ? steps.map((step) => moved(() => step)) : [];
  return [...one.flat(), ...every].filter((each) => each.every((pad) => pad >= 0));
}

function attribute(name: string, setting: Setting) {
  const whole = name === 'axis' || name === 'p' || name === 'count_include_pad';
  const draft: Draft = Array.isArray(setting)
    ? { name, type: 7, ints: setting }
    : typeof setting === 'string'
      ? { name, type: 3, s: new TextEncoder().encode(setting) }
      : whole
        ? { name, type: 2, i: setting as number }
        : { name, type: 1, f: setting as number };
  return decode('Attribute', encode('Attribute', draft));
}
