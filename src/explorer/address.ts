// The address of a picture: the tab, and those of its settings that differ from the first ones.
//
//   #lab?kernel=5&stride=2

/** What was typed into the controls of a tab, by their names. Nothing is read before it is used, so that nothing is lost. */
export type Texts = Readonly<Record<string, string>>;

export function readAddress(hash: string): { readonly tab: string; readonly texts: Texts } {
  const [tab, query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  return { tab, texts: Object.fromEntries(new URLSearchParams(query)) };
}

export function writeAddress(tab: string, texts: Texts, defaults: Texts): string {
  const changed = Object.entries(texts).filter(([name, text]) => text !== defaults[name]);
  return `#${tab}${changed.length > 0 ? `?${new URLSearchParams(changed)}` : ''}`;
}

/** The settings that an address gives a tab: its own names alone, the others as they are at first. */
export const settingsIn = <T extends Texts>(texts: Texts, defaults: T): T =>
  Object.fromEntries(
    Object.entries(defaults).map(([name, text]) => [name, Object.hasOwn(texts, name) ? texts[name] : text]),
  ) as T;
