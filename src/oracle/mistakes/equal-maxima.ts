// Mistakes about which of equal maxima has the gradient. Spec pool-max-gradient.

interface EqualMaxima {
  readonly name: string;
  /** The share of the `i`th of `count` equal maxima. */
  share(i: number, count: number): number;
}

export const equalMaximaMistakes: readonly EqualMaxima[] = [
  { name: 'each of several equal maxima had the whole gradient', share: () => 1 },
  { name: 'the last of several equal maxima had the gradient', share: (i, count) => (i === count - 1 ? 1 : 0) },
  { name: 'several equal maxima had equal shares of the gradient', share: (_, count) => 1 / count },
];
