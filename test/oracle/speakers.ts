// Engines that speak the dialects: this library behind attributes, layouts and pools written as each library documents them.

import {
  type Attributes,
  type Layer,
  type Shape,
  SpecError,
  type Tensor,
  tensor,
  toChannelsFirst,
  toChannelsLast,
} from '../../src/index.ts';
import { callOf } from '../../src/oracle/ask/ask.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { layerOf as oursOf } from '../../src/oracle/cases/tensors.ts';
import { familyOf, layerFor } from '../../src/oracle/families/index.ts';
import {
  type Call,
  type CeilRule,
  type DialectName,
  dialects,
  type Engine,
  type GradientCall,
  type Gradients,
} from '../../src/oracle/index.ts';
import { sameShape, sizeOf } from '../../src/tensor.ts';
import { permuted } from '../permuted.ts';
import { forward, gradient, names as operatorNames } from './this-library.ts';

type Given = Readonly<Record<string, never>>;
type Pairs = readonly (readonly [number, number])[];

/** A window as this library names it; what an operator has none of is undefined. */
interface Read {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: string | Pairs;
  readonly dilation?: readonly number[];
  readonly groups?: number;
  readonly ceil?: boolean;
  readonly countPadding?: boolean;
  readonly outputPadding?: readonly number[];
}

const equal = (pads: readonly number[]): Pairs => pads.map((pad) => [pad, pad]);
const halves = (pads: readonly number[]): Pairs =>
  pads.slice(0, pads.length / 2).map((before, i) => [before, pads[i + pads.length / 2]]);
const neighbours = (pads: readonly number[]): Pairs => [
  [pads[0], pads[1]],
  [pads[2], pads[3]],
];
const is = <T>(value: unknown, what: T): boolean => value === what;

/** Cells that output_shape has beyond the least. */
function beyond(a: Given, { x }: Call, size: readonly number[]): number[] {
  const pads: Pairs = is(a.padding, 'VALID') ? equal(size.map(() => 0)) : (a.padding as Pairs).slice(1, -1);
  const [strides, dilations, output] = [a.strides, a.dilations, a.output_shape] as number[][];
  return size.map((k, i) => {
    const least = (x.shape[i + 1] - 1) * strides[i] + (k - 1) * dilations[i] + 1 - pads[i][0] - pads[i][1];
    return output[i + 1] - least;
  });
}

/** How each library writes a window. */
export const readers: Readonly<Record<DialectName, (a: Given, call: Call, size: readonly number[]) => Read>> = {
  toeplitz: (a) => a as unknown as Read,
  onnx: (a) => ({
    size: a.kernel_shape,
    stride: a.strides,
    dilation: a.dilations,
    padding: is(a.auto_pad, 'NOTSET')
      ? halves(a.pads)
      : { VALID: 'valid', SAME_UPPER: 'same-upper', SAME_LOWER: 'same-lower' }[a.auto_pad as string]!,
    groups: a.group,
    ceil: is(a.ceil_mode, 1),
    countPadding: is(a.count_include_pad, 1),
    outputPadding: a.output_padding,
  }),
  torch: (a) => ({
    size: a.kernel_size,
    stride: a.stride,
    dilation: a.dilation,
    padding: is(a.padding, 'same') ? 'same-upper' : equal(a.padding ?? (a.kernel_size as number[]).map(() => 0)),
    groups: a.groups,
    ceil: a.ceil_mode,
    countPadding: a.count_include_pad,
    outputPadding: a.output_padding,
  }),
  tensorflow: (a, call, size) => ({
    size: a.ksize ?? size,
    stride: call.op.startsWith('depthwise') ? (a.strides as number[]).slice(1, -1) : a.strides,
    dilation: a.dilations,
    padding: is(a.padding, 'SAME')
      ? 'same-upper'
      : is(a.padding, 'VALID')
        ? 'valid'
        : (a.padding as Pairs).slice(1, -1),
    outputPadding: a.output_shape && !is(a.padding, 'SAME') ? beyond(a, call, size) : undefined,
  }),
  webnn: (a, _, size) => ({
    size: a.windowDimensions ?? size,
    stride: a.strides,
    dilation: a.dilations,
    padding: neighbours(a.padding),
    groups: a.groups,
    ceil: is(a.outputShapeRounding, 'ceil'),
    outputPadding: a.outputPadding,
  }),
  caffe: (a) => ({
    size: a.pool ? [a.kernel_h, a.kernel_w] : a.kernel_size,
    stride: a.pool ? [a.stride_h, a.stride_w] : a.stride,
    padding: equal(a.pool ? [a.pad_h, a.pad_w] : a.pad),
    dilation: a.dilation,
    groups: a.group,
    ceil: is(a.round_mode, 'CEIL'),
    countPadding: true,
  }),
};

