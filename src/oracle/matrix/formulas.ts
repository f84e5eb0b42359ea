// Formulas, and every way in which one of their numbers, names or operations may be another one.
//
//   floor(room / stride) + 1      ceil(room / stride) + 1, floor(room · stride) + 1, floor(room / size) + 1, …

/** A number, a name, or an operation of one or two formulas. */
export type Formula = number | string | readonly [Operation, Formula, Formula?];

type Operation = '+' | '−' | '·' | '/' | 'mod' | 'floor' | 'ceil' | 'max' | 'min';

/** What the names stand for. */
export type Numbers = Readonly<Record<string, number>>;

const operations: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '−': (a, b) => a - b,
  '·': (a, b) => a * b,
  '/': (a, b) => a / b,
  mod: (a, b) => a % b,
  floor: Math.floor,
  ceil: Math.ceil,
  max: Math.max,
  min: Math.min,
};

export function evaluated(formula: Formula, numbers: Numbers): number {
  if (typeof formula === 'number') return formula;
  if (typeof formula === 'string') return numbers[formula];
  const [operation, a, b = 0] = formula;
  return operations[operation](evaluated(a, numbers), evaluated(b, numbers));
}

const precedence: Readonly<Partial<Record<Operation, number>>> = { '+': 1, '−': 1, '·': 2, '/': 2, mod: 2 };

/** `floor((input + before − reach) / stride) + 1` */
export function textOf(formula: Formula, outer = 0): string {
  if (typeof formula !== 'object') return String(formula).replace('-', '−');
  const [operation, a, b] = formula;
  const own = precedence[operation];
  if (own === undefined) return `${operation}(${b === undefined ? textOf(a) : `${textOf(a)}, ${textOf(b)}`})`;
  const text = `${textOf(a, own)} ${operation} ${textOf(b!, own + 1)}`;
  return own < outer ? `(${text})` : text;
}

/** What an operation may be taken for; of the others one side may be left out. */
const others: Readonly<Record<Operation, readonly Operation[]>> = {
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

/** Whether an operation changes nothing: to add 0, or to multiply by 1. */
const isSame = (formula: Formula): boolean =>
  typeof formula === 'object' && formula[2] === { '+': 0, '−': 0, '·': 1, '/': 1 }[formula[0] as string];

/** Every formula in which one number, name or operation is another one; the names of one kind may stand for each other. */
export function variantsOf(formula: Formula, ...kinds: readonly (readonly string[])[]): Formula[] {
  if (typeof formula === 'number') return [formula - 1, formula + 1];
  if (typeof formula === 'string')
    return (kinds.find((names) => names.includes(formula)) ?? []).filter((name) => name !== formula);
  const [operation, a, b] = formula;
  const inner = variantsOf(a, ...kinds).map((each): Formula => [operation, each, b]);
  const swapped = others[operation].map((other): Formula => [other, a, b]);
  if (b === undefined) return [...swapped, a, ...inner];
  const right = variantsOf(b, ...kinds).map((each): Formula => [operation, a, each]);
  const left = ['−', '/', 'mod'].includes(operation) ? [a] : [a, b];
  const found = [...left.filter((each) => typeof each !== 'number'), ...swapped, ...inner, ...right];
  return found.filter((each) => !isSame(each));
}

/** A name and the formula of its value, by what was defined before it. */
export type Definition = readonly [name: string, formula: Formula];

/** The values of all names, one definition after another. */
export function defined(definitions: readonly Definition[], given: Numbers): Numbers {
  const known: Record<string, number> = { ...given };
  for (const [name, formula] of definitions) known[name] = evaluated(formula, known);
  return known;
}

/** Definitions of which one is another one, by what it says; in each, what is known by then may stand for each other. */
export const otherDefinitions = (
  definitions: readonly Definition[],
  given: readonly string[],
): { readonly text: string; readonly definitions: readonly Definition[] }[] =>
  definitions.flatMap(([name, formula], i) =>
    variantsOf(formula, [...given, ...definitions.slice(0, i).map(([each]) => each)]).map((other) => ({
      text: `${name} = ${textOf(other)}`,
      definitions: definitions.with(i, [name, other]),
    })),
  );
