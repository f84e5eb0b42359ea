// Mistakes of gradients: the scatter, the scale, the turned kernel.

import { placeOf } from '../../places.ts';
import { convInputGrad } from '../../reference/convolution.ts';
import { outputs, taps } from '../../window.ts';
import type { Prediction } from '../mistake.ts';
import { inputOf } from '../windows/case.ts';
import {
  axesOf,
  channelsOut,
  gradientsOf,
  reachOf,
  rearranged,
  type WindowSetting,
  weightAt,
} from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

const scaled =
  (part: 'weight' | 'bias', factor: (s: WindowSetting) => number): SharedMistake['gradient'] =>
  (s) => {
    const all = gradientsOf(s);
    const each = all[part];
    return each && { ...all, [part]: { ...each, data: each.data.map((v) => v * factor(s)) } };
  };

/** dx of a setting by the plain loop. */
export function inputGradient(s: WindowSetting): Prediction {
  const dx = new Float64Array(s.x.length);
  convInputGrad(s.g, s.dy!, s.w, dx);
  return { shape: inputOf(s.case), data: dx };
}

/** dx without the cells past the last window. */
function cropped(s: WindowSetting, dx: Prediction): Prediction {
  const reached = axesOf(s).map((axis) =>
    Math.max(0, Math.min(axis.input, (axis.output - 1) * axis.stride + reachOf(axis) - axis.before - axis.after)),
  );
  const C = dx.shape[dx.shape.length - 1];
  const input = axesOf(s).map((axis) => axis.input);
  const data = dx.data.filter((_, i) =>
    placeOf([s.g.batch, ...input, C], i)
      .slice(1, -1)
      .every((at, axis) => at < reached[axis]),
  );
  return { shape: [dx.shape[0], ...reached, C], data };
}

export const gradientMistakes: readonly SharedMistake[] = [
  {
    name: 'the kernel were not turned in the gradient of x',
    topic: 'convolution',
    gradient: (s) => {
      const K = taps(s.g.axes);
      const turned = rearranged(s, (k, c, o) => weightAt(s, K - 1 - k, c, o));
      return { ...gradientsOf(s), x: inputGradient(turned) };
    },
  },
  {
    name: 'the size of x were inferred from the output: cells that no window reached have no gradient',
    topic: 'convolution',
    gradient: (s) => ({ x: cropped(s, inputGradient(s)) }),
  },
  {
    name: 'the gradient of the weight were averaged over the images',
    topic: 'channels',
    gradient: scaled('weight', (s) => 1 / s.g.batch),
  },
  {
    name: 'the gradient of the weight were averaged over images and pixels',
    topic: 'channels',
    gradient: scaled('weight', (s) => 1 / s.g.batch / outputs(s.g.axes)),
  },
  {
    name: 'the gradient of the bias were averaged over the images',
    topic: 'channels',
    gradient: scaled('bias', (s) => 1 / s.g.batch),
  },
  {
    name: 'the gradients of the weight and of the bias were averaged over the images',
    topic: 'channels',
    gradient: (s) => {
      const { weight, bias, ...rest } = gradientsOf(s);
      const mean = (each: Prediction): Prediction => ({ ...each, data: each.data.map((v) => v / s.g.batch) });
      return weight && { ...rest, weight: mean(weight), ...(bias && { bias: mean(bias) }) };
    },
  },
  {
    name: 'the gradient of the bias were summed as if channels came first',
    topic: 'channels',
    gradient: (s) => {
      const all = gradientsOf(s);
      if (!all.bias) return undefined;
      const [P, O] = [outputs(s.g.axes), channelsOut(s)];
      const data = all.bias.data.map(() => 0);
      s.dy!.forEach((dy, i) => {
        data[Math.floor(i / P) % O] += dy;
      });
      return { ...all, bias: { shape: all.bias.shape, data } };
    },
  },
];
