// The colours of numbers: blue for negative, orange for positive, which people with any deficiency of colour vision tell
// apart; page.css has the same three colours of each scheme. Text on them has a contrast of at least 4.5.

export interface Scheme {
  readonly ground: string;
  readonly text: string;
  readonly line: string;
  readonly accent: string;
  readonly neutral: string;
  readonly positive: string;
  readonly negative: string;
}

export const schemes: Readonly<Record<'light' | 'dark', Scheme>> = {
  light: {
    ground: '#ffffff',
    text: '#15181d',
    line: '#c3c9d1',
    accent: '#7a1fa2',
    neutral: '#ffffff',
    positive: '#f0913a',
    negative: '#6aa5e3',
  },
  dark: {
    ground: '#14171c',
    text: '#f2f4f7',
    line: '#454d59',
    accent: '#e2a6ff',
    neutral: '#1d2129',
    positive: '#a2550f',
    negative: '#2a66b3',
  },
};

/** How far a value is from 0, as a share of the greatest magnitude: 0 to 1. */
export const strength = (value: number, greatest: number): number =>
  Number.isFinite(value) && greatest > 0 ? Math.min(1, Math.abs(value) / greatest) : 0;

/** The greatest finite magnitude. */
export const greatestOf = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]);
    if (magnitude > most && magnitude < Infinity) most = magnitude;
  }
  return most;
};

/** Red, green and blue of a colour, 0 to 255. */
export const channelsOf = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** The colour of a value, as the page mixes it: in sRGB, from neutral to one of the two ends. */
export function colourOf(value: number, greatest: number, scheme: Scheme): string {
  const share = strength(value, greatest);
  const [from, to] = [scheme.neutral, value < 0 ? scheme.negative : scheme.positive].map(channelsOf);
  const mixed = from.map((channel, i) => Math.round(channel + (to[i] - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
