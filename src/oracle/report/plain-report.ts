// The report made safe to print, since names and messages come from engines, files and lists. Spec campaign-plain.

import { plainLines } from '../../plain-lines.ts';
import { plain } from '../../plain-text.ts';
import { NAME } from '../ask/offer.ts';
import type { Report } from './report.ts';

/** What reproduces a case must be complete. */
const WHOLE = new Set(['id', 'cases', 'case', 'seenAs', 'after', 'again']);

/** Every text of the report plain: source text line by line, names short. */
export function plainReport(report: Report): Report {
  const { engine } = report;
  const { name, version } = engine;
  const known = { name: plain(name, NAME), ...(version !== undefined && { version: plain(version, NAME) }) };
  const operators = report.operators.map((each) => ({ ...each, skipped: most(each.skipped) }));
  return made({ ...report, engine: { ...engine, ...known }, operators }, '') as Report;
}

/** Reasons of skips that are told apart; an engine may give another for each. */
const REASONS = 20;
const OTHER = 'other reasons';

/** The reasons that were given most often, and the others as one. */
function most(skipped: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const { [OTHER]: others = 0, ...told } = skipped;
  const reasons = Object.entries(told).sort(([, a], [, b]) => b - a);
  const rest = reasons.slice(REASONS).reduce((sum, [, count]) => sum + count, others);
  return rest > 0 ? { ...Object.fromEntries(reasons.slice(0, REASONS)), [OTHER]: rest } : skipped;
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
