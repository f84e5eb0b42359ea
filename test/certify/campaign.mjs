// A fixed campaign over every operator: outputs and gradients on awkward values, one SHA-256 per family. Plain
// JavaScript without imports, so that the same file runs in Node, Deno, Bun and a browser page.

const families = {
  conv1d: (t, draw) => [t.conv1d({ ...dense(draw), ...window(draw, 1) }), 1],
  conv2d: (t, draw) => [t.conv2d({ ...dense(draw), ...window(draw, 2) }), 2],
  'conv2d im2col': (t, draw) => [t.conv2d({ ...dense(draw), ...window(draw, 2), algorithm: 'im2col' }), 2],
  'conv2d direct': (t, draw) => [t.conv2d({ ...dense(draw), ...window(draw, 2), algorithm: 'direct' }), 2],
  conv3d: (t, draw) => [t.conv3d({ ...dense(draw), ...window(draw, 3) }), 3],
  trueConv2d: (t, draw) => [t.trueConv2d({ ...dense(draw), ...window(draw, 2) }), 2],
  depthwiseConv1d: (t, draw) => [t.depthwiseConv1d({ multiplier: draw(1, 3), ...window(draw, 1) }), 1],
  depthwiseConv2d: (t, draw) => [t.depthwiseConv2d({ multiplier: draw(1, 3), ...window(draw, 2) }), 2],
  depthwiseConv3d: (t, draw) => [t.depthwiseConv3d({ multiplier: draw(1, 3), ...window(draw, 3) }), 3],
  maxPool1d: (t, draw) => [t.maxPool1d({ ...window(draw, 1), ceil: draw(0, 1) === 1 }), 1],
  maxPool2d: (t, draw) => [t.maxPool2d({ ...window(draw, 2), ceil: draw(0, 1) === 1 }), 2],
  maxPool3d: (t, draw) => [t.maxPool3d({ ...window(draw, 3), ceil: draw(0, 1) === 1 }), 3],
  avgPool1d: (t, draw) => [t.avgPool1d({ ...window(draw, 1), ...averaging(draw) }), 1],
  avgPool2d: (t, draw) => [t.avgPool2d({ ...window(draw, 2), ...averaging(draw) }), 2],
  avgPool3d: (t, draw) => [t.avgPool3d({ ...window(draw, 3), ...averaging(draw) }), 3],
  dense: (t, draw) => [t.chain([t.flatten(), t.dense({ units: draw(1, 19) })]), 1],
  'conv2d winograd': (t, draw) => [
    t.conv2d({ filters: draw(1, 19), size: 3, padding: ['valid', 'same'][draw(0, 1)], algorithm: 'winograd' }),
    2,
  ],
  convTranspose1d: (t, draw) => [t.convTranspose1d({ ...dense(draw), ...transposed(draw, 1) }), 1],
  convTranspose2d: (t, draw) => [t.convTranspose2d({ ...dense(draw), ...transposed(draw, 2) }), 2],
  convTranspose3d: (t, draw) => [t.convTranspose3d({ ...dense(draw), ...transposed(draw, 3) }), 3],
  locallyConnected1d: (t, draw) => [t.locallyConnected1d({ filters: draw(1, 5), ...local(draw, 1) }), 1],
  locallyConnected2d: (t, draw) => [t.locallyConnected2d({ filters: draw(1, 5), ...local(draw, 2) }), 2],
  lpPool2d: (t, draw) => [t.lpPool2d({ ...window(draw, 2), p: [1, 2, 3][draw(0, 2)] }), 2],
  longWindows: (t, draw) => [
    [
      () => t.avgPool2d({ ...large(draw), ...averaging(draw) }),
      () => t.maxPool2d(large(draw)),
      () => t.lpPool2d({ ...large(draw), p: [1, 2, 3][draw(0, 2)] }),
      () => t.lrn({ size: draw(63, 67), alpha: 0.3, beta: 0.75, k: 2 }),
    ][draw(0, 3)](),
    2,
  ],
  globalPools: (t, draw) => [[t.globalAvgPool(), t.globalMaxPool(), t.flatten()][draw(0, 2)], draw(1, 3)],
  activations: (t, draw) => [
    [t.relu(), t.leakyRelu({ slope: 0.1 }), t.sigmoid(), t.tanh(), t.scale({ factor: 0.3 })][draw(0, 4)],
    2,
  ],
  softmax: (t, draw) => [t.softmax({ axis: draw(-2, -1) }), 2],
  dropout: (t, draw) => [t.dropout({ rate: 0.3, seed: draw(0, 99) }), 2],
  lrn: (t, draw) => [t.lrn({ size: draw(1, 6), alpha: 0.3, beta: 0.75, k: 2 }), 2],
  batchNorm: (t) => [t.batchNorm(), 2],
  frozenNorm: (t) => [t.frozenNorm(), 2],
  squaredError: (t, draw) => [(shape) => t.squaredError({ target: t.tensor(shape, values(draw, shape)) }), 1],
  crossEntropy: (t, draw) => [
    (shape) => t.crossEntropy({ labels: Array.from({ length: shape[0] * shape[1] }, () => draw(0, shape[2] - 1)) }),
    1,
  ],
  binaryCrossEntropy: (t, draw) => [
    (shape) => {
      const targets = Array.from({ length: shape.reduce((product, axis) => product * axis, 1) }, () => draw(0, 1));
      return t.binaryCrossEntropy({ targets: t.tensor(shape, targets) });
    },
    1,
  ],
  lpPool1d: (t, draw) => [t.lpPool1d({ ...window(draw, 1), p: [1, 2, 3][draw(0, 2)] }), 1],
  lpPool3d: (t, draw) => [t.lpPool3d({ ...window(draw, 3), p: [1, 2, 3][draw(0, 2)] }), 3],
  pad: (t, draw) => {
    const rank = draw(1, 3);
    const side = () => [draw(-1, 3), draw(-1, 3)];
    const mode = ['constant', 'reflect', 'edge', 'wrap'][draw(0, 3)];
    return [
      t.pad({ padding: Array.from({ length: rank }, side), mode, ...(mode === 'constant' && { value: 0.3 }) }),
      rank,
    ];
  },
  upsample: (t, draw) => {
    const rank = draw(1, 3);
    const coordinates = ['half-pixel', 'align-corners', 'asymmetric'][draw(0, 2)];
    const to = Array.from({ length: rank }, () => draw(2, 20));
    return [t.upsample({ size: to, mode: ['nearest', 'linear'][draw(0, 1)], coordinates }), rank];
  },
  pointwise: (t, draw) => [
    [
      () => t.clip({ min: -0.3, max: 0.7 }),
      () => t.elu(),
      () => t.gelu({ approximate: 'tanh' }),
      () => t.hardSigmoid({ alpha: 1 / 6 }),
      () => t.power({ exponent: draw(2, 3), scale: -0.3, shift: 1 }),
      () => t.selu(),
    ][draw(0, 5)](),
    draw(1, 3),
  ],
  moves: (t, draw) => [
    [
      () => t.slice({ axes: [1, -1], starts: [-1, 0], ends: [-draw(2, 7), 3], steps: [-draw(1, 2), 1] }),
      () => t.shuffleChannels({ groups: draw(1, 3) }),
      () =>
        t.chain([
          t.conv2d({ filters: 4 * draw(1, 3), size: 1 }),
          t.depthToSpace({ size: 2, order: ['DCR', 'CRD'][draw(0, 1)] }),
        ]),
      () => t.chain([t.upsample({ scale: 2 }), t.spaceToDepth({ size: 2 })]),
    ][draw(0, 3)](),
    2,
  ],
  logSoftmax: (t, draw) => [t.logSoftmax({ axis: draw(-2, -1) }), 2],
  groupNorm: (t, draw) => [t.groupNorm({ groups: draw(1, 3) }), draw(1, 3)],
  gatedNet: (t, draw) => [
    t.chain({
      pad: t.pad({
        padding: [
          [0, 1],
          [1, 0],
        ],
      }),
      conv: t.conv2d({ filters: draw(2, 9), size: 3 }),
      act: t.hardSwish(),
      gated: t.product({
        body: t.depthwiseConv2d({ size: 3, padding: 'same' }),
        gate: t.chain([t.globalAvgPool({ keep: true }), t.conv2d({ filters: 1, size: 1 }), t.hardSigmoid()]),
      }),
      up: t.upsample({ scale: 2, mode: 'linear' }),
      pool: t.globalLpPool({ p: 3 }),
      out: t.dense({ units: 3 }),
    }),
    2,
  ],
  net: (t, draw) => [
    t.chain({
      conv: t.conv2d({ filters: draw(2, 9), size: 3, padding: 'same' }),
      relu: t.relu(),
      inception: t.concat([t.conv2d({ filters: 3, size: 1 }), t.maxPool2d({ size: 3, stride: 1, padding: 'same' })]),
      residual: t.sum({ body: t.depthwiseConv2d({ size: 3, padding: 'same' }), skip: t.identity() }),
      pool: t.avgPool2d({ size: 2, ceil: true }),
      flatten: t.flatten(),
      out: t.dense({ units: 5 }),
    }),
    2,
  ],
};

