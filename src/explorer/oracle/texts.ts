// What the controls of the oracle's tab hold.

/** A strided `same` convolution, which half of all engines once computed with the padding of stride 1. */
export const defaults = {
  panel: 'case',
  id: 'conv2d/n1h4w6c1_o1k3x4s1x2pud1x1g1b0/f32/exact/3',
  from: 'mistake',
  mistake: '`same` padding were half the kernel before the image, whatever the stride and the size',
  dialect: 'toeplitz',
  answer: '',
} as const;

export type OracleTexts = { readonly [name in keyof typeof defaults]: string };
