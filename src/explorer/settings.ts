// The settings of a tab as a signal, and the address that follows them.

import { effect, type Signal, signal } from '@preact/signals';
import { readAddress, settingsIn, type Texts, writeAddress } from './address.ts';

export interface Settings<T extends Texts = Texts> {
  readonly defaults: T;
  readonly texts: Signal<T>;
  set(changes: Partial<T>): void;
}

export function settings<T extends Texts>(defaults: T): Settings<T> {
  const texts = signal(defaults);
  return {
    defaults,
    texts,
    set(changes) {
      texts.value = { ...texts.value, ...changes };
    },
  };
}

/** What `follow` needs to know of a tab. */
interface Addressed {
  readonly id: string;
  readonly settings: Settings;
}

/** A browser refuses addresses that change more often than about twenty times a second. */
const PAUSE_MS = 150;

/** Reads the address into the settings, now and whenever it is changed; writes them into the address as they change. */
export function follow(tabs: readonly Addressed[]): Signal<string> {
  const current = signal(tabs[0].id);
  /** The address that was read or written last; another one was typed and is read next. */
  let known = location.hash;
  /** The tab of that address. */
  let shown = current.value;
  const read = (): void => {
    known = location.hash;
    const { tab, texts } = readAddress(location.hash);
    const found = tabs.find(({ id }) => id === tab);
    if (!found) return;
    found.settings.texts.value = settingsIn(texts, found.settings.defaults);
    current.value = shown = found.id;
  };
  read();
  addEventListener('hashchange', read);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const { id, settings } = tabs.find((tab) => tab.id === current.value) as Addressed;
    const address = writeAddress(id, settings.texts.value, settings.defaults);
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (
        location.hash !== known ||
        location.hash === address ||
        (location.hash === '' && address === `#${tabs[0].id}`)
      )
        return;
      // Another tab is a step that the browser's Back undoes, another setting is not.
      history[shown === id ? 'replaceState' : 'pushState'](null, '', address);
      known = location.hash;
      shown = id;
    }, PAUSE_MS);
  });
  return current;
}
