// What may be larger than its place: it can be scrolled by the keyboard too, so the Tab key reaches it.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export const Scrolled = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without a tab stop its end cannot be seen by the keyboard
  <section class="scrolled" tabIndex={0} aria-label={label}>
    {children}
  </section>
);

/** Code, and a button that copies it. */
export function Code({ label, text }: { readonly label: string; readonly text: string }) {
  const [done, say] = useState<string>();
  const copy = async (): Promise<void> => {
    try {
      if (!navigator.clipboard) throw new DOMException('A page that came by http has none.', 'NotAllowedError');
      await navigator.clipboard.writeText(text);
      say('Copied.');
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      say('The browser does not allow it: mark the text and copy it.');
    }
  };
  return (
    <div class="copied">
      <Scrolled label={label}>
        <pre>{text}</pre>
      </Scrolled>
      <button type="button" onClick={copy} onBlur={() => say(undefined)}>
        Copy
      </button>{' '}
      <span class="hint" role="status">
        {done}
      </span>
    </div>
  );
}
