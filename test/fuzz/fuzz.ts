// Fuzzing: every public function, and every function that one of them gives, under generated nonsense. A call may succeed,
// or throw a TypeError or a SpecError with its clause; either way it ends soon.

import fc from 'fast-check';
import { type Layer, type Params, type Shape, SpecError } from '../../src/index.ts';
import { random } from '../../src/random.ts';
import { examples } from '../layers.ts';
import { calls, later } from './calls.ts';
import { changed, type Expression, evaluate, placesOf, print, Wrapped } from './expression.ts';
import { modules, valueIn } from './scope.ts';

/** What is called, as source, and the good arguments; `undefined` where none are known. */
export interface Target {
  readonly source: string;
  readonly good: readonly Expression[] | undefined;
}

export interface Finding {
  readonly seed: number;
  /** The call, in the names of scope.ts. */
  readonly call: string;
  readonly problem: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value);

/** What throws an error that is meant so. */
const EXCEPT = ['SpecError', 'skip'];

/** All functions that are exported, and those in exported records (`torchNames.vgg`). */
export const exported: readonly string[] = [
  ...new Set(
    Object.values(modules)
      .flatMap((module) => Object.entries(module))
      .filter(([name]) => !EXCEPT.includes(name))
      .flatMap(([name, value]): [string, unknown][] =>
        isRecord(value) ? Object.entries(value).map(([key, each]) => [`${name}.${key}`, each]) : [[name, value]],
      )
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name),
  ),
];

const isLayer = (value: unknown): value is Layer => isRecord(value) && 'forward' in value && 'vjp' in value;

/** Inputs that suit one layer or another. */
const SHAPES: readonly Shape[] = [
  [1, 3, 3, 1],
  [2, 2],
  [1, 4, 4, 2],
  [1, 6, 2],
  [1, 2],
  [2, 3],
  [1, 3, 4, 2, 2],
  [1, 6],
  [1, 32, 32, 1],
  [1, 64, 64, 3],
  [1, 227, 227, 3],
  [1, 224, 224, 3],
  ...examples.map(({ shape }) => shape),
];

const tensorOf = (shape: Shape): Expression => ({ shape, data: `floats(${shape.reduce((a, b) => a * b, 1)})` });

const paramsOf = (shapes: Params<Shape>): Expression =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, each]) => [
      name,
      Array.isArray(each) ? tensorOf(each as Shape) : paramsOf(each as Params<Shape>),
    ]),
  );

const sizeOf = (shapes: Params<Shape>): number =>
  Object.values(shapes)
    .map((each) => (Array.isArray(each) ? each.reduce((a, b) => a * b, 1) : sizeOf(each as Params<Shape>)))
    .reduce((a, b) => a + b, 0);

/** Nets of more parameters than this answer questions about shapes only, and are not run. */
const MOST = 100_000;

/** The methods of a layer, `emit` apart: its program is no public value. */
function layerTargets(source: string, layer: Layer): Target[] {
  const shape = SHAPES.find((each) => {
    try {
      return layer.shape(each);
    } catch (error) {
      if (error instanceof SpecError) return false;
      throw error;
    }
  });
  if (shape === undefined) return [{ source: `${source}.forward`, good: undefined }];
  const rules = (['shape', 'params', 'field', 'cost', 'inputs', 'parameters', 'geometry'] as const)
    .filter((name) => layer[name] !== undefined)
    .map((name) => ({ source: `${source}.${name}`, good: [shape] }));
  const changes = { source: `${source}.with`, good: [{ attributes: {}, children: {} }] };
  const shapes = layer.params(shape);
  if (sizeOf(shapes) > MOST || layer.cost(shape) > MOST) return [...rules, changes];
  const operands = [tensorOf(shape), paramsOf(shapes)];
  return [
    ...rules,
    changes,
    { source: `${source}.forward`, good: operands },
    { source: `${source}.vjp`, good: operands },
    { source: `${source}.vjp(${operands.map(print).join(', ')})[1]`, good: [tensorOf(layer.shape(shape)), true] },
  ];
}

/** Good calls that fail. */
export const failing: string[] = [];

async function resultOf(source: string): Promise<unknown> {
  try {
    return await valueIn(source);
  } catch (error) {
    failing.push(`${source}: ${error}`);
    return undefined;
  }
}

