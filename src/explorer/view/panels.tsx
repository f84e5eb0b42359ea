// Panels of which one is shown, chosen by a row of tabs: the pattern of WAI-ARIA, with one tab stop and arrows.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export interface PanelsProps {
  /** Begins the ids of the tabs and panels. */
  readonly id: string;
  readonly label: string;
  readonly titles: Readonly<Record<string, string>>;
  readonly chosen: string;
  choose(name: string): void;
  readonly children: ComponentChildren;
}

export function Panels({ id, label, titles, chosen, choose, children }: PanelsProps) {
  const names = Object.keys(titles);
  const current = names.includes(chosen) ? chosen : names[0];
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>('[aria-selected=true]');
    if (!tab || !row.current) return;
    const { offsetLeft, offsetWidth } = tab;
    const { scrollLeft, clientWidth, offsetLeft: start } = row.current;
    const left = offsetLeft - start;
    // On a narrow page the row of tabs is scrolled until the chosen one is seen.
    if (left < scrollLeft || left + offsetWidth > scrollLeft + clientWidth) row.current.scrollLeft = left - 16;
  }, [current]);
  const move = (event: KeyboardEvent): void => {
    const at = names.indexOf(current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const name = names[(to + names.length) % names.length];
    choose(name);
    document.getElementById(`${id}-tab-${name}`)?.focus();
  };
  return (
    <div class="panels">
      <div ref={row} role="tablist" aria-label={label} onKeyDown={move}>
        {names.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-tab-${name}`}
            aria-selected={name === current}
            aria-controls={name === current ? `${id}-panel` : undefined}
            tabIndex={name === current ? 0 : -1}
            onClick={() => choose(name)}
          >
            {titles[name]}
          </button>
        ))}
      </div>
      <section role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${current}`}>
        {children}
      </section>
    </div>
  );
}
