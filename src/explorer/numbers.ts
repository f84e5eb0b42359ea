// Numbers as text, short enough for a cell.

/** Whether a number is one in float32 too, and neither NaN nor infinite there. */
export const isNumber = (value: number): boolean => Number.isFinite(Math.fround(value));

/** The number that a text is, also with the minus sign that this page writes; NaN where it is none. */
export const numberIn = (text: string): number =>
  text.trim() === '' ? Number.NaN : Number(text.trim().replace(/[−–]/g, '-'));

/** At most four signs and a point; whole numbers as they are. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  const digits =
    Number.isInteger(value) && magnitude < 10000
      ? String(magnitude)
      : magnitude >= 10000 || magnitude < 0.001
        ? magnitude.toExponential(0).replace('e+', 'e')
        : String(Number(magnitude.toPrecision(magnitude < 1 ? 2 : 3)));
  return value < 0 ? `−${digits}` : digits;
}

/** Seven digits, which tell float32 numbers apart well enough to read; a minus sign instead of a hyphen. */
export const exact = (value: number): string => String(Number(value.toPrecision(7))).replace('-', '−');

/** A factor of a product: negative ones in brackets. */
export const factor = (value: number): string => (value < 0 ? `(${exact(value)})` : exact(value));

/** Digits in groups of three. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `12 cells`, `1 cell`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Three digits and a word for what follows: `118 M`. */
export function rounded(value: number): string {
  const units = ['', ' K', ' M', ' G'];
  let at = 0;
  let left = value;
  for (; left >= 999.5 && at + 1 < units.length; at++) left /= 1000;
  return `${Number(left.toPrecision(3))}${units[at]}`;
}
