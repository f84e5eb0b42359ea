// The report as it may be printed: names and messages come from engines, files and lists. Spec campaign-plain.

import type { Report } from '../oracle/report.ts';
import { plain, plainLines } from '../plain.ts';

/** Characters of the name and the version of an engine. */
export const NAME = 100;

/** What a case is made again by must be whole. */
const WHOLE = new Set(['id', 'cases', 'case', 'seenAs', 'after', 'again']);

/** Every text of the report plain: source text line by line, names short. */
export function plainReport(report: Report): Report {
  const { engine } = report;
  const { name, version } = engine;
  const known = { name: plain(name, NAME), ...(version !== undefined && { version: plain(version, NAME) }) };
  return made({ ...report, engine: { ...engine, ...known } }, '') as Report;
}

function made(value: unknown, key: string): unknown {
  if (typeof value === 'string')
    return key === 'literal' ? plainLines(value, Infinity) : plain(value, WHOLE.has(key) ? Infinity : undefined);
  if (Array.isArray(value)) return value.map((each) => made(each, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [plain(name), made(each, key === 'literal' ? key : name)]),
  );
}
