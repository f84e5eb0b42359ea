// Pools in the words of those dialects that have the same for both.

import type { Attributes } from '../../layer/layer.ts';
import type { Layout } from '../dialect.ts';
import type { WindowedCase } from '../windows/case.ts';
import { windowWords } from '../windows/window-words.ts';

const words = windowWords();

export const tensorflowPool = (c: WindowedCase, layout: Required<Layout>): Attributes => ({
  ksize: c.size,
  ...words.tensorflow(c, layout),
});

export const webnnPool = (c: WindowedCase, { x }: Required<Layout>): Attributes => ({
  windowDimensions: c.size,
  ...words.webnn(c),
  layout: x.toLowerCase(),
  outputShapeRounding: c.ceil ? 'ceil' : 'floor',
});

export function caffePool(pool: 'MAX' | 'AVE', c: WindowedCase): Attributes {
  const { stride, pad } = words.caffe(c);
  const [[kernel_h, kernel_w], [stride_h, stride_w], [pad_h, pad_w]] = [c.size, stride, pad];
  const round_mode = c.ceil ? 'CEIL' : 'FLOOR';
  return { pool, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, global_pooling: false, round_mode };
}
