// Mutants of the reference loops: one operator, number or name in their text is another one.

import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { layerFor } from '../../src/oracle/families/index.ts';
import type { Engine } from '../../src/oracle/index.ts';
import type { LayerOf } from './reference.ts';

/** What is mutated, and which operators and parts of results are computed with it. */
const functions: Readonly<Record<string, readonly string[]>> = {
  conv: ['conv2d', 'depthwiseConv2d', 'conv1d', 'dense'],
  convInputGrad: ['conv2d', 'convTranspose2d', 'depthwiseConv2d'],
  convWeightGrad: ['conv2d', 'convTranspose2d'],
  biasGrad: ['conv2d'],
  eachWindow: ['avgPool2d', 'maxPool2d'],
  argmax: ['maxPool2d'],
  maxPool: ['maxPool2d'],
  maxPoolGrad: ['maxPool2d'],
  divisors: ['avgPool2d'],
  avgPool: ['avgPool2d'],
  avgPoolGrad: ['avgPool2d'],
  windowAxes: ['conv2d', 'maxPool2d', 'avgPool2d', 'depthwiseConv2d'],
  cellsUnder: ['conv2d', 'maxPool2d', 'avgPool2d', 'convTranspose2d'],
};

/** A change of the text: from, to, and what stands there instead. */
export interface Mutant {
  readonly what: string;
  readonly op: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const operators: Readonly<Record<string, readonly string[]>> = {
  '+': ['-', '*'],
  '-': ['+'],
  '*': ['+', '/'],
  '/': ['*'],
  '%': ['+'],
  '<': ['<='],
  '<=': ['<'],
  '>': ['>=', '<'],
  '>=': ['>'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-=', '='],
};

/** Names that stand for numbers of the same kind. */
const kinds: readonly (readonly string[])[] = [
  ['C', 'O'],
  ['I', 'P', 'K'],
  ['n', 'p', 'o', 'c', 'k'],
  ['a', 'b', 'c'],
  ['ia', 'ib', 'ic'],
  ['top', 'middle', 'left'],
  ['x', 'dy'],
];
const properties: readonly (readonly string[])[] = [
  ['stride', 'dilation', 'size'],
  ['before', 'after'],
  ['input', 'output'],
  ['channels', 'filters', 'groups', 'batch'],
  ['floor', 'ceil'],
  ['max', 'min'],
];

type Node = { readonly type: string; readonly start: number; readonly end: number } & Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

function* within(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node))
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) yield* within(each);
}

/** The text of the reference loops as one module. */
export async function textOfLoops(): Promise<string> {
  const bundle = await rolldown({ input: 'test/score/reference.ts', platform: 'neutral' });
  const { output } = await bundle.generate({ format: 'esm' });
  return output[0].code;
}

/** Every mutant, function by function. */
export function mutantsOf(text: string): Mutant[] {
  const found: Mutant[] = [];
  const program = parseAst(text) as unknown as Node;
  for (const node of within(program)) {
    const name = (node.id as Node | null | undefined)?.name as string | undefined;
    if (node.type !== 'FunctionDeclaration' || name === undefined || !Object.hasOwn(functions, name)) continue;
    const add = (at: Node, start: number, end: number, instead: string): void => {
      const line = text.slice(text.lastIndexOf('\n', at.start) + 1, text.indexOf('\n', at.end)).trim();
      const what = `${name}: ${text.slice(start, end)} → ${instead} in ${line.slice(0, 90)}`;
      for (const op of functions[name]) found.push({ what, op, start, end, text: instead });
    };
    const kept = new Set([...within(node.body as Node)].flatMap((each) => [...countersOf(each), ...declared(each)]));
    for (const [each, names] of withNames(node, new Set())) if (!kept.has(each)) mutate(each, text, names, add);
  }
  return found;
}

/** The variable that a loop counts, wherever its head says it: with another one in one of these places, it would not end. */
function countersOf(node: Node): Node[] {
  if (node.type !== 'ForStatement') return [];
  const head = [node.init, node.test, node.update].filter(isNode).flatMap((part) => [...within(part)]);
  const { name } = (node.update as Node).argument as Node & { name: string };
  return head.filter((each) => each.type === 'Identifier' && each.name === name);
}

/** The names that a declaration makes: with another one, the first is unknown. */
const declared = (node: Node): Node[] =>
  node.type === 'VariableDeclarator' ? [...within(node.id as Node)].filter(({ type }) => type === 'Identifier') : [];

/** Every node of a function with the names that are known there. */
function* withNames(node: Node, known: ReadonlySet<string>): Generator<[Node, ReadonlySet<string>]> {
  const isScope = /^(FunctionDeclaration|BlockStatement|For\w*Statement)$/.test(node.type);
  const own = isScope ? [...((node.params as Node[] | undefined) ?? []), ...statementsOf(node)] : [];
  const names = own.flatMap((each) =>
    each.type === 'VariableDeclaration' ? (each.declarations as Node[]).flatMap(namesIn) : namesIn(each),
  );
  const here = names.length > 0 ? new Set([...known, ...names]) : known;
  if (node.type !== 'FunctionDeclaration') yield [node, here];
  for (const value of Object.values(node))
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) yield* withNames(each, here);
}

const statementsOf = (node: Node): Node[] =>
  [...(Array.isArray(node.body) ? (node.body as Node[]) : []), node.init as Node, node.left as Node]
    .filter(isNode)
    .filter(({ type }) => type === 'VariableDeclaration');

/** The names of a parameter or of what is declared. */
const namesIn = (node: Node): string[] =>
  [...within(node.type === 'VariableDeclarator' ? (node.id as Node) : node)].flatMap((each) =>
    each.type === 'Identifier' ? [each.name as string] : [],
  );

type Add = (at: Node, start: number, end: number, instead: string) => void;

function mutate(node: Node, text: string, names: ReadonlySet<string>, add: Add): void {
  if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression' || node.type === 'AssignmentExpression') {
    const [left, right] = [node.left as Node, node.right as Node];
    const at = text.indexOf(node.operator as string, left.end);
    if (at < right.start)
      for (const other of operators[node.operator as string] ?? [])
        add(node, at, at + (node.operator as string).length, other);
  }
  if (node.type === 'Literal' && typeof node.value === 'number')
    add(node, node.start, node.end, node.value === 0 ? '1' : String((node.value as number) - 1));
  if (node.type === 'ContinueStatement') add(node, node.start, node.end, '{}');
  if (node.type === 'Identifier') {
    const kind = kinds.find((list) => list.includes(node.name as string));
    for (const other of kind ?? []) if (other !== node.name && names.has(other)) add(node, node.start, node.end, other);
  }
  if (node.type === 'MemberExpression' && node.computed === false) {
    const { name, start, end } = node.property as Node & { name: string };
    const kind = properties.find((list) => list.includes(name));
    for (const other of kind ?? []) if (other !== name) add(node, start, end, other);
  }
}

/** The engine of a mutant; undefined where the text is no program. */
export async function engineOf(text: string, mutant: Mutant): Promise<Engine | undefined> {
  const source = text.slice(0, mutant.start) + mutant.text + text.slice(mutant.end);
  try {
    const module = (await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`)) as {
      engineOf(op: string, layerOf: LayerOf): Engine;
    };
    return module.engineOf(mutant.op, layerFor as LayerOf);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
