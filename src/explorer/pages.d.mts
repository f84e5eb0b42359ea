// See pages.mjs.

export function sources(): string[];
export function clauses(): Map<string, string>;
export function linkClauses(
  html: string,
  names: ReadonlyMap<string, string>,
  target: (place: string) => string,
): string;
export function brokenLinks(folder: string): string[];