/** The names that the families above read from the library. Their text does not tell: a bundler may have shortened it. */
function namesIn(t) {
  const names = new Set();
  const get = (all, name) => {
    names.add(name);
    return all[name];
  };
  const seen = new Proxy({ ...t }, { get });
  for (const make of Object.values(families)) make(seen, (least) => least);
  return names;
}

/** The layers that are made without attributes and stand nowhere above: each is a family of its own. */
function made(t) {
  const used = namesIn(t);
  const names = Object.keys(t).filter((name) => typeof t[name] === 'function' && !used.has(name));
  const layers = names.filter((name) => {
    try {
      return t[name].length < 2 && t[name]()?.name === name;
    } catch (error) {
      if (error instanceof TypeError || error instanceof t.SpecError) return false;
      throw error;
    }
  });
  return Object.fromEntries(layers.map((name) => [name, (t, draw) => [t[name](), draw(1, 3)]]));
}

const CASES = 24;

/** Digests by family: `{ conv2d: 'hex', … }`. `t` has the names of `toeplitz` and of `toeplitz/ops`. */
export async function campaign(t, onFamily = () => {}) {
  const digests = {};
  for (const [family, make] of Object.entries({ ...families, ...made(t) })) {
    const pieces = [];
    for (let i = 0; i < CASES; i++) pieces.push(...results(t, make, generator(`${family.split(' ')[0]}/${i}`)));
    digests[family] = await sha256(pieces);
    onFamily(family, digests[family]);
  }
  return digests;
}

