// A case written out as source text that can be pasted.

import type { Attributes } from '../layer.ts';
import type { Tensor } from '../tensor.ts';
import { type Case, layerOf, operandsOf } from './cases.ts';
import { attributesIn } from './dialect-attributes.ts';
import type { Subject } from './engine.ts';
import { ownLayout } from './layout.ts';

export interface Literal {
  readonly typescript: string;
  readonly python: string;
}

/** Longer tensors are left to the case id. */
const SHOWN = 64;

const names = { true: 'True', false: 'False' } as const;

/** Numbers as both languages read them; NaN and ∞ have their own words. */
const number = (value: number, python: boolean): string => {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  if (!python) return String(value);
  return value !== value ? "float('nan')" : `float('${value > 0 ? 'inf' : '-inf'}')`;
};

function value(each: unknown, python: boolean): string {
  if (Array.isArray(each)) return `[${each.map((v) => value(v, python)).join(', ')}]`;
  if (typeof each === 'string') return `'${each}'`;
  if (typeof each === 'boolean') return python ? names[`${each}`] : String(each);
  return number(each as number, python);
}

const values = (tensor: Tensor, python: boolean): string =>
  tensor.data.length > SHOWN ? (python ? '...' : '/* from the case id */') : value([...tensor.data], python);

const record = (attributes: Attributes, python: boolean): string => {
  const list = Object.entries(attributes).map(([name, each]) => name + (python ? '=' : ': ') + value(each, python));
  return python ? `dict(${list.join(', ')})` : `{ ${list.join(', ')} }`;
};

/** In our attributes and layout; a comment says the attributes as an engine of another dialect gets them. */
export function literal(
  c: Case,
  { dialect = 'toeplitz', layout }: Pick<Subject, 'dialect' | 'layout'> = { layout: ownLayout },
): Literal {
  const operands = Object.entries(operandsOf(c, layerOf(c))) as [string, Tensor][];
  const own = attributesIn('toeplitz', c, ownLayout);
  const said = (sign: string, python: boolean): string[] =>
    dialect === 'toeplitz' ? [] : [`${sign} ${dialect}: ${record(attributesIn(dialect, c, layout), python)}`];
  return {
    typescript: [
      ...said('//', false),
      `const attributes = ${record(own, false)};`,
      ...operands.map(([name, t]) => `const ${name} = tensor([${t.shape.join(', ')}], ${values(t, false)});`),
    ].join('\n'),
    python: [
      ...said('#', true),
      `attributes = ${record(own, true)}`,
      ...operands.map(
        ([name, t]) => `${name} = numpy.array(${values(t, true)}, 'float32').reshape(${t.shape.join(', ')})`,
      ),
    ].join('\n'),
  };
}
