// What an engine says of itself beside its operators, read and held together before anything is asked. Spec oracle-engine.

import { oneOf } from '../../attributes.ts';
import { nameHint } from '../../did-you-mean.ts';
import { SpecError } from '../../errors.ts';
import { plain } from '../../plain-text.ts';
import { isRecord } from '../../reading.ts';
import { drawCase } from '../cases/draw.ts';
import { type LanguageName, languages } from '../cases/languages.ts';
import type { Layout } from '../dialect.ts';
import { dialects, readDialect } from '../dialects/dialects.ts';
import { readLayout } from '../dialects/layout.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { operators } from '../families/index.ts';
import { readRequirements, strangeIn, unmet } from './requirements.ts';
import { readTraits } from './traits.ts';

type Declared = Pick<EngineUnderTest, 'dialect' | 'layout' | 'traits' | 'requires' | 'same' | 'language'>;
type Offer = Pick<EngineUnderTest, 'ops' | 'gradients'>;

/** So many cases of an operator are looked through for one that the engine does not exclude. */
const LOOKED = 400;

/** The declarations of an engine. @throws {SpecError} dialect-names, oracle-layout, oracle-traits, oracle-requires, oracle-engine. */
export function readDeclared(
  offer: Offer,
  given: { readonly [name in 'dialect' | 'layout' | 'traits' | 'requires' | 'same' | 'language']?: unknown },
): Declared {
  const dialect = readDialect(given.dialect ?? undefined, [...offer.ops, ...offer.gradients]);
  const layout = readLayout((given.layout ?? undefined) as Layout | undefined, dialects[dialect].layout);
  if (isRecord(given.layout)) checkUse(Object.keys(given.layout), offer);
  const traits = readTraits(given.traits ?? undefined);
  checkTraits(traits, offer);
  const requires = readRequirements(given.requires ?? undefined);
  const { same, language } = given;
  if (same !== undefined && same !== null) oneOf('oracle-engine', 'engine', 'same', same, ['numbers']);
  if (language !== undefined && language !== null)
    oneOf('oracle-engine', 'engine', 'language', language, Object.keys(languages));
  const declared = {
    dialect,
    layout,
    traits,
    ...(requires.length > 0 && { requires }),
    ...(same ? { same: 'numbers' as const } : {}),
    ...(language ? { language: language as LanguageName } : {}),
  };
  checkRequires(offer, declared);
  if (offer.ops.length === 0 && offer.gradients.length === 0)
    throw new SpecError('oracle-engine', 'engine: an engine must offer an operator, in ops or in gradients, got none');
  return declared;
}

/** The members of an engine, or of its hello. */
export const members = [
  'name',
  'version',
  'layout',
  'dialect',
  'precision',
  'traits',
  'requires',
  'same',
  'language',
  'ops',
  'gradients',
] as const;

/** Reports and findings call an engine by its name, so that it must say something. */
export function checkName(name: string): void {
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(name))
    throw new SpecError(
      'oracle-engine',
      `engine: name must have a character that can be seen, got '${plain(name, 100)}'`,
    );
}

/** A member that is nearly one which is missing is that one misspelt; any other belongs to the engine. */
export function checkMembers(given: readonly string[]): void {
  const missing = members.filter((name) => !given.includes(name));
  for (const name of given) {
    const hint = (members as readonly string[]).includes(name) ? '' : nameHint(name.slice(0, 100), missing);
    if (hint.startsWith(' (did you mean'))
      throw new SpecError(
        'oracle-engine',
        `engine: the members are ${members.join(', ')}, got '${plain(name, 100)}'${hint}`,
      );
  }
}

/** Traits of operators that are not offered. */
const traitsOfOperators: Readonly<Record<string, readonly string[]>> = {
  winograd: ['conv2d'],
  fft: ['conv1d', 'conv2d', 'conv3d'],
  variance: ['batchNorm'],
};

function checkTraits(traits: object, { ops, gradients }: Offer): void {
  const offered = [...ops, ...gradients];
  for (const [trait, needed] of Object.entries(traitsOfOperators))
    if (trait in traits && offered.length > 0 && !needed.some((op) => offered.includes(op)))
      throw new SpecError(
        'oracle-traits',
        `engine: traits.${trait} is about ${needed.join(', ')}, which must be offered, got ${offered.join(', ')}`,
      );
}

/** A layout of a tensor that no operator has is a mistake. */
function checkUse(declared: readonly string[], { ops, gradients }: Offer): void {
  const offered = [...ops, ...gradients];
  const used = new Set<string>(
    offered.flatMap((op) => (Object.hasOwn(operators, op) ? Object.values(operators[op].family.tensors) : [])),
  );
  if (used.has('weight')) used.add('grouped');
  if (used.has('depthwise') || used.has('transposed')) used.add('weight'); // from which they have their layout
  const idle = declared.find((key) => key !== 'x' && !used.has(key));
  if (idle !== undefined && offered.length > 0)
    throw new SpecError(
      'oracle-layout',
      `engine: layout.${idle} must belong to an operator that is offered, got none among ${offered.join(', ')}`,
    );
}

/** Statements about nothing, and statements that leave no case of an operator. */
function checkRequires({ ops, gradients }: Offer, { requires = [], ...declared }: Declared): void {
  const offered = [...new Set([...ops, ...gradients])];
  if (requires.length === 0 || offered.length === 0) return;
  const draw = (op: string, index = 0) => drawCase(op, !ops.includes(op), 1, index, declared);
  for (const each of requires) {
    const [strange] = strangeIn(each, offered, draw);
    if (strange !== undefined)
      throw new SpecError(
        'oracle-requires',
        `engine: '${each.text}' must be about an operator that is offered, got '${strange}', which none of ${(each.ops ?? offered).join(', ')} has`,
      );
  }
  for (const op of offered) {
    let found = false;
    for (let index = 0; index < LOOKED && !found; index++) found = unmet(requires, draw(op, index)) === undefined;
    if (found) continue;
    const alone = requires.find((one) =>
      Array.from({ length: 40 }, (_, i) => draw(op, i)).every((c) => unmet([one], c)),
    );
    throw new SpecError(
      'oracle-requires',
      `engine: requires must leave cases of ${op}, got none among ${LOOKED}${alone ? `: '${alone.text}' excludes them` : ` for ${requires.map(({ text }) => `'${text}'`).join(' and ')}`}`,
    );
  }
}
