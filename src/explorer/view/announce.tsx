// What a screen reader is told when something is chosen.

import { signal } from '@preact/signals';

const said = signal('');

export function announce(text: string): void {
  said.value = text;
}

export const Announcer = () => (
  <p class="unseen" aria-live="polite">
    {said}
  </p>
);