/** Whether a tensor of an operator has its channels first in a dialect. */
const isFirst = (name: DialectName, op: string, part: string, { shape }: Tensor): boolean =>
  dialects[name].layout.x === 'NCHW' && familyOf(op).tensors[part] === 'x' && shape.length > 2;

/** Images in our layout. */
const lastOf = (name: DialectName, op: string, part: string, t: Tensor): Tensor =>
  isFirst(name, op, part, t) ? toChannelsLast(t) : t;

/** The tensors of a call in our layout. */
function ourTensors(name: DialectName, { op, x, weight }: Call): { x: Tensor; weight?: Tensor } {
  const first = dialects[name].layout.x === 'NCHW';
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  const filters = (w: Tensor): Tensor => {
    if (first) return permuted(w, [...spatial, 1, 0]);
    const [C, M] = w.shape.slice(-2);
    const isSplit = name === 'tensorflow' && op.startsWith('depthwise');
    return isSplit ? { shape: [...w.shape.slice(0, -2), 1, C * M], data: w.data } : w;
  };
  const isKernel = weight && weight.shape.length > 1;
  return { x: lastOf(name, op, 'x', x), ...(weight && { weight: isKernel ? filters(weight) : weight }) };
}

/** The layers that an operator is asked about, one of each kind, where these depend on nothing but their attributes. */
function layersOf(op: string): readonly Attributes[] {
  const drawn = Array.from({ length: 40 }, (_, i) => oursOf(drawCase(op, false, 1, i)));
  const { attached } = familyOf(op);
  const own = ({ attributes }: Layer): Attributes =>
    Object.fromEntries(Object.entries(attributes).filter(([what]) => !Object.hasOwn(attached, what)));
  return [...new Map(drawn.map((each) => [JSON.stringify(own(each)), own(each)])).values()];
}

const layers = Object.fromEntries(operatorNames.map((op) => [op, layersOf(op)]));