/** What the result of a good call gives to call. */
async function resultTargets(name: string, good: readonly Expression[]): Promise<Target[]> {
  const source = `${name}(${good.map(print).join(', ')})`;
  const result = await resultOf(source);
  if (isLayer(result)) return layerTargets(source, result);
  if (typeof result === 'function') return [{ source, good: later[`${name}()`] }];
  if (!isRecord(result) || result instanceof fc.Arbitrary) return [];
  return Object.keys(result)
    .filter((key) => typeof result[key] === 'function')
    .map((key) => ({ source: `${source}.${key}`, good: later[`${name}.${key}`] }));
}

/** A value of an attribute as an expression. */
function written(value: unknown): Expression {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(written);
  if (value instanceof Float32Array) return `Float32Array.of(${value})`;
  if (!isRecord(value)) return JSON.stringify(value);
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(given.map(([name, each]) => [name, written(each)]));
}

/** The good call of an operator: the attributes of its first example in test/layers.ts. */
function exampleOf(name: string): readonly Expression[] | undefined {
  const found = examples.find(({ layer }) => layer.name === name)?.layer;
  return found && Object.keys(found.children).length === 0 ? [written(found.attributes)] : undefined;
}

const first: readonly Target[] = exported.map((source) => ({ source, good: calls[source] ?? exampleOf(source) }));

/** Everything that is called. */
export const targets: readonly Target[] = [
  ...first,
  ...(await Promise.all(first.map(({ source, good }) => (good ? resultTargets(source, good) : [])))).flat(),
  { source: 'pull', good: [{ shape: [1, 2, 2, 2], data: 'floats(8)' }, true] },
];

const numbers = [
  0,
  -0,
  1,
  2,
  3,
  5,
  -1,
  0.5,
  1e9,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  NaN,
  Infinity,
  -Infinity,
];

/** Sources from a text: blanks between them, `·` for a blank inside. */
const sources = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .map((each) => each.replaceAll('·', ' '));

const texts =
  sources(`'' 'same' 'valid' 'x' 'float64' '__proto__' 'constructor' 'toString' 'conv.constructor' 'a.b.c' '\\0' '😀\\ud800'
  'x'.repeat(1e6) '.' '..' 'NaN' '1' new·String('same')`);
const arrays =
  sources(`[] [NaN] [1,3,3,1] [1,,2] [2**31,2**31] [Symbol()] [5n] [[]] [null] [-1] ['1'] [1.5] new·Array(2**32-1) new·Array(3)
  cyclicArray() deep() trapArray() revokedArray() detached() floats(4) doubles(4) sharedFloats(4) boasting(9) growing() new·Uint8Array(9)
  new·BigInt64Array(2) new·DataView(new·ArrayBuffer(4)) new·ArrayBuffer(8) new·SharedArrayBuffer(8) sharedBytes(8) npy.slice() png.slice() npz.slice() safetensors.slice()
  spoilt(png,29,7) spoilt(npz,9,255) spoilt(safetensors,12,34) spoilt(npy,40,44) cut(png,50) cut(npz,30) cut(npy,60) cut(safetensors,40)
  {length:-1} {length:2**53} {length:1e308} {length:2} {length:NaN}`);
const tensors =
  sources(`{shape:[4],data:detached()} {shape:[2],data:new·Proxy(floats(2),{})} {shape:[2],data:sharedFloats(2)}
  {shape:cyclicArray(),data:floats(1)} {shape:[],data:floats(1)} {shape:[0,2],data:floats(0)} {shape:[2],data:[1,2]}
  {shape:[2],data:new·Int32Array(2)} {shape:[1e9,1e9],data:floats(0)} {shape:['2'],data:floats(2)} {shape:[2],data:floats(3)}
  {shape:[2,1,1],data:doubles(2)} {shape:[1,3,3,1],data:boasting(9)} {shape:[2],data:boasting(1e9)} {shape:[4],data:growing()}
  {shape:[1,3,3,1],data:doubles(9)} {shape:[1,3,3,1],data:floats(9).fill(NaN)} {shape:[1,3,3,1],data:floats(9).fill(1e38)} x {}
  tensor([1,2],[1,2],'float64') {shape:new·Array(9).fill(1),data:floats(1)} {shape:new·Array(1e5).fill(1),data:floats(1)} {shape:[2**53,0],data:floats(0)}`);
