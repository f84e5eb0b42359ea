// See pages.mjs.

export function sources(): string[];
export function clauses(): Map<string, string>;
export function linkClauses(
  html: string,
  names: ReadonlyMap<string, string>,
  target: (place: string) => string,
): string;
export function accessible(html: string): string;
export function brokenLinks(folder: string): string[];
/** A title, an address and the text of every section. */
export function writePages(folder: string): (readonly [title: string, place: string, text: string])[];
