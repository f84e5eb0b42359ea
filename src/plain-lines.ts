// Several lines of text from outside as plain text. Spec campaign-plain.

import { plain } from './plain-text.ts';

/** The text with `\x1b` in place of an escape, each line cut like a text of its own. */
export const plainLines = (text: string, most?: number): string =>
  text
    .split('\n')
    .map((line) => plain(line, most))
    .join('\n');
