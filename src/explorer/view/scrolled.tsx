// What may be larger than its place: it can be scrolled by the keyboard too, so the Tab key reaches it.

import type { ComponentChildren } from 'preact';

export const Scrolled = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without a tab stop its end cannot be seen by the keyboard
  <section class="scrolled" tabIndex={0} aria-label={label}>
    {children}
  </section>
);

/** Code, and a button that copies it. */
export const Code = ({ label, text }: { readonly label: string; readonly text: string }) => (
  <div class="copied">
    <Scrolled label={label}>
      <pre>{text}</pre>
    </Scrolled>
    <button type="button" onClick={() => void navigator.clipboard?.writeText(text)}>
      Copy
    </button>
  </div>
);
