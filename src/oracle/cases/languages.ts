// Attributes and tensors as source text that can be pasted, in four languages.
//
//   TypeScript   const x = tensor([1, 2], [3, NaN]);
//   Python       x = numpy.array([3, float('nan')], 'float32').reshape(1, 2)
//   C++          const int x_shape[] = {1, 2};  const float x[] = {3.0f, NAN};
//   Rust         const X_SHAPE: [usize; 2] = [1, 2];  const X: [f32; 2] = [3.0, f32::NAN];

import type { Attributes } from '../../layer/layer.ts';
import type { Tensor } from '../../tensor.ts';

export interface Language {
  /** What a line of comment begins with. */
  readonly comment: string;
  attributes(attributes: Attributes): string;
  /** A tensor by its name, such as `x` or `expected.y`. */
  tensor(name: string, tensor: Tensor): string;
}

const isDouble = ({ data }: Tensor): boolean => data instanceof Float64Array;
const listed = (data: ArrayLike<number>, each: (value: number) => string): string => Array.from(data, each).join(', ');
const snake = (name: string): string => name.replace('.', '_');
const upper = (name: string): string => snake(name.replace(/[A-Z]/g, '_$&')).toUpperCase();

/** Decimal digits that read back as the same number; NaN and ∞ in words of the language. */
const number =
  (nan: string, infinity: string, isPointed: boolean, suffix = '') =>
  (value: number): string => {
    if (value !== value) return nan;
    if (!Number.isFinite(value)) return value > 0 ? infinity : `-${infinity}`;
    const digits = Object.is(value, -0) ? '-0.0' : String(value);
    return (isPointed && /^-?\d+$/.test(digits) ? `${digits}.0` : digits) + suffix;
  };

/** An attribute with brackets, quotes and truth values as the language has them. */
const written =
  (open: string, close: string, quote: string, truth: (value: boolean) => string) =>
  (value: unknown): string => {
    const again = written(open, close, quote, truth);
    if (Array.isArray(value)) return open + value.map(again).join(', ') + close;
    if (typeof value === 'string') return quote + value + quote;
    return typeof value === 'boolean' ? truth(value) : String(value);
  };

const fields = (attributes: Attributes, each: (name: string, value: unknown) => string, between = ', '): string =>
  Object.entries(attributes)
    .map(([name, value]) => each(name, value))
    .join(between);

const script = { value: written('[', ']', "'", String), number: number('NaN', 'Infinity', false) };
/** Attributes in one line. */
export const record = (attributes: Attributes): string =>
  `{ ${fields(attributes, (name, value) => `${name}: ${script.value(value)}`)} }`;
const typescript: Language = {
  comment: '//',
  attributes: (attributes) => `const attributes = ${record(attributes)};`,
  tensor(name, tensor) {
    const variable = name.replace(/\.(.)/, (_, first: string) => first.toUpperCase());
    const type = isDouble(tensor) ? ", 'float64'" : '';
    return `const ${variable} = tensor([${tensor.shape.join(', ')}], [${listed(tensor.data, script.number)}]${type});`;
  },
};

const snakes = {
  value: written('[', ']', "'", (value) => (value ? 'True' : 'False')),
  number: number("float('nan')", "float('inf')", false),
};
const python: Language = {
  comment: '#',
  attributes: (attributes) =>
    `attributes = dict(${fields(attributes, (name, value) => `${name}=${snakes.value(value)}`)})`,
  tensor(name, tensor) {
    const type = isDouble(tensor) ? 'float64' : 'float32';
    return `${snake(name)} = numpy.array([${listed(tensor.data, snakes.number)}], '${type}').reshape(${tensor.shape.join(', ')})`;
  },
};

const braces = written('{', '}', '"', String);
/** The type before a name and the sizes after it. */
function declared(name: string, value: unknown): string {
  const sizes: number[] = [];
  let cell = value;
  for (; Array.isArray(cell); cell = cell[0]) sizes.push(cell.length);
  const type = typeof cell === 'string' ? 'const char* const' : typeof cell === 'boolean' ? 'const bool' : 'const int';
  return `${type} ${name}${sizes.map((size) => `[${size}]`).join('')} = ${braces(value)};`;
}
const cpp: Language = {
  comment: '//',
  attributes: (attributes) => `#include <cmath>\nnamespace attributes { ${fields(attributes, declared, ' ')} }`,
  tensor(name, tensor) {
    const [type, suffix] = isDouble(tensor) ? ['double', ''] : ['float', 'f'];
    const values = listed(tensor.data, number('NAN', 'INFINITY', true, suffix));
    return `${declared(`${snake(name)}_shape`, [...tensor.shape])}\nconst ${type} ${snake(name)}[] = {${values}};`;
  },
};

const brackets = written('[', ']', '"', String);
const typeIn = (value: unknown): string => {
  if (Array.isArray(value)) return `[${typeIn(value[0])}; ${value.length}]`;
  return typeof value === 'string' ? '&str' : typeof value === 'boolean' ? 'bool' : 'usize';
};
const constant = (name: string, value: unknown): string =>
  `pub const ${upper(name)}: ${typeIn(value)} = ${brackets(value)};`;
const rust: Language = {
  comment: '//',
  attributes: (attributes) => `mod attributes { ${fields(attributes, constant, ' ')} }`,
  tensor(name, tensor) {
    const type = isDouble(tensor) ? 'f64' : 'f32';
    const values = listed(tensor.data, number(`${type}::NAN`, `${type}::INFINITY`, true));
    return [
      constant(`${name}_shape`, [...tensor.shape]),
      `pub const ${upper(name)}: [${type}; ${tensor.data.length}] = [${values}];`,
    ].join('\n');
  },
};

export const languages = { typescript, python, cpp, rust } as const;
export type LanguageName = keyof typeof languages;
