// The hello of an engine in another process, checked. Spec oracle-protocol.

import { SpecError } from '../errors.ts';
import { readTraits } from '../oracle/ask/traits.ts';
import { dialects, readDialect } from '../oracle/dialects/dialects.ts';
import { readLayout } from '../oracle/dialects/layout.ts';
import { operators } from '../oracle/families/index.ts';
import type { Subject } from '../oracle/subject.ts';
import { plain } from '../plain.ts';
import { NAME } from './plain-report.ts';
import { parseLine, SHOWN } from './protocol.ts';

export interface Hello extends Omit<Subject, 'run'> {
  /** Operators that the engine offers and the oracle does not know. */
  readonly unknown: readonly string[];
}

/** How many of them are named. */
const MOST = 20;

/** Whether a line is meant as a hello. */
export function asHello(text: string): string | undefined {
  const line = parseLine(text);
  return line && ('name' in line || 'ops' in line) ? text : undefined;
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** @throws {SpecError} oracle-protocol, oracle-operators, dialect-names, oracle-layout, oracle-traits. */
export function readHello(text: string): Hello {
  const { name, version, ops, gradients = [], dialect: spoken, layout, traits } = parseLine(text) ?? {};
  const isVersion = version === undefined || version === null || typeof version === 'string';
  if (typeof name !== 'string' || !isVersion || !isNames(ops) || !isNames(gradients))
    throw new SpecError(
      'oracle-protocol',
      `the hello must be {"name", "ops": […]}, perhaps with version and gradients, of strings, got ${plain(text, SHOWN)}`,
    );
  const isKnown = (each: string): boolean => Object.hasOwn(operators, each);
  const known = ops.filter(isKnown);
  const unknown = [...new Set([...ops, ...gradients].filter((each) => !isKnown(each)))];
  if (known.length === 0 && unknown.length > 0)
    throw new SpecError(
      'oracle-engine',
      `the operators are ${Object.keys(operators).join(', ')}, got '${plain(unknown[0], NAME)}'`,
    );
  const dialect = readDialect(spoken as string | undefined, known);
  return {
    name: plain(name, NAME),
    ...(version && { version: plain(version, NAME) }),
    dialect,
    layout: readLayout(layout as Subject['layout'], dialects[dialect].layout),
    traits: readTraits(traits),
    ops: [...new Set(known)],
    gradients: [...new Set(gradients.filter(isKnown))],
    unknown: [
      ...unknown.slice(0, MOST).map((each) => plain(each, NAME)),
      ...(unknown.length > MOST ? [`${unknown.length - MOST} more`] : []),
    ],
  };
}
