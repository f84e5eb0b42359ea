// The layer of the lab as code for PyTorch.

import { toChannelsFirst, weightToChannelsFirst } from '../../layout.ts';
import type { Lab } from './lab.ts';
import { plainWeight } from './plain-weight.ts';
import { array, attributesOf, flipNote, pairsOf, truth, tuple } from './python.ts';

export function torchCode(lab: Lab): string {
  const { op, rank, x, bias } = lab;
  const a = attributesOf(lab);
  const weight = plainWeight(lab);
  const pairs = pairsOf(lab);
  const isUneven = pairs.some(([before, after]) => before !== after);
  const before = pairs.map(([each]) => each);
  const lines = [
    'import torch',
    'import torch.nn.functional as F',
    '',
    ...flipNote(lab),
    `x = ${array('torch', toChannelsFirst(x))}`,
  ];
  if (weight) lines.push(`weight = ${array('torch', weightToChannelsFirst(weight))}`);
  lines.push(...(bias ? [`bias = ${array('torch', bias)}`] : weight ? ['bias = None'] : []));
  const pad = pairs.toReversed().flat().join(', ');
  if (op === 'transposed') {
    const output = tuple(a.outputPadding ?? []);
    const common = `stride=${tuple(a.stride)}, output_padding=${output}, groups=${a.groups}, dilation=${tuple(a.dilation)}`;
    if (!isUneven) lines.push(`y = F.conv_transpose${rank}d(x, weight, bias, padding=${tuple(before)}, ${common})`);
    else
      lines.push(
        `# The two sides are cut by different numbers, which conv_transpose${rank}d cannot say.`,
        `y = F.conv_transpose${rank}d(x, weight, bias, ${common})`,
        `y = F.pad(y, (${pairs
          .toReversed()
          .flat()
          .map((cells) => -cells)
          .join(', ')}))`,
      );
  } else {
    const isMax = op === 'max';
    const isPadded = isUneven || (op === 'lp' && before.some((cells) => cells > 0));
    if (isPadded) lines.push(`x = F.pad(x, (${pad})${isMax ? ", value=float('-inf')" : ''})`);
    const padding = isUneven ? '0' : tuple(before);
    const window = `${tuple(a.size)}, stride=${tuple(a.stride)}`;
    if (weight) {
      const groups = op === 'depthwise' ? x.shape[x.shape.length - 1] : a.groups;
      lines.push(
        `y = F.conv${rank}d(x, weight, bias, stride=${tuple(a.stride)}, padding=${padding}, dilation=${tuple(a.dilation)}, groups=${groups})`,
      );
    } else if (isMax) {
      lines.push(
        `y = F.max_pool${rank}d(x, ${window}, padding=${padding}, dilation=${tuple(a.dilation)}, ceil_mode=${truth(a.ceil === true)})`,
      );
    } else if (op === 'average') {
      if (isUneven) lines.push('# The padding above is counted now, whatever count_include_pad says.');
      if (a.dilation.some((each) => each > 1)) lines.push('# avg_pool has no dilation.');
      lines.push(
        `y = F.avg_pool${rank}d(x, ${window}, padding=${padding}, ceil_mode=${truth(a.ceil === true)}, count_include_pad=${truth(a.countPadding === true)})`,
      );
    } else {
      if (a.dilation.some((each) => each > 1)) lines.push('# lp_pool has no dilation.');
      // Its powers keep their signs.
      const size = (a.p ?? 2) % 2 === 0 ? 'x' : 'x.abs()';
      lines.push(`y = F.lp_pool${rank}d(${size}, ${a.p}, ${window}, ceil_mode=${truth(a.ceil === true)})`);
    }
  }
  return [...lines, 'print(y)'].join('\n');
}
