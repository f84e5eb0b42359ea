// Asks an engine one case: the call in its dialect and layout, its answer in ours, the verdict.

import type { Layer } from '../../layer/layer.ts';
import { type Shape, sameShape, type Tensor } from '../../tensor.ts';
import type { Case, Part } from '../case.ts';
import { layerOf, operandsOf, shapeOf } from '../cases/tensors.ts';
import type { DialectName } from '../dialect.ts';
import { dialects } from '../dialects/dialects.ts';
import { toOurs } from '../dialects/layout.ts';
import {
  type Asking,
  attributesIn,
  countsOf,
  layoutKeyOf,
  numbered,
  shapesIn,
  theirTensor,
} from '../dialects/translate.ts';
import type { Call, Traits } from '../engine.ts';
import type { Answer, EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import type { Expected } from '../family.ts';
import { recent } from '../recent.ts';
import { checkParts } from './outputs.ts';
import { unmet } from './requirements.ts';
import { type Verdict, verdict } from './verdict.ts';

/** A case, what the engine gave for it (in our layout, if it gave anything), and the verdict. */
export interface Outcome {
  readonly case: Case;
  readonly verdict: Verdict;
  readonly theirs?: unknown;
  /** The case to ask before it, where that matters. Spec oracle-history. */
  readonly after?: Case;
}

/** The question as the engine gets it, in its dialect and layout. */
export function callOf(asked: Asking, c: Case): Call {
  const operands = Object.entries(operandsOf(c, layerOf(c))) as [string, Tensor][];
  const tensors = operands.map(([name, tensor]) => [name, theirTensor(asked, c, name, tensor)]);
  const dialect = asked.dialect ?? 'toeplitz';
  const said = (asked.same && numbered(dialect, c)) ?? c;
  const attributes = attributesIn(dialect, said, asked.layout);
  return { op: c.op, attributes, ...Object.fromEntries(tensors) } as unknown as Call;
}

/** What the engine is to give by its dialect: each output, its shape in our layout and its bound. */
export const partsOf = (
  { dialect = 'toeplitz', traits }: Pick<EngineUnderTest, 'dialect' | 'traits'>,
  c: Case,
): readonly (readonly [Part, Expected])[] =>
  c.reject ? [] : expected(c, `${dialect} ${textOf(traits)}`, () => expectedOf(dialect, traits, c));

/** Value, error, magnitude and terms of each output, and what the latter two are made of. */
const expected = recent<Case, [Part, Expected][]>((parts) =>
  parts.reduce((sum, [, { bound }]) => sum + 8 * bound.value.length, 0),
);

const texts = new WeakMap<Traits, string>();
/** Traits in words: those of two engines may be the same. */
function textOf(traits: Traits): string {
  const text = texts.get(traits) ?? JSON.stringify(traits);
  texts.set(traits, text);
  return text;
}

function expectedOf(dialect: DialectName, traits: Traits, c: Case): [Part, Expected][] {
  const family = familyOf(c.op);
  const layer = layerOf(c);
  const operands = family.operandsIn(dialects[dialect], operandsOf(c, layer));
  const x = operands.x.shape;
  const shapes = { y: layer.shape(x), x, ...layer.params(x) } as Record<Part, Shape>;
  return Object.entries(family.bounds(layer, operands, traits)).map(([part, bound]) => {
    const ours = { shape: shapes[part], bound };
    return [part, part === 'y' ? family.outputIn(dialects[dialect], c, ours) : ours];
  });
}

export async function ask(subject: EngineUnderTest, c: Case): Promise<Outcome> {
  const answer = excluded(subject, c) ?? (await subject.run(callOf(subject, c), c));
  if (c.reject) return { case: c, verdict: refusal(answer) };
  if (answer.kind !== 'result') return { case: c, verdict: verdict(answer.kind, answer.message) };
  const theirs = ours(answer.value, c, subject);
  return { case: c, verdict: checkParts(partsOf(subject, c), theirs), theirs };
}

/** That a case is none of those that the engine declares, if so: it is not asked. Spec oracle-requires. */
function excluded({ dialect = 'toeplitz', requires = [], same }: EngineUnderTest, c: Case): Answer | undefined {
  const requirement = unmet(requires, c);
  if (requirement) return { kind: 'skip', message: `requires ${requirement.text}` };
  if (same === undefined || numbered(dialect, c) !== undefined) return undefined;
  return { kind: 'skip', message: 'this padding cannot be said in numbers' };
}

/** How many questions go to an engine at once. */
const TOGETHER = 32;

/**
 * One output of the answer to each case, without a verdict on it; undefined where there is no such tensor of that size, and
 * once the time of the engine is over.
 */
export async function answersTo(
  subject: EngineUnderTest,
  cases: readonly Case[],
  part: Part,
  size: number,
  isOver: () => boolean,
): Promise<(Float32Array | undefined)[]> {
  const found: (Float32Array | undefined)[] = [];
  for (let i = 0; i < cases.length && !isOver(); i += TOGETHER) {
    const some = cases.slice(i, i + TOGETHER);
    const out = some.map((c) => excluded(subject, c));
    const questions = some.filter((_, j) => out[j] === undefined).map((c) => [callOf(subject, c), c] as const);
    const answers = subject.runAll
      ? await subject.runAll(questions)
      : await inTurn(questions, ([call, c]) => subject.run(call, c));
    const asked = [...answers];
    found.push(...out.map((answer, j) => partOf(answer ?? asked.shift()!, subject, some[j], part, size)));
  }
  return cases.map((_, i) => found[i]);
}

async function inTurn<Q, A>(questions: readonly Q[], put: (question: Q) => Promise<A>): Promise<A[]> {
  const answers: A[] = [];
  for (const each of questions) answers.push(await put(each));
  return answers;
}

function partOf(answer: Answer, subject: EngineUnderTest, c: Case, part: Part, size: number): Float32Array | undefined {
  if (answer.kind !== 'result') return undefined;
  const theirs = ours(answer.value, c, subject);
  const tensor = (part === 'y' ? theirs : (theirs as Record<string, unknown> | null)?.[part]) as Partial<Tensor> | null;
  return tensor?.data instanceof Float32Array && tensor.data.length === size ? tensor.data : undefined;
}

/** What is said of an answer to a case that the spec forbids. Spec oracle-reject. */
function refusal({ kind, ...rest }: Answer): Verdict {
  if (kind === 'error') return verdict('pass', 'the engine refuses it');
  if (kind === 'result') return verdict('should-reject', 'the engine gives a result for a case that must be refused');
  return verdict(kind, 'message' in rest ? rest.message : '');
}

/** A result in our layout; of gradients, each. */
function ours(value: unknown, c: Case, { dialect = 'toeplitz', layout }: EngineUnderTest): unknown {
  const x = shapeOf(c);
  const shapes = shapesIn(dialect, c, layout);
  const one = (name: string, each: unknown): unknown =>
    Object.hasOwn(shapes, name)
      ? reshaped(each, shapes[name], () => ownShape(layerOf(c), x, name))
      : toOurs(layoutKeyOf(c, name), each, layout, x.length, countsOf(c));
  if (!c.gradient) return one('y', value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, one(name, each)]));
}

const ownShape = (layer: Layer, x: Shape, name: string): Shape =>
  name === 'y' ? layer.shape(x) : name === 'x' ? x : (layer.params(x)[name] as Shape);

/** A tensor of theirs in our shape; what has not their shape comes back as it is, for the verdict to see. */
function reshaped(value: unknown, theirs: Shape, ours: () => Shape): unknown {
  const { shape, data } = (value ?? {}) as Partial<Tensor>;
  return Array.isArray(shape) && sameShape(shape, theirs) ? { shape: ours(), data } : value;
}
