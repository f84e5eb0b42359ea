// The report as JSON, and read back. Spec campaign-reporter.

import { SpecError, show } from '../../errors.ts';
import { isObject } from '../../formats/json.ts';
import { readNumerics } from './numerics.ts';
import { readReport } from './read-report.ts';
import { FORMAT, type Report } from './report.ts';

/** JSON has no NaN and no infinity: they become strings, which are numbers again under these names. */
const NUMBERS = new Set(['expected', 'got', 'bound']);

export const json = (report: Report): string =>
  `${JSON.stringify(report, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value), 2)}\n`;

/** The report of a file. @throws {SpecError} campaign-reporter for any other file. */
export function fromJson(source: string, text: string): Report {
  const value = parse(source, text);
  const { format, ...rest } = isObject(value) ? value : {};
  if (format !== FORMAT && typeof format === 'string' && /^toeplitz report \d+$/.test(format))
    throw new SpecError(
      'campaign-reporter',
      `report: ${source} is of ${format}, and this release reads ${FORMAT}: make it again, or read it with the release that made it`,
    );
  if (format !== FORMAT)
    throw new SpecError(
      'campaign-reporter',
      `report: ${source} must be a report of format '${FORMAT}', as --reporter json writes, got ${show(format)}`,
    );
  const numerics = readNumerics('campaign-reporter', `report: ${source}`, rest);
  return { ...readReport(`report: ${source}`, value), numerics };
}

function parse(source: string, text: string): unknown {
  try {
    return JSON.parse(text, (name, value) => (NUMBERS.has(name) && typeof value === 'string' ? Number(value) : value));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SpecError('campaign-reporter', `report: ${source} is no whole JSON file: ${error.message}`);
  }
}