const layers =
  sources(`net relu() dense({units:2}) dense({units:1e9}) dropout() batchNorm() frozenNorm() flatten() softmax() crossEntropy({labels:[0]})
  conv2d({filters:2,size:9}) conv2d({filters:2**31-1,size:2}) maxPool2d({size:2**31-1,padding:'same'}) chain({}) sum([]) concat([relu()])
  convTranspose2d({filters:1,size:2**31-1,stride:2**31-1}) locallyConnected2d({filters:2**20,size:2}) lrn({size:2**31-1})
  odd('shape',null) odd('shape',[-1]) odd('shape',5) odd('shape',[1e9,1e9]) odd('forward',null) odd('forward',5) odd('forward',net) odd('vjp',null)
  odd('vjp',[]) odd('vjp',[x,5]) odd('vjp',[x,()=>null]) odd('vjp',[x,()=>({x})]) odd('params',null) odd('params',{a:3}) odd('params',{weight:[2,-1]})
  odd('params',{weight:[1e9,1e9]}) odd('params',cyclicRecord()) odd('field',null) odd('field',5) odd('field',[{}]) odd('cost','x') odd('parameters',null)
  odd('parameters',{a:5}) odd('inputs',null) odd('inputs',{}) odd('with',null) odd('geometry',null) odd('emit',null)
  {...relu(),field:5} {...relu(),attributes:null} {...relu(),children:trap()} {...relu(),roles:5} {...relu(),roles:{random:5}}
  {...relu(),roles:{batchStatistics:5}} {...relu(),roles:{labels:5}} {...relu(),name:Symbol()} {...relu(),children:{a:5}} {...relu(),children:{a:relu()}}
  {...relu(),geometry:5} {...net} {...net,children:{}} unreadable('name') unreadable('roles') unreadable('inputs') unreadable('parameters')
  unreadable('shape') unreadable('children') unreadable('emit') unreadable('arrangement')`);
const functions = sources(
  'thrower() ()=>1 ()=>NaN ()=>{} function*(){yield·1} ()=>null ()=>x ()=>net ()=>cyclicArray() async()=>1',
);
const others =
  sources(`undefined null true false 5n 10n**400n Symbol() bare() {} cyclicRecord() deepRecord() trap() revoked() rejected()
  unconvertible() numberLike() new·Date(NaN) new·Map() new·Set([1]) /x/g Promise.resolve(1) new·Error('x') params pull compiled random(1)
  new·Number(2) Object(5n) globalThis Math JSON report zeros`);
const strange = [...texts, ...arrays, ...tensors, ...functions, ...others, 'net', 'relu()', ...layers.slice(-20)];

/** What is like an expression, and yet not right. */
function likes(e: Expression): readonly Expression[] {
  if (typeof e === 'number') return numbers;
  if (Array.isArray(e)) return arrays;
  if (isRecord(e)) return 'shape' in e && 'data' in e ? tensors : others;
  if (typeof e !== 'string') return others;
  if (e.startsWith("'")) return texts;
  if (e.includes('=>')) return functions;
  return /^(net$|relu|dense|identity|chain|conv|batchNorm|alexnet|vgg)/.test(e) ? layers : arrays;
}

const wrappings = ['trapped', 'trapped', 'proxied', 'unrooted', 'inherited', 'withHole'];
const NAMES =
  `size filters units stride padding seed rate labels target axis path unit layout type scale x weight bias __proto__ constructor
  length shape data forward then toString`.split(/\s+/);

/** Options that ask for work by its amount: these stay small. */
const AMOUNTS = ['epochs', 'runs', 'cases'];

/** The arguments of a call: good ones changed at one to three places, or nonsense altogether. They depend on the seed alone. */
function argumentsOf(seed: number, good: readonly Expression[] | undefined): readonly Expression[] {
  const { below, uniform } = random(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)];
  const nonsense = (depth = 2): Expression => {
    const kind = depth > 0 ? below(8) : 0;
    if (kind === 6) return Array.from({ length: below(4) }, () => nonsense(depth - 1));
    if (kind === 7)
      return Object.fromEntries(Array.from({ length: 1 + below(3) }, () => [pick(NAMES), nonsense(depth - 1)]));
    return kind % 3 === 1 ? pick(numbers) : pick(strange);
  };
  if (good === undefined || uniform() < 0.15) return Array.from({ length: below(5) }, () => nonsense());
  const change = (e: Expression): Expression | undefined => {
    const kind = below(12);
    if (kind === 0) return undefined;
    if (kind === 1 && isRecord(e) && !(e instanceof Wrapped)) return { ...e, [pick(NAMES)]: nonsense(1) } as Expression;
    if (kind === 2 && Array.isArray(e)) return [...e, e[0] ?? nonsense(1)];
    if (kind < 5) return new Wrapped(pick(wrappings), Array.isArray(e) || isRecord(e) ? e : [e], below(4));
    if (kind < 7) return pick(numbers);
    return kind < 10 ? pick(likes(e)) : nonsense(1);
  };
  let args = good;
  for (let i = pick([1, 1, 1, 2, 3]); i > 0 && args.length > 0; i--) {
    const place = pick(placesOf(args).slice(1));
    const asked = AMOUNTS.includes(String(place.at(-1)));
    args = changed(args, place, (e) => (asked ? pick([0, -1, 0.5, NaN, 1, 2]) : change(e))) as readonly Expression[];
  }
  return args;
}

