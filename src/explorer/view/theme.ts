// The scheme of colours: that of the system, or the one that was chosen.

import { computed, effect, signal } from '@preact/signals';
import { type Scheme, schemes } from '../palette.ts';
import { type Ink, inkOf } from '../svg.ts';

export const themes = { auto: 'as the system', light: 'light', dark: 'dark' } as const;
export type Theme = keyof typeof themes;
export const theme = signal<Theme>('auto');

const isSystemDark = signal(false);
export const scheme = computed(
  (): Scheme => schemes[theme.value === 'dark' || (theme.value === 'auto' && isSystemDark.value) ? 'dark' : 'light'],
);

/** The ink of the scheme that the page has now. */
export const inkNow = (): Ink => inkOf(scheme.value);

/** Keeps the page in the scheme. */
export function followTheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  isSystemDark.value = query.matches;
  query.addEventListener('change', ({ matches }) => {
    isSystemDark.value = matches;
  });
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}