/** What a host is certified by: the digests, and which implementation gave them, as `host()` of the library says. */
export async function certificate(t) {
  const digests = await campaign(t);
  return { ...t.host(), digests };
}

/** y and all gradients of one drawn layer on drawn values. */
function results(t, make, draw) {
  const [made, rank] = make(t, draw);
  const groups = made.attributes?.groups ?? 1;
  const space = Array.from({ length: rank }, () => draw(rank === 3 ? 5 : 7, rank === 3 ? 7 : 13));
  const shape = [draw(1, 3), ...space, groups * draw(1, groups === 1 ? 9 : 4)];
  const layer = typeof made === 'function' ? made(shape) : made;
  const fill = (shapeOf) => (Array.isArray(shapeOf) ? t.tensor(shapeOf, values(draw, shapeOf)) : map(shapeOf, fill));
  const x = fill(shape);
  const [y, pull] = layer.vjp(x, fill(layer.params(shape)));
  const gradient = pull(fill(y.shape));
  return [y, gradient.x, ...leaves(gradient.params)].map((each) => each.data);
}

const map = (record, change) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
const leaves = (params) => Object.values(params).flatMap((value) => ('data' in value ? [value] : leaves(value)));

function dense(draw) {
  const groups = draw(0, 2) === 0 ? draw(2, 3) : 1;
  return { filters: groups * draw(1, groups === 1 ? 19 : 6), groups, bias: draw(0, 3) > 0 };
}

function window(draw, rank) {
  const each = (least, most) => Array.from({ length: rank }, () => draw(least, most));
  const padding =
    ['valid', 'same', 'same-lower'][draw(0, 3)] ?? Array.from({ length: rank }, () => [draw(0, 2), draw(0, 2)]);
  return { size: each(1, 3), stride: each(1, 3), dilation: each(1, 2), padding };
}

/** Windows of 56 to 90 cells: sums on both sides of 64. */
const large = (draw) => ({ size: [draw(7, 9), draw(8, 10)], stride: draw(1, 3), padding: 'same' });

/** A cropped or padded output must keep at least one cell: no padding beyond the window. */
function transposed(draw, rank) {
  const stride = Array.from({ length: rank }, () => draw(1, 3));
  const padding = ['valid', 'same', 'same-lower'][draw(0, 2)];
  return { size: Array.from({ length: rank }, () => draw(1, 3)), stride, dilation: draw(1, 2), padding };
}

const local = (draw, rank) => ({
  size: Array.from({ length: rank }, () => draw(1, 3)),
  stride: draw(1, 2),
  padding: ['valid', 'same'][draw(0, 1)],
});
const averaging = (draw) => ({ ceil: draw(0, 1) === 1, countPadding: draw(0, 1) === 1 });

const special = [0, -0, Infinity, -Infinity, NaN, 1e-45, -1e-45, 1.1754942e-38, 3.4028235e38, -3.4028235e38];

/** Ordinary values over many powers of two; in one tensor of six, some are special. */
function values(draw, shape) {
  const size = shape.reduce((product, axis) => product * axis, 1);
  const awkward = draw(0, 5) === 0;
  return Array.from({ length: size }, () => {
    if (awkward && draw(0, 9) === 0) return special[draw(0, special.length - 1)];
    return ((draw(0, 16777215) - 8388608) / 8388608) * [1, 1, 1, 0.0009765625, 1024][draw(0, 4)];
  });
}

/** Whole numbers from `least` to `most`, the same everywhere: a 32-bit mixing of a counter seeded by a name. */
function generator(name) {
  let state = 0;
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193) + 0x9e3779b9;
  return (least, most) => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return least + (((z ^ (z >>> 14)) >>> 0) % (most - least + 1));
  };
}

/** SHA-256 of little-endian float32 arrays one after the other, every NaN as the pattern 7fc00000. */
async function sha256(arrays) {
  const bytes = new Uint8Array(4 * arrays.reduce((total, array) => total + array.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const array of arrays) {
    for (const value of array) {
      if (value !== value) view.setUint32(at, 0x7fc00000, true);
      else view.setFloat32(at, value, true);
      at += 4;
    }
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
