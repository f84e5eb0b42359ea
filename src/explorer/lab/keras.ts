// The layer of the lab as code for Keras.

import type { Lab } from './lab.ts';
import { plainWeight } from './plain-weight.ts';
import { array, attributesOf, flipNote, pairsOf, truth, tuple } from './python.ts';

export function kerasCode(lab: Lab): string {
  const { op, rank, x, bias } = lab;
  const a = attributesOf(lab);
  const weight = plainWeight(lab);
  const pairs = pairsOf(lab);
  const isPadded = pairs.flat().some((cells) => cells > 0);
  const isSame = a.padding === 'same-upper';
  const lines = ['import keras, numpy', '', ...flipNote(lab), `x = ${array('numpy', x)}`];
  if (weight) lines.push(`weight = ${array('numpy', weight)}`);
  if (bias) lines.push(`bias = ${array('numpy', bias)}`);
  const isWritten = isPadded && !isSame && op !== 'transposed';
  if (isWritten) {
    const sides = rank === 1 ? `(${pairs[0].join(', ')})` : `((${pairs[0].join(', ')}), (${pairs[1].join(', ')}))`;
    if (!weight) lines.push('# Pools of Keras pad with zeros here, which takes part in the result.');
    lines.push(`x = keras.layers.ZeroPadding${rank}D(${sides})(x)`);
  }
  const padding = isSame ? "'same'" : "'valid'";
  const common = `strides=${tuple(a.stride)}, padding=${padding}`;
  const withBias = `use_bias=${truth(bias !== undefined)}`;
  const dilation = a.dilation.some((each) => each > 1) ? `, dilation_rate=${tuple(a.dilation)}` : '';
  if (weight && op === 'conv')
    lines.push(
      `layer = keras.layers.Conv${rank}D(${a.filters}, ${tuple(a.size)}, ${common}${dilation}, groups=${a.groups}, ${withBias})`,
    );
  else if (weight && op === 'depthwise') {
    lines.push(`weight = weight.reshape(${a.size.join(', ')}, ${x.shape[x.shape.length - 1]}, ${a.multiplier})`);
    lines.push(
      `layer = keras.layers.DepthwiseConv${rank}D(${tuple(a.size)}, ${common}${dilation}, depth_multiplier=${a.multiplier}, ${withBias})`,
    );
  } else if (weight) {
    if (a.groups !== 1) return `${lines.join('\n')}\n# Conv${rank}DTranspose of Keras has no groups.`;
    // Without it Keras makes the output as large as the stride allows.
    const added = isSame ? '' : `, output_padding=${tuple(a.outputPadding ?? [])}`;
    lines.push(
      `layer = keras.layers.Conv${rank}DTranspose(${a.filters}, ${tuple(a.size)}, ${common}${dilation}${added}, ${withBias})`,
    );
    if (isPadded && !isSame)
      lines.push(
        `cut = keras.layers.Cropping${rank}D(${JSON.stringify(rank === 1 ? pairs[0] : pairs)
          .replaceAll('[', '(')
          .replaceAll(']', ')')})`,
      );
  } else if (op === 'lp') return `${lines.join('\n')}\n# Keras has no Lp pooling.`;
  else if (a.dilation.some((each) => each > 1)) return `${lines.join('\n')}\n# Pools of Keras have no dilation.`;
  else {
    if (a.ceil) lines.push('# Keras has no ceil: a last window that is not full is left out.');
    const name = op === 'max' ? 'MaxPooling' : 'AveragePooling';
    lines.push(`layer = keras.layers.${name}${rank}D(${tuple(a.size)}, ${common})`);
  }
  if (weight) lines.push('layer.build(x.shape)', `layer.set_weights([weight${bias ? ', bias' : ''}])`);
  const isCut = op === 'transposed' && isPadded && !isSame;
  return [...lines, isCut ? 'print(cut(layer(x)))' : 'print(layer(x))'].join('\n');
}