/** The call of a seed. */
export function callOf(seed: number): { readonly target: Target; readonly call: string; prepare(): () => unknown } {
  const target = targets[seed % targets.length];
  const args = argumentsOf(seed, target.good);
  return {
    target,
    call: `${target.source}(${args.map(print).join(', ')})`,
    prepare() {
      const [base, method] = split(target.source);
      const values = args.map(evaluate);
      const owner = method === undefined ? undefined : valueIn(base);
      const f = (method === undefined ? valueIn(base) : (owner as Record<string, unknown>)[method]) as (
        ...of: unknown[]
      ) => unknown;
      return () => f.apply(owner, values);
    },
  };
}

/** `a(b).c` as the object and its method. */
function split(source: string): [string, string?] {
  const found = source.match(/^(.*)\.(\w+)$/s);
  return found ? [found[1], found[2]] : [source];
}

/** What is wrong with an error, if anything: it is of a wrong class, has no clause, does not say who refuses, or says too much. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof Error && / breaks the law '/.test(error.message)) return undefined; // what laws() is for
  if (!(error instanceof TypeError || error instanceof SpecError)) return `throws ${describe(error)}`;
  if (!/ \[[a-z]+(-[a-z0-9]+)+\]$/.test(error.message)) return `throws without a clause: ${describe(error)}`;
  if (!/^[^:\s][^:]*: /.test(error.message)) return `throws without a name: ${describe(error)}`;
  return error.message.length > 2000 ? `throws a message of ${error.message.length} characters` : undefined;
}

const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error;
  const where = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 3)
    .map((line) => line.trim().replace(/(?:file:\/\/)?\/[^\s()]*\//g, '')) // files without their folders
    .join(' ');
  return `${error.name}: ${error.message.slice(0, 200)} ${where}`;
};

/** Takes what is drawn lazily out of a result: the first values of an iterator, one of an arbitrary. */
function draw(result: unknown): void {
  if (result instanceof fc.Arbitrary) fc.sample(result, { numRuns: 1, seed: 1 });
  else if (isRecord(result) && typeof result.next === 'function') for (let i = 0; i < 2; i++) result.next();
}

/** Milliseconds of the processor: what a call takes whatever else the machine does. */
const clock = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The call of a seed, ready to run; `undefined` where the arguments themselves cannot be made. */
function prepared(prepare: () => () => unknown): (() => unknown) | undefined {
  try {
    return prepare();
  } catch {
    return undefined; // a helper of scope.ts met a trap
  }
}

/** What came of a call. */
export interface Outcome {
  readonly target: Target;
  readonly refused: boolean;
  readonly finding?: Finding;
}

/** Makes the call of a seed, and says what is wrong with what came of it; a call takes at most `limit` ms. */
export async function fuzz(seed: number, limit: number): Promise<Outcome> {
  const { target, call, prepare } = callOf(seed);
  const run = prepared(prepare);
  if (run === undefined) return { target, refused: false };
  const start = clock();
  let [problem, refused]: [string | undefined, boolean] = [undefined, false];
  try {
    draw(await run());
  } catch (error) {
    [problem, refused] = [problemOf(error), true];
  }
  const took = clock() - start;
  if (problem === undefined && took > limit) problem = `takes ${Math.round(took)} ms`;
  return { target, refused, ...(problem !== undefined && { finding: { seed, call, problem } }) };
}

/** What the good call of a target gives, to the last bit, as text. */
export async function goodBits({ source, good = [] }: Target): Promise<string> {
  const result = await valueIn(`${source}(${good.map(print).join(', ')})`);
  const value = result instanceof fc.Arbitrary ? fc.sample(result, { numRuns: 1, seed: 1 }) : result;
  return JSON.stringify(value, (_, each) => {
    if (typeof each === 'number') return Object.is(each, -0) ? '-0' : String(each);
    if (typeof each === 'function') return String(each.name);
    return ArrayBuffer.isView(each)
      ? Buffer.from(each.buffer, each.byteOffset, each.byteLength).toString('base64')
      : each;
  });
}
