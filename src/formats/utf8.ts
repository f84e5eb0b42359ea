// Text as UTF-8 and back, also on hosts that have no TextEncoder and TextDecoder, as jsdom.

const hasCoders = (): boolean => typeof TextEncoder !== 'undefined' && typeof TextDecoder !== 'undefined';

/** Whether a text has a lone surrogate, which UTF-8 cannot say. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

/** The bytes of a text; a lone surrogate becomes U+FFFD. */
export function toUtf8(text: string): Uint8Array {
  if (hasCoders()) return new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (const letter of text.replace(/\p{Surrogate}/gu, '\ufffd')) {
    const code = letter.codePointAt(0) as number;
    const rest = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes.push(rest === 0 ? code : ((0xff << (7 - rest)) & 0xff) | (code >> (6 * rest)));
    for (let i = rest - 1; i >= 0; i--) bytes.push(0x80 | ((code >> (6 * i)) & 0x3f));
  }
  return Uint8Array.from(bytes);
}

/** The text, a byte order mark included, or undefined for bytes that are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    if (hasCoders()) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    let text = '';
    for (const byte of bytes) text += `%${byte.toString(16).padStart(2, '0')}`;
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof URIError)) throw error;
    return undefined;
  }
}
