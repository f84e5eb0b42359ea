// The id of a case, from which it is made again:
//
//   conv2d/n2h7w5c6_o4k3x2s2x1p1.0.2.1d1x2g2b1/f32/exact/42
//
// The part after the operator is written by its family. `+gradient` after the name asks for the gradients, `+reject` for a
// refusal; instead of the
// values and the seed, `given/x=1,2;weight=1` writes the tensors out. Spec oracle-caseid.

import { SpecError, show, wrongType } from '../../errors.ts';
import type { Case } from '../case.ts';
import { familyOf } from '../families/index.ts';
import { isPossible } from './tensors.ts';

export function caseId(c: Case): string {
  const tensors = Object.entries(c.given ?? {}).map(
    ([name, values]) => `${name}=${values.map((v) => (Object.is(v, -0) ? '-0' : v)).join(',')}`,
  );
  const values = c.given ? `given/${tensors.join(';')}` : `${c.values}/${c.seed}`;
  return `${c.op}${c.gradient ? '+gradient' : ''}${c.reject ? '+reject' : ''}/${familyOf(c.op).write(c)}/f32/${values}`;
}

/** The case of an id. @throws {SpecError} oracle-caseid, oracle-operators. */
export function parseCaseId(id: string): Case {
  if (typeof id !== 'string') throw wrongType('oracle-caseid', `explain: a case id must be a string, got ${show(id)}`);
  const refuse = (why: string): never => {
    throw new SpecError('oracle-caseid', `explain: ${why}, got ${show(id)}`);
  };
  const unread = 'a case id reads operator/shape_attributes/f32/values/seed';
  const match = /^(\w+)(\+gradient)?(\+reject)?\/([a-z0-9]+_[a-z0-9.-]*)\/f32\/(\w+)\/(.*)$/.exec(id);
  if (!match) return refuse(unread);
  const [, op, gradient, reject, text, values, rest] = match;
  const family = familyOf(op);
  const drawn = family.read(op, text) ?? refuse(unread);
  const known = [...Object.keys(family.values), 'given'];
  if (!known.includes(values)) refuse(`values must be ${known.join(', ')}`);
  const isGiven = values === 'given';
  const c: Case = {
    ...drawn,
    op,
    gradient: gradient !== undefined,
    values,
    seed: isGiven ? 0 : Number(rest),
    ...(isGiven && { given: readTensors(rest) }),
    ...(reject !== undefined && { reject: true as const }),
  };
  const rule = reject ? 'forbids' : 'allows';
  return isPossible(c)
    ? c
    : refuse(`a case id must name a case that the spec ${rule}, of at most 2²² numbers and 2³⁰ products`);
}

const readTensors = (text: string): Record<string, number[]> =>
  Object.fromEntries(
    text.split(';').map((each) => {
      const [name, values] = each.split('=');
      return [name, values.split(',').map(Number)];
    }),
  );
