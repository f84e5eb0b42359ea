// Text from outside as plain text: characters that would control a terminal, a log or a reader of lines are escaped.
// Spec campaign-plain.

/**
 * Control characters (escape, newline, those above 127), format characters that reverse or hide text, and lone
 * surrogates.
 */
const CONTROLLING = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function written(character: string): string {
  const code = character.codePointAt(0) as number;
  const digits = code.toString(16);
  if (code < 0x100) return named[character] ?? `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}

/** How many characters of such a text are shown: about one screen. */
const MOST = 1000;

/** Room for the note about the rest, so that a text that is plain already does not change. */
const REST = 40;

/** The text on one line, with `\x1b` in place of an escape: about `most` characters of it, then how many there are. */
export function plain(text: string, most = MOST): string {
  const shown = text.slice(0, most + REST).replace(CONTROLLING, written);
  return shown.length > most + REST || text.length > most + REST
    ? `${shown.slice(0, most)}… (${text.length} characters)`
    : shown;
}
