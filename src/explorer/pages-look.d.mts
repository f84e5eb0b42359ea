// See pages-look.mjs.

export function searchScript(sections: readonly (readonly [string, string, string])[]): string;
export const styles: string;
