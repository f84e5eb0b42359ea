// The form that a report must have to be rendered or merged: it may come from a file, or be made by hand. Spec campaign-reporter.

import { SpecError, show, wrongType } from '../../errors.ts';
import { isList, listOf, reading } from '../../reading.ts';
import type { Report } from './report.ts';

/** A type of JavaScript, a list, a record of known members (those with a `?` may be missing), or of any names (`*`). */
type Form = 'string' | 'number' | 'boolean' | 'object' | readonly [Form] | { readonly [name: string]: Form };

const element: Form = { index: ['number'], expected: 'number', got: 'number', bound: 'number' };

const division = { inside: ['number'], outside: ['number'] } as const;

const finding: Form = {
  kind: 'string',
  cases: ['string'],
  'declared?': 'string',
  'dialects?': ['string'],
  'layout?': 'object',
  'profile?': 'object',
  'isCutOff?': 'boolean',
  'closeness?': 'number',
  'unlikeRounding?': 'string',
  'mistake?': 'string',
  'evidence?': { explained: 'number', failures: 'number', passes: 'number' },
  'where?': { text: 'string', terms: ['string'], ...division, 'fresh?': division },
  'instead?': { text: 'string', confirmed: 'boolean' },
  verdict: { kind: 'string', message: 'string', 'first?': element, 'worst?': element },
  'inEngine?': { axes: 'string', first: ['number'], 'worst?': ['number'] },
  id: 'string',
  seenAs: 'string',
  'after?': 'string',
  'passedBefore?': 'string',
  'again?': 'string',
  literal: { typescript: 'string' },
  'stderr?': 'string',
};

const operator: Form = {
  op: 'string',
  status: 'string',
  cases: 'number',
  wanted: 'number',
  'unasked?': 'number',
  'late?': 'number',
  'avoided?': { '*': 'number' },
  counts: { '*': 'number' },
  'precision?': { sums: 'number', rms: 'number', draws: 'number', inwards: 'number', downwards: 'number' },
  'suspicion?': 'string',
  'answers?': { '*': ['string'] },
  skipped: { '*': 'number' },
  findings: [finding],
};

const report: Form = {
  format: 'string',
  engine: {
    name: 'string',
    'version?': 'string',
    'dialect?': 'string',
    'requires?': ['string'],
    'language?': 'string',
  },
  seed: 'number',
  cases: 'number',
  'ops?': ['string'],
  'shard?': { index: 'number', of: 'number' },
  'time?': 'number',
  'case?': ['string'],
  operators: [operator],
  'unmet?': ['string'],
};

/** No report is nested deeper. */
const DEEPEST = 16;

/** A plain copy of a report. */
export function readReport(who: string, value: unknown): Report {
  const copy = copyOf(who, 'the report', value, 0);
  check(who, 'the report', copy, report);
  return copy as Report;
}

function copyOf(who: string, what: string, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST)
    throw new SpecError('campaign-reporter', `${who}: ${what} must be nested at most ${DEEPEST} deep`);
  if (isList(value))
    return listOf('campaign-reporter', who, what, value, 1).map((each) => copyOf(who, what, each, depth + 1));
  const entries = ArrayBuffer.isView(value) ? [] : reading('campaign-reporter', who, what, () => Object.entries(value));
  return Object.fromEntries(entries.map(([name, each]) => [name, copyOf(who, what, each, depth + 1)]));
}

function check(who: string, what: string, value: unknown, form: Form): void {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  const refuse = (wanted: string): never => {
    throw wrongType('campaign-reporter', `${who}: ${what} must be ${wanted}, got ${show(value)}`);
  };
  if (typeof form === 'string') {
    const isRight = form === 'object' ? isRecord : typeof value === form;
    if (!isRight) refuse(`of type ${form}`);
  } else if (isForms(form)) {
    if (!Array.isArray(value)) refuse('an array');
    for (const [i, each] of (value as unknown[]).entries()) check(who, `${what}[${i}]`, each, form[0]);
  } else {
    if (!isRecord) refuse('an object');
    const given = value as Readonly<Record<string, unknown>>;
    const { '*': any, ...members } = form;
    for (const [member, each] of Object.entries(members)) {
      const name = member.replace('?', '');
      if (given[name] !== undefined || name === member) check(who, `${name} of ${what}`, given[name], each);
    }
    if (any) for (const [name, each] of Object.entries(given)) check(who, `${show(name)} of ${what}`, each, any);
  }
}

const isForms = (form: Exclude<Form, string>): form is readonly [Form] => Array.isArray(form);
