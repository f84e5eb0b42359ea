// A case id made into its layer and tensors again.

import { known } from '../attributes.ts';
import type { Layer } from '../layer/layer.ts';
import type { Tensor } from '../tensor.ts';
import { callOf, partsOf } from './ask/ask.ts';
import { expectedOf } from './ask/verdict.ts';
import type { Case } from './case.ts';
import { parseCaseId } from './cases/id.ts';
import { languages } from './cases/languages.ts';
import { inEach, type Literal } from './cases/literal.ts';
import { checkSaid } from './cases/named.ts';
import { layerOf, shapeOf } from './cases/tensors.ts';
import type { DialectName, Layout } from './dialect.ts';
import { dialects, readDialect } from './dialects/dialects.ts';
import { readLayout } from './dialects/layout.ts';
import { layoutKeyOf, theirTensor } from './dialects/translate.ts';
import type { EngineUnderTest } from './engine-under-test.ts';

/** In whose words, and with which order of axes. */
export interface Speech {
  /** Default `'toeplitz'`. */
  readonly dialect?: DialectName;
  /** Default: that of the dialect. */
  readonly layout?: Layout;
}

export interface Explanation {
  readonly op: string;
  readonly layer: Layer;
  readonly x: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  /** There when the case asks for gradients. */
  readonly dy?: Tensor;
  /** The exact results (float64): `y`, or the gradients `x`, `weight`, `bias`. */
  readonly expected: Readonly<Record<string, Tensor>>;
  /** All of it as source text, with the bounds of the results where they are not 0. */
  readonly literal: Literal;
}

/**
 * The layer, tensors and exact results of a case id, the same on every host; with a dialect or a layout, the tensors and
 * the source text are those that such an engine gets. Spec oracle-caseid.
 *
 * @throws {SpecError} oracle-caseid, oracle-operators, oracle-layout, dialect-names; campaign-cases for a case that the
 * dialect cannot say.
 * @example
 * explain('maxPool2d/n1h2w2c1_k2x2s1x1pvd1x1e0/f32/given/x=1,2,3,4').expected.y.data // [4]
 */
export function explain(caseId: string, speech: Speech = {}): Explanation {
  const c = parseCaseId(caseId);
  const asked = speakerOf(c, speech);
  const { op, attributes, ...operands } = callOf(asked, c);
  const { expected, bound } = resultsOf(asked, c);
  const rounded = Object.keys(bound).filter((name) => bound[name].data.some((each) => each !== 0));
  const tensors = [
    ...Object.entries(operands as Record<string, Tensor>),
    ...Object.keys(expected).map((name) => [`expected.${name}`, expected[name]] as const),
    ...rounded.map((name) => [`bound.${name}`, bound[name]] as const),
  ];
  const literal = inEach((name) => {
    const { comment, attributes: write, tensor } = languages[name];
    return [`${comment} ${titleOf(asked, c)}`, write(attributes), ...tensors.map(([what, each]) => tensor(what, each))];
  });
  return { op, layer: layerOf(c), ...(operands as { x: Tensor }), expected, literal };
}

/** Every tensor of a case by its name, as an engine of that dialect and layout has them: x …, expected.y, bound.y. */
export function tensorsOf(
  asked: Pick<EngineUnderTest, 'dialect' | 'layout' | 'traits'>,
  c: Case,
): Record<string, Tensor> {
  const { op: _, attributes: __, ...operands } = callOf(asked, c);
  const tensors = Object.entries(resultsOf(asked, c)).flatMap(([kind, results]) =>
    Object.entries(results).map(([part, tensor]) => [`${kind}.${part}`, tensor] as const),
  );
  return { ...(operands as unknown as Record<string, Tensor>), ...Object.fromEntries(tensors) };
}

export function speakerOf(
  c: Case,
  speech: Speech,
): Pick<EngineUnderTest, 'layout' | 'traits'> & { dialect: DialectName } {
  const asked = known('explain', speech, ['dialect', 'layout'], 'options', 'dialect-names');
  const dialect = readDialect(asked.dialect, [c.op]);
  checkSaid('explain', dialect, c);
  return { dialect, layout: readLayout(asked.layout, dialects[dialect].layout), traits: {} };
}

/** `conv2d in the words of torch, x NCHW, weight OIHW` */
function titleOf({ dialect, layout }: ReturnType<typeof speakerOf>, c: Case): string {
  const keys = Object.keys(layerOf(c).params(shapeOf(c))).map((name) => [name, layoutKeyOf(c, name)] as const);
  const parameters = keys.flatMap(([name, key]) => (key === 'none' ? [] : [`${name} ${layout[key]}`]));
  const words = dialect === 'toeplitz' ? '' : ` in the words of ${dialect}`;
  return [`${c.op}${c.gradient ? ' gradient' : ''}${words}`, `x ${layout.x}`, ...parameters].join(', ');
}

/** The exact results and their bounds. */
function resultsOf(
  asked: Pick<EngineUnderTest, 'dialect' | 'layout' | 'traits'>,
  c: Case,
): Record<'expected' | 'bound', Record<string, Tensor>> {
  const found: ReturnType<typeof resultsOf> = { expected: {}, bound: {} };
  for (const [part, { shape, bound }] of partsOf(asked, c)) {
    const theirs = (data: Float64Array): Tensor => theirTensor(asked, c, part, { shape, data });
    found.expected[part] = theirs(bound.value.map((_, i) => expectedOf(bound, i)));
    found.bound[part] = theirs(bound.error);
  }
  return found;
}
