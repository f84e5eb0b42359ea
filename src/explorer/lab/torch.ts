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
  if ((op === 'average' || op === 'lp') && a.dilation.some((each) => each > 1))
    return `# PyTorch has no ${op === 'lp' ? 'Lp' : 'average'} pooling with dilation.`;
  if (op === 'transposed') {
    // What is missing to the length of y, where `same` or outputPadding wants more than the windows reach.
    const output = tuple(
      pairs.map(([start, end], i) => {
        const reach = (x.shape[i + 1] - 1) * a.stride[i] + (a.size[i] - 1) * a.dilation[i] + 1;
        return isUneven ? (a.outputPadding?.[i] ?? 0) : lab.y.shape[i + 1] - (reach - start - end);
      }),
    );
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
    // A pool of PyTorch takes no more padding than half of its window.
    const isWide = !weight && before.some((cells, i) => 2 * cells > a.size[i]);
    const isPadded = isUneven || isWide || (op === 'lp' && before.some((cells) => cells > 0));
    const isDivided = op === 'average' && isPadded && a.countPadding !== true;
    if (isDivided) lines.push(`ones = F.pad(torch.ones_like(x), (${pad}))`);
    if (isPadded) lines.push(`x = F.pad(x, (${pad})${isMax ? ", value=float('-inf')" : ''})`);
    const padding = isPadded ? '0' : tuple(before);
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
      const words = `${window}, padding=${padding}, ceil_mode=${truth(a.ceil === true)}, count_include_pad=${truth(isPadded || a.countPadding === true)}`;
      lines.push(`y = F.avg_pool${rank}d(x, ${words})`);
      // Both are divided by the same numbers, so the quotient is the sum over the cells inside.
      if (isDivided) lines.push(`y = y / F.avg_pool${rank}d(ones, ${words})`);
    } else {
      // Its powers keep their signs.
      const size = (a.p ?? 2) % 2 === 0 ? 'x' : 'x.abs()';
      lines.push(`y = F.lp_pool${rank}d(${size}, ${a.p}, ${window}, ceil_mode=${truth(a.ceil === true)})`);
    }
    // Here no window begins in the padding after x; once that is written into x, PyTorch cannot tell it from x.
    if (isPadded && a.ceil)
      lines.push(
        `y = y[..., ${lab.y.shape
          .slice(1, -1)
          .map((length) => `:${length}`)
          .join(', ')}]`,
      );
  }
  return [...lines, 'print(y)'].join('\n');
}