/** The layer, if it takes x. */
function fitting(op: string, attributes: Attributes, x: Shape): Layer | undefined {
  try {
    const layer = layerFor(op, attributes);
    return layer.shape(x) && layer;
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}

/** The pads of the axes of space: in order for all axes, the last axis first, pair by pair, or before and after by themselves. */
function padsOf(a: Given): Pairs {
  const own = (a.pad ?? []) as number[];
  if (own.length > 0) return own.flatMap((n, i) => (i % 2 === 0 ? [[n, own[i + 1]] as const] : [])).toReversed();
  if (a.paddings) return (a.paddings as Pairs).slice(1, -1);
  if (a.beginningPadding)
    return (a.beginningPadding as number[]).map((n, i) => [n, (a.endingPadding as number[])[i]] as const).slice(2);
  return halves(a.pads).slice(2);
}

/** The blocks of torch, which have the other order, or of ONNX and TensorFlow. */
const blocksOf = (a: Given, torch: unknown): Attributes[] => [
  { size: torch ?? a.blocksize ?? a.block_size, order: a.mode ?? (torch === undefined ? 'DCR' : 'CRD') },
];

/** Images come with their channels last or first; some libraries slice every axis. */
function readSlice(a: Given): Attributes[] {
  if (a.begin) {
    const axes = (a.begin as number[]).map((_, k) => k).slice(1);
    const of = (list: readonly number[]): number[] => axes.map((k) => list[k]);
    return [{ axes, starts: of(a.begin), ends: of(a.end), steps: of(a.strides) }];
  }
  const own = { starts: a.starts ?? a.start, ends: a.ends ?? a.end, steps: a.steps ?? a.step };
  const theirs = (a.axes ?? a.dim) as number[];
  return [2, 3, 4, 5].map((rank) => ({ ...own, axes: theirs.map((k) => (k === 1 ? rank - 1 : k - 1)) }));
}

/** Each library's upsampling in our words; places of one kind where it has no other. */
function readUpsample(a: Given): Attributes[] {
  const words = {
    half_pixel: 'half-pixel',
    pytorch_half_pixel: 'half-pixel-or-first',
    tf_half_pixel_for_nn: 'half-pixel-start',
    align_corners: 'align-corners',
  } as const;
  const theirs = String(a.mode ?? a.method);
  const mode = theirs.includes('linear') ? 'linear' : 'nearest';
  const scale = a.scale_factor ?? (a.axes ? a.scales : (a.scales as number[] | undefined)?.slice(2));
  const coordinates = a.nearest_mode
    ? (words[a.coordinate_transformation_mode as keyof typeof words] ?? 'asymmetric')
    : a.align_corners
      ? 'align-corners'
      : theirs === 'nearest' && a.scale_factor
        ? 'asymmetric'
        : 'half-pixel';
  const roundings = ['prefer-floor', 'prefer-ceil', 'floor', 'ceil'];
  const own = roundings.filter(
    (each) => `round_${each.replace('-', '_')}` === a.nearest_mode || each === a.nearest_mode,
  );
  const whole = theirs === 'nearest' && a.scale_factor ? ['floor'] : mode === 'nearest' ? ['prefer-ceil'] : roundings;
  const scales = scale
    ? [scale, ...((scale as number[]).every((each) => each === scale[0]) ? [scale[0]] : [])]
    : [2, 3, 4, 0.5, 1.5, [2, 1], [1, 3], [3, 2]];
  const chosen = a.nearest_mode ? own : whole;
  return scales.flatMap((each) => chosen.map((rounding) => ({ scale: each, mode, coordinates, rounding })));
}

/** The attributes of operators with many of them, in our words. */
const ownAttributes: Readonly<Record<string, (a: Given) => Attributes[]>> = {
  lrn(a) {
    const size: number = a.size ?? a.local_size ?? 2 * a.depth_radius + 1;
    const alpha = a.depth_radius === undefined ? Number((a.alpha / size).toPrecision(12)) : a.alpha;
    return [{ size, alpha, beta: a.beta, k: a.k ?? a.bias }];
  },
  groupNorm: (a) => [{ groups: a.num_groups ?? a.groups, epsilon: a.epsilon ?? a.eps }],
  clip: (a) => [{ min: a.min ?? a.clip_value_min ?? a.minValue, max: a.max ?? a.clip_value_max ?? a.maxValue }],
  hardSigmoid: ({ alpha = 1 / 6, beta = 0.5 }) => [{ alpha, beta }],
  selu: ({ alpha, gamma }) => [{ alpha, gamma }],
  pad(a) {
    const modes = ['constant', 'reflect', 'edge', 'wrap'] as const;
    const theirs = ['CONSTANT', 'REFLECT', 'replicate', 'circular'];
    const mode = modes.find((own, i) => own === a.mode || theirs[i] === a.mode) ?? 'reflect';
    return [{ padding: padsOf(a), mode, value: a.value ?? a.constant_values }];
  },
  upsample: (a) => readUpsample(a),
  slice: (a) => readSlice(a),
  selectChannels: (a) => [{ channels: a.indices ?? a.index }],
  depthToSpace: (a) => blocksOf(a, a.upscale_factor),
  spaceToDepth: (a) => blocksOf(a, a.downscale_factor),
  power: (a) => [{ exponent: a.exponent ?? a.power, scale: a.scale ?? 1, shift: a.shift ?? 0 }],
  crossEntropy: (a) => [{ ignore: a.ignore_index ?? a.ignore_label, smoothing: a.label_smoothing ?? 0 }],
};

/** A call of an operator without a window or a weight, as this library has it: the layer that the dialect says in these words. */
function readBack(name: DialectName, call: Call, x: Tensor): Call {
  const { op } = call;
  const { attached } = familyOf(op);
  const given = Object.keys(attached).map((what) => {
    const tensor = call[what] as Tensor;
    return [what, lastOf(name, op, what, tensor)] as const;
  });
  for (const drawn of ownAttributes[op]?.(call.attributes as Given) ?? layers[op]) {
    const attributes = { ...drawn, ...Object.fromEntries(given) };
    const layer = fitting(op, attributes, x.shape);
    if (!layer) continue;
    const own = Object.entries(layer.params(x.shape) as Record<string, Shape>).map(([part, shape]) => {
      const { data } = lastOf(name, op, part, call[part] as Tensor);
      return [part, { shape, data }] as const;
    });
    if (own.some(([, { shape, data }]) => data.length !== sizeOf(shape))) continue;
    const tensors = Object.fromEntries([['x', x], ...own, ...given]) as { x: Tensor };
    const c = { ...familyOf(op).caseOf(layer, tensors), op, gradient: false, seed: 0 };
    const written = Object.fromEntries(Object.entries(tensors).map(([part, { data }]) => [part, data]));
    const numbers = written as unknown as Record<string, number[]>; // they are read alone
    const said = callOf({ dialect: name, layout: dialects[name].layout }, { ...c, given: numbers });
    const isSame = own.every(([part]) => sameShape((said[part] as Tensor).shape, (call[part] as Tensor).shape));
    if (isSame && JSON.stringify(said.attributes) === JSON.stringify(call.attributes))
      return { ...call, ...tensors, attributes: drawn };
  }
  throw new Error(`no ${op} of ours is ${JSON.stringify(call.attributes)} in ${name}`);
}

/** Whether the operator has a window, or a weight that says all. */
const isRead = (op: string): boolean => op === 'dense' || 'stride' in layers[op][0];

/** A call as this library has it. */
export function ourCall(name: DialectName, call: Call): Call {
  if (name === 'toeplitz') return call;
  const { x, weight } = ourTensors(name, call);
  const { op } = call;
  if (!isRead(op)) return readBack(name, call, x);
  const shape = weight?.shape ?? [];
  const [I, O] = shape.slice(-2);
  if (op === 'dense') return { ...call, x, weight, attributes: { units: O, bias: call.bias !== undefined } };
  const size = shape.slice(0, -2);
  const {
    groups = 1,
    outputPadding,
    ceil,
    countPadding,
    ...window
  } = readers[name](call.attributes as Given, call, size);
  const own: Record<string, object> = {
    conv: { filters: O, groups, bias: call.bias !== undefined },
    convTranspose: { filters: I * groups, groups, bias: call.bias !== undefined, outputPadding: outputPadding ?? 0 },
    depthwiseConv: { multiplier: O / x.shape.at(-1)!, bias: call.bias !== undefined },
    maxPool: { ceil: ceil ?? false },
    avgPool: { ceil: ceil ?? false, countPadding: countPadding ?? false },
    lpPool: { ceil: ceil ?? false, p: call.attributes.p ?? call.attributes.norm_type ?? 2 },
  };
  const { size: windowSize, stride, padding, dilation = stride.map(() => 1) } = window;
  const attributes = { size: windowSize, stride, padding, dilation, ...own[op.slice(0, -2)] };
  return { ...call, x, weight, attributes };
}

const LOWEST = -3.4028234663852886e38;

/** A pool in two dimensions as Caffe's source and the text of WebNN have it, by any rule for the windows that ceil adds. */
function pool2d(name: DialectName, { op, attributes, x }: Call, rule: CeilRule): Tensor {
  const isCaffe = name === 'caffe';
  const { size, stride, padding: given, dilation, ceil } = attributes as unknown as Required<Read>;
  const padding = given === 'valid' ? equal([0, 0]) : (given as Pairs);
  const [N, , , C] = x.shape;
  const clips = rule === 'drop' || (rule === 'drop if padded' && padding.flat().some((cells) => cells > 0));
  const [H, W] = [0, 1].map((i) => {
    const room = (x.shape[i + 1] + padding[i][0] + padding[i][1] - (size[i] - 1) * dilation[i] - 1) / stride[i];
    const n = 1 + (ceil ? Math.ceil(room) : Math.floor(room));
    return ceil && clips && (n - 1) * stride[i] >= x.shape[i + 1] + padding[i][0] ? n - 1 : n;
  });
  const y = tensor([N, H, W, C]);
  const [, rows, columns] = x.shape;
  const [[top, bottom], [left, right]] = padding;
  for (let i = 0; i < y.data.length; i++) {
    const c = i % C;
    const q = Math.floor(i / C) % W;
    const p = Math.floor(i / C / W) % H;
    const n = Math.floor(i / C / W / H);
    let most = isCaffe ? LOWEST : -Infinity;
    let sum = 0;
    let cells = 0;
    let counted = 0;
    for (let kh = 0; kh < size[0]; kh++)
      for (let kw = 0; kw < size[1]; kw++) {
        const h = p * stride[0] + kh * dilation[0] - top;
        const w = q * stride[1] + kw * dilation[1] - left;
        if (h < rows + bottom && w < columns + right) counted++;
        if (h < 0 || w < 0 || h >= rows || w >= columns) continue;
        const value = x.data[((n * rows + h) * columns + w) * C + c];
        if (value > most || (!isCaffe && value !== value)) most = value;
        sum += op === 'lpPool2d' ? value * value : value;
        cells++;
      }
    if (op === 'lpPool2d') y.data[i] = Math.sqrt(sum);
    else y.data[i] = op === 'avgPool2d' ? sum / (isCaffe ? counted : cells) : most;
  }
  return y;
}

/** What the library gives for a call of ours. */
function answer(name: DialectName, call: Call, rule: CeilRule): Tensor {
  const { padding } = call.attributes;
  const { x } = call;
  if (name === 'caffe' && call.op === 'globalMaxPool')
    return forward({ ...call, x: { shape: x.shape, data: x.data.map((v) => (v > LOWEST ? v : LOWEST)) } });
  const isOther = rule !== 'drop' || name === 'caffe' || name === 'webnn';
  const isWord = padding === 'same-upper' || padding === 'same-lower';
  return isOther && !isWord && call.op.endsWith('Pool2d') ? pool2d(name, call, rule) : forward(call);
}

interface Manner {
  /** A mistake in the calls. */
  readonly change?: (call: Call) => Call;
  /** Another name than its own. */
  readonly declared?: DialectName;
  /** Another rule for ceil than its own. */
  readonly rule?: CeilRule;
}

/** The shape that a library gives an output of ours: a loss has no axes, a global pool keeps those of space. */
function outputShape(name: DialectName, { op, x }: Call, ours: Shape): Shape {
  if (name === 'toeplitz') return ours;
  if (Object.keys(familyOf(op).attached).length > 0) return [];
  if (!op.startsWith('global') || name === 'tensorflow') return ours;
  return [ours[0], ours[ours.length - 1], ...x.shape.slice(2).map(() => 1)];
}

/** dy as we have it. */
function ourGradient(name: DialectName, { dy, ...call }: GradientCall): Tensor {
  const { op } = call;
  if (dy.shape.length === 0) return { shape: [1], data: dy.data };
  if (op.startsWith('global')) {
    const ours = ourCall(name, call);
    return { shape: layerFor(op, ours.attributes).shape(ours.x.shape), data: dy.data };
  }
  return lastOf(name, op, 'dy', dy);
}

/** An engine that speaks a dialect. */
export function speaker(name: DialectName, { change = (call) => call, declared = name, rule }: Manner = {}): Engine {
  const first = dialects[name].layout.x === 'NCHW';
  const ceil = rule ?? (dialects[name].conventions.ceil === 'none' ? 'drop' : dialects[name].conventions.ceil);
  const theirs = (op: string, part: string, t: Tensor): Tensor => (isFirst(name, op, part, t) ? toChannelsFirst(t) : t);
  const forwards = (call: Call): Tensor => {
    const y = theirs(call.op, 'y', answer(name, change(ourCall(name, call)), ceil));
    return { shape: outputShape(name, call, y.shape), data: y.data };
  };
  const gradients = (call: GradientCall): Gradients => {
    const dy = ourGradient(name, call);
    const { x, weight, ...rest } = gradient({ ...change(ourCall(name, call)), dy });
    const space = weight?.shape.slice(0, -2).map((_, i) => i) ?? [];
    const dw =
      weight && first && weight.shape.length > 1
        ? permuted(weight, [space.length + 1, space.length, ...space])
        : weight;
    return {
      x: theirs(call.op, 'x', x!),
      ...(dw && { weight: { shape: call.weight!.shape, data: dw.data } }),
      ...Object.fromEntries(
        Object.entries(rest).map(([part, each]) => {
          const { data } = theirs(call.op, part, each as Tensor);
          return [part, { shape: (call[part] as Tensor).shape, data }];
        }),
      ),
    };
  };
  const shared = dialects[name].operators.filter((op) => dialects[declared].operators.includes(op));
  const forEach = <T>(f: T): Record<string, T> => Object.fromEntries(shared.map((op) => [op, f]));
  return { name: `speaks ${name}`, dialect: declared, ops: forEach(forwards), gradients: forEach(gradients) };
}
