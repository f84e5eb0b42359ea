// Formulas, and every way in which one of their numbers, names or operations may be another one, or is left out. As in a program,
// an operation that is exchanged may bind its neighbours otherwise.
//
//   floor(room / stride) + 1      ceil(room / stride) + 1, floor(room · stride) + 1, floor(room / size) + 1, room / stride + 1, …

/** What the names stand for. Names may hold spaces; operations have one on either side. */
export type Numbers = Readonly<Record<string, number>>;

const operations: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '−': (a, b) => a - b,
  '·': (a, b) => a * b,
  '/': (a, b) => a / b,
  mod: (a, b) => a % b,
};
const functions: Readonly<Record<string, (...numbers: number[]) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  max: Math.max,
  min: Math.min,
};
const isSum = (operation: string): boolean => operation === '+' || operation === '−';

type Value = (numbers: Numbers) => number;

const known = new Map<string, Value>();

/** The value of a formula. */
export function evaluated(formula: string, numbers: Numbers): number {
  const value = known.get(formula) ?? parsed(tokensOf(formula));
  known.set(formula, value);
  return value(numbers);
}

const tokensOf = (formula: string): string[] =>
  formula
    .split(/( [+−·/] | mod |, |\(|\))/)
    .map((token) => token.trim())
    .filter((token) => token !== '');

/** The text without brackets around a single name. */
const textOf = (tokens: readonly string[]): string =>
  tokens
    .map((token) => (token in operations ? ` ${token} ` : token === ',' ? ', ' : token))
    .join('')
    .replace(/(?<![a-z])\(([a-z0-9 ]+)\)/g, '$1');

/** Products bind more than sums, both from the left. */
function parsed(tokens: string[]): Value {
  const rest = [...tokens];
  const operand = (): Value => {
    const token = rest.shift()!;
    if (token === '(' || token in functions) {
      if (token !== '(') rest.shift();
      const given = [sum()];
      while (rest.shift() === ',') given.push(sum());
      const [first] = given;
      return token === '(' ? first : (numbers) => functions[token](...given.map((each) => each(numbers)));
    }
    const number = Number(token);
    return Number.isNaN(number) ? (numbers) => numbers[token] : () => number;
  };
  const chain = (next: () => Value, isOne: (operation: string) => boolean): Value => {
    let value = next();
    while (rest[0] in operations && isOne(rest[0])) {
      const [operation, left, right] = [operations[rest.shift()!], value, next()];
      value = (numbers) => operation(left(numbers), right(numbers));
    }
    return value;
  };
  const product = (): Value => chain(operand, (operation) => !isSum(operation));
  const sum = (): Value => chain(product, isSum);
  return sum();
}

/** What an operation or a function may be taken for. */
const others: Readonly<Record<string, readonly string[]>> = {
  '+': ['−', '·'],
  '−': ['+'],
  '·': ['+', '/'],
  '/': ['·'],
  mod: ['+', '/'],
  floor: ['ceil'],
  ceil: ['floor'],
  max: ['min'],
  min: ['max'],
};

/** Every formula with one part that is another one; the names of one kind may stand for each other. */
export function variantsOf(formula: string, ...kinds: readonly (readonly string[])[]): string[] {
  const tokens = tokensOf(formula);
  const found = tokens.flatMap((token, i): (readonly string[])[] => {
    const instead = (each: string): readonly string[] => tokens.with(i, each);
    const alike = kinds.find((names) => names.includes(token)) ?? [];
    const number = Number(token);
    const numbers = Number.isNaN(number) ? [] : [number - 1, number + 1].filter((n) => n >= 0);
    const exchanged = [...alike, ...(others[token] ?? []), ...numbers.map(String)].map(instead);
    return [...leftOut(tokens, i), ...exchanged];
  });
  const texts = new Set(found.filter((each) => !isIdle(each)).map(textOf));
  texts.delete(formula);
  return [...texts];
}

const isOperand = (token: string | undefined): boolean =>
  token !== undefined && !/^[(),]$/.test(token) && !(token in others);

/** The formula without an operation and one of its sides, or without a function. */
function leftOut(tokens: readonly string[], i: number): (readonly string[])[] {
  const token = tokens[i];
  if (token in functions) return tokens[i + 3] === ',' ? [tokens.toSpliced(i, 4, '(')] : [tokens.toSpliced(i, 1)];
  if (!(token in operations)) return [];
  const isFirst = isOperand(tokens[i - 1]) && [undefined, '(', ','].includes(tokens[i - 2]);
  const withoutRight = isOperand(tokens[i + 1]) ? [tokens.toSpliced(i, 2)] : [];
  const withoutLeft = isFirst && (token === '+' || token === '·') ? [tokens.toSpliced(i - 1, 2)] : [];
  return [...withoutRight, ...withoutLeft];
}

const idle: Readonly<Record<string, string>> = { '+': '0', '−': '0', '·': '1', '/': '1' };

/** Whether an operation changes nothing: to add 0, or to multiply by 1. */
const isIdle = (tokens: readonly string[]): boolean =>
  tokens.some((token, i) => token in idle && tokens[i + 1] === idle[token]);

/** A name and the formula of its value, by what was defined before it. */
export type Definition = readonly [name: string, formula: string];

/** The values of all names, one definition after another. */
export function defined(definitions: readonly Definition[], given: Numbers): Numbers {
  const values: Record<string, number> = { ...given };
  for (const [name, formula] of definitions) values[name] = evaluated(formula, values);
  return values;
}

/** Definitions of which one is another one, by what it says. */
interface Others {
  readonly text: string;
  readonly definitions: readonly Definition[];
}

/** There are a few dozens of formulas in all. */
const madeBefore = new Map<string, readonly Others[]>();

/** Every way in which one definition may be another one; in each, what is known by then may stand for each other. */
export function otherDefinitions(definitions: readonly Definition[], given: readonly string[]): readonly Others[] {
  const key = JSON.stringify([definitions, given]);
  const known =
    madeBefore.get(key) ??
    definitions.flatMap(([name, formula], i) =>
      variantsOf(formula, [...given, ...definitions.slice(0, i).map(([each]) => each)]).map((other) => ({
        text: `${name} = ${other}`,
        definitions: definitions.with(i, [name, other]),
      })),
    );
  madeBefore.set(key, known);
  return known;
}
