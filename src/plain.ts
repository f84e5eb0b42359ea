// Text of strangers made plain: what a terminal, a log or a reader of lines would obey is written out. Spec campaign-plain.

/** Control characters (escape, newline, those above 127), format characters that turn or hide text, and halves of pairs. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function written(character: string): string {
  const code = character.codePointAt(0) as number;
  const digits = code.toString(16);
  if (code < 0x100) return named[character] ?? `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}

/** Characters of a foreign text that are shown: a terminal's screen. */
const MOST = 1000;

/** Room for what is said of the rest, so that a text that is plain stays as it is. */
const REST = 40;

/** The text on one line, `\x1b` in place of an escape, about `most` characters of it and then how many there are. */
export function plain(text: string, most = MOST): string {
  const shown = text.slice(0, most + REST).replace(OBEYED, written);
  return shown.length > most + REST || text.length > most + REST
    ? `${shown.slice(0, most)}… (${text.length} characters)`
    : shown;
}

/** The same, each line by itself. */
export const plainLines = (text: string, most = MOST): string =>
  text
    .split('\n')
    .map((line) => plain(line, most))
    .join('\n');
