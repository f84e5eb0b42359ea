// Case ids that name what cannot be asked are refused at once.

import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/oracle/index.ts';

describe('a case id', () => {
  it.each([
    'dense/n1c2147483647_u4b0/f32/exact/1',
    'dense/n1c4_u2483647b0/f32/exact/1',
    'depthwiseConv1d/n1w6c2147483647_m1k3s1pud1b0/f32/exact/1',
    'convTranspose3d/n1d4h4w4c999999999_o2k3x3x3s1x1x1pud1x1x1q0x0x0g1b0/f32/exact/0',
    'conv2d/n1h1024w1024c1_o1k1024x1024s1x1pud1x1g1b0/f32/exact/1',
    'avgPool1d/n1w6c4_k999999999s1pud1e0a0/f32/exact/1',
    'avgPool1d/n1w1048576c1_k1048576s1pud1e0a0/f32/exact/1',
    'avgPool2d/n1h6w6c4_k2147483647x3s1x1pud1x1e0a0/f32/exact/1',
    'maxPool1d/n4294967296w6c4_k2s1pud1e0/f32/exact/1',
  ])('[oracle-caseid] %s is too large', (id) => {
    expect(() => explain(id)).toThrow(/of at most 2²² numbers and 2³⁰ products, got .* \[oracle-caseid\]$/);
  });

  it('[oracle-caseid] of a real layer is not', () => {
    const { x } = explain('maxPool2d/n1h56w56c16_k3x3s2x2p1.1.1.1d1x1e0/f32/exact/1');
    expect(x.shape).toEqual([1, 56, 56, 16]);
  });
});
