// The hello of an engine in another process, checked. Spec oracle-protocol.

import { SpecError } from '../errors.ts';
import { checkMembers, checkName, readDeclared } from '../oracle/ask/declared.ts';
import { NAME, readOffer } from '../oracle/ask/offer.ts';
import type { EngineUnderTest } from '../oracle/engine-under-test.ts';
import { plain } from '../plain-text.ts';
import { parseLine, SHOWN } from './protocol.ts';

export type Hello = Omit<EngineUnderTest, 'run'>;

/** Whether a line is meant as a hello. */
export function asHello(text: string): string | undefined {
  const line = parseLine(text);
  return line && ('name' in line || 'ops' in line) ? text : undefined;
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** @throws {SpecError} oracle-protocol, oracle-operators, dialect-names, oracle-layout, oracle-traits, oracle-requires. */
export function readHello(text: string): Hello {
  const { name, version, ops, gradients = [], ...declared } = parseLine(text) ?? {};
  const isVersion = version === undefined || version === null || typeof version === 'string';
  if (typeof name !== 'string' || !isVersion || !isNames(ops) || !isNames(gradients))
    throw new SpecError(
      'oracle-protocol',
      `the hello must be {"name", "ops": […]}, perhaps with version and gradients, of strings, got ${plain(text, SHOWN)}`,
    );
  checkName(name);
  checkMembers(Object.keys(parseLine(text) ?? {}));
  const offer = readOffer(ops, gradients);
  return {
    name: plain(name, NAME),
    ...(version && { version: plain(version, NAME) }),
    ...readDeclared(offer, declared),
    ...offer,
  };
}
