// Runs an engine in this process, and watches what it does to the arrays it is lent. Spec oracle-probes.

import { checkFunction } from '../../attributes.ts';
import { SpecError, show, wrongType } from '../../errors.ts';
import { plain } from '../../plain-text.ts';
import { isRecord, reading } from '../../reading.ts';
import type { Tensor } from '../../tensor.ts';
import type { Call, Engine, GradientCall } from '../engine.ts';
import type { Answer, EngineUnderTest } from '../engine-under-test.ts';
import { checkMembers, checkName, members, readDeclared } from './declared.ts';
import { readOffer } from './offer.ts';
import { readTraits } from './traits.ts';
import { arraysOf, howTheyDiffer, sameBits, withArrays } from './two-answers.ts';

/** Spec oracle-engine: the engine's own description, each member read once and checked before anything runs. */
function readEngine(value: Engine): Engine {
  if (!isRecord(value))
    throw wrongType('oracle-engine', `engine: an engine must be an object {name, ops}, got ${show(value)}`);
  checkMembers(reading('oracle-engine', 'engine', 'an engine', () => Object.keys(value)));
  const engine = reading('oracle-engine', 'engine', 'an engine', () =>
    Object.fromEntries(members.filter((name) => name in value).map((name) => [name, value[name]])),
  ) as unknown as Engine;
  const { name, version, precision = 'float32', gradients = {}, ops } = engine;
  if (typeof name !== 'string') throw wrongType('oracle-engine', `engine: name must be a string, got ${show(name)}`);
  checkName(name);
  if (version !== undefined && typeof version !== 'string')
    throw wrongType('oracle-engine', `engine: version must be a string, got ${show(version)}`);
  if (precision !== 'float32')
    throw new SpecError(
      'oracle-engine',
      `engine: precision must be 'float32', the type of all tensors (traits.precision says what is rounded), got ${show(precision)}`,
    );
  return {
    ...engine,
    ops: functionsOf('ops', ops),
    gradients: functionsOf('gradients', gradients),
    traits: readTraits(engine.traits),
  };
}

/** The functions of a table, which are called as members of it. */
function functionsOf<T extends Engine['ops'] | NonNullable<Engine['gradients']>>(what: string, table: T): T {
  if (!isRecord(table))
    throw wrongType('oracle-engine', `engine: ${what} must be an object of functions, got ${show(table)}`);
  const entries = reading('oracle-engine', 'engine', what, () => Object.entries(table));
  for (const [name, each] of entries) checkFunction('oracle-engine', 'engine', `${what}.${plain(name, 200)}`, each);
  return Object.fromEntries(
    entries.map(([name, each]) => [name, (call: never) => each.call(table, call)]),
  ) as unknown as T;
}

/** An engine of this process as a subject; with `seconds`, a call that settles later is a time-out. */
export function inProcess(value: Engine, seconds = Infinity): EngineUnderTest {
  const engine = readEngine(value);
  const offer = readOffer(Object.keys(engine.ops), Object.keys(engine.gradients ?? {}));
  const probe = probing(engine);
  return {
    name: engine.name,
    version: engine.version,
    ...readDeclared(offer, engine),
    ...offer,
    run: (call) => within(seconds, probe(call)),
    once: (call) => within(seconds, unwatched(engine, call)),
  };
}

/** The answer to a single call, in memory that later calls leave alone. */
async function unwatched(engine: Engine, call: Call): Promise<Answer> {
  const answer = await give(engine, copy(call));
  if (answer.kind !== 'result') return answer;
  const { value, arrays } = answer;
  return {
    kind: 'result',
    value: withArrays(
      value,
      arrays.map((array) => array.slice()),
    ),
  };
}

/** The longest delay of a timer: 2³¹ − 1 ms. */
const LONGEST = 0x7fffffff;

