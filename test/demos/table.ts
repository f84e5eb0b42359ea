// The result of an experiment, as results.json stores it and as a terminal and the guide show it.

export interface Result {
  readonly title: string;
  /** What is compared, in a sentence. */
  readonly says: string;
  /** What it learnt from and was measured on. */
  readonly data: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** All of it, on the machine that wrote the file. */
  readonly seconds: number;
}

export const thousands = (count: number): string => count.toLocaleString('en');
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A Markdown table, padded so that a terminal shows it well. */
export function tableOf({ columns, rows }: Result): string {
  const cells = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, i) => Math.max(3, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
}

/** The experiments as the guide shows them. */
export const sectionOf = (results: Readonly<Record<string, Result>>): string =>
  Object.values(results)
    .map((result) => `**${result.title}.** ${result.says} (${result.data}; ${result.seconds} s.)\n\n${tableOf(result)}`)
    .join('\n\n');