/** The answer, or that there was none in time: the timer keeps the process alive that long. Spec oracle-timeout. */
async function within(seconds: number, answer: Promise<Answer>): Promise<Answer> {
  if (seconds * 1000 > LONGEST) return answer;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Answer>((resolve) => {
    const message = `no answer within ${seconds} s`;
    timer = setTimeout(() => resolve({ kind: 'timeout', message }), seconds * 1000);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Lent = Call & Partial<GradientCall>;

/** The tensors of a call by name: x, the parameters, dy. */
const tensorsOf = (call: Lent): [name: string, tensor: Tensor][] =>
  Object.entries(call as unknown as Readonly<Record<string, unknown>>).filter(
    (each): each is [string, Tensor] => isRecord(each[1]) && each[1].data instanceof Float32Array,
  );

/** The call with other tensors by the same names. */
const withTensors = (call: Lent, change: (tensor: Tensor) => Tensor): Lent => ({
  ...call,
  ...Object.fromEntries(tensorsOf(call).map(([name, tensor]) => [name, change(tensor)])),
});

/** The call with every array a view inside a larger one full of NaN: who reads past its view meets it. */
const lend = (call: Lent): Lent =>
  withTensors(call, ({ shape, data }) => {
    const guarded = new Float32Array(data.length + 16).fill(NaN);
    guarded.set(data, 7);
    return { shape: [...shape], data: guarded.subarray(7, 7 + data.length) };
  });

const copy = (call: Lent): Lent => withTensors(call, ({ shape, data }) => ({ shape: [...shape], data: data.slice() }));

/** An answer without a result. */
type Refusal = Exclude<Answer, { kind: 'result' }>;
/** What an engine gave, and the arrays in it. */
type Given = { readonly kind: 'result'; readonly value: unknown; readonly arrays: readonly Float32Array[] };

/** What an engine gives for a call; whatever it throws, or its result throws when it is looked at, is its answer too. */
async function give(engine: Engine, call: Lent): Promise<Given | Refusal> {
  const table = call.dy ? engine.gradients : engine.ops;
  try {
    const value = await table![call.op](call as GradientCall);
    return { kind: 'result', value, arrays: arraysOf(value) };
  } catch (error) {
    return answerOf(error);
  }
}

/** Runs a call twice, the second time from lent views, and looks at what it left behind. */
function probing(engine: Engine): EngineUnderTest['run'] {
  let earlier: readonly { readonly array: Float32Array; readonly copy: Float32Array }[] = [];
  return async (call): Promise<Answer> => {
    const first = copy(call);
    const answer = await give(engine, first);
    if (answer.kind !== 'result') return answer;
    const left = tensorsOf(first);
    const given = Object.fromEntries(tensorsOf(call));
    const changed = left.find(([name, { data }]) => given[name] && !sameBits(data, given[name].data));
    if (changed) return { kind: 'changed-inputs', message: `the call changed its argument ${changed[0]}` };
    const { arrays } = answer;
    const lent = arrays.some((array) => left.some(([, { data }]) => data.buffer === array.buffer));
    if (lent) return { kind: 'aliased', message: 'the result shares the memory of an argument' };
    const isChanged = earlier.some(({ array, copy }) => !sameBits(array, copy));
    earlier = arrays.map((array) => ({ array, copy: array.slice() }));
    if (isChanged)
      return { kind: 'stale', message: 'the call changed the result of an earlier call: results share memory' };
    return again(engine, call, answer);
  };
}

/** How often both results must come again before the place of an array is blamed: one of two random results does so once in
 * 2⁶ times 2⁶. */
const STEADY = 6;

/** The second run must give the bits of the first. */
async function again(engine: Engine, call: Lent, { arrays, value }: Given): Promise<Answer> {
  const kept = arrays.map((array) => array.slice());
  const first = withArrays(value, kept);
  const equal = ({ arrays: theirs }: Given): boolean =>
    theirs.length === kept.length && kept.every((array, i) => sameBits(array, theirs[i]));
  const second = await give(engine, lend(call));
  if (second.kind !== 'result') return second;
  if (!equal(second)) {
    // A view that is not read as one gives the same wrong bits each time; a race gives others, wherever the arrays lie.
    const places = second.arrays.map((array) => array.slice());
    const difference = howTheyDiffer(first, withArrays(second.value, places));
    const isLent = ({ arrays: theirs }: Given): boolean =>
      theirs.length === places.length && places.every((array, i) => sameBits(array, theirs[i]));
    let isSteady = true;
    for (let i = 0; i < STEADY && isSteady; i++) {
      // The two take turns in coming first, so that an engine whose results alternate is not blamed for reading past its view.
      const early = i % 2 === 0 ? undefined : await give(engine, lend(call));
      const plain = await give(engine, copy(call));
      const lent = early ?? (await give(engine, lend(call)));
      for (const other of [plain, lent]) if (other.kind !== 'result') return other;
      isSteady = equal(plain as Given) && isLent(lent as Given);
    }
    const message = isSteady
      ? `the result depends on where an array lies in its buffer: read x.data as the view it is, not x.data.buffer (with arrays at the start of theirs ${difference})`
      : `the same call gave different bits the second time: ${difference}`;
    return { kind: 'unstable', message };
  }
  const isOutput = arrays.length === 1 && (value as Tensor | null)?.shape;
  return { kind: 'result', value: isOutput ? first : value };
}

const kinds: Readonly<Record<string, 'skip' | 'unstable' | 'timeout' | 'crash'>> = {
  Skip: 'skip',
  Unstable: 'unstable',
  Timeout: 'timeout',
  Crash: 'crash',
};

/** Whatever was thrown, as an answer. */
function answerOf(error: unknown): Refusal {
  const { name = '', message = show(error) } = error instanceof Error ? error : {};
  const kind: Refusal['kind'] = Object.hasOwn(kinds, name) ? kinds[name] : 'error';
  return { kind, message: kind === 'error' ? `the call threw ${name ? `${name}: ` : ''}${message}` : message };
}
