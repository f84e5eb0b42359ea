// What other libraries make of these very attributes: how they write them, what they cannot say, and where their result
// differs. All of it is what the oracle knows of them.

import type { Case } from '../../oracle/case.ts';
import { caseId } from '../../oracle/cases/id.ts';
import { record } from '../../oracle/cases/languages.ts';
import { isPossible, layerOf, shapeOf } from '../../oracle/cases/tensors.ts';
import { type DialectName, dialectNames } from '../../oracle/dialect.ts';
import { dialects } from '../../oracle/dialects/dialects.ts';
import { attributesIn, nearestIn } from '../../oracle/dialects/translate.ts';
import { familyOf, operators } from '../../oracle/families/index.ts';
import { absent } from '../../oracle/family.ts';
import type { Shape } from '../../tensor.ts';
import type { Lab } from './lab.ts';
import { plainWeight } from './plain-weight.ts';

export const libraries: Readonly<Record<Exclude<DialectName, 'toeplitz'>, string>> = {
  torch: 'PyTorch',
  tensorflow: 'TensorFlow',
  onnx: 'ONNX',
  webnn: 'WebNN',
  caffe: 'Caffe',
};
export type Library = keyof typeof libraries;
export const libraryNames = dialectNames.filter((name): name is Library => name !== 'toeplitz');

/** The lab as a case of the oracle; undefined where the oracle does not ask about the operator. */
export function caseOf(lab: Lab): Case | undefined {
  const { unflipped, x, weight, bias } = lab;
  const op = unflipped.name;
  if (!Object.hasOwn(operators, op)) return undefined;
  const plain = plainWeight(lab);
  const given = { x: [...x.data], ...(plain && { weight: [...plain.data] }), ...(bias && { bias: [...bias.data] }) };
  const operands = { x, ...(weight && { weight }), ...(bias && { bias }) };
  const drawn = familyOf(op).caseOf(unflipped, operands);
  return { ...drawn, op, gradient: false, values: 'given', seed: 0, given } as Case;
}

/** The case id, with the values written out where they are few. */
export function idOf(lab: Lab): string | undefined {
  const c = caseOf(lab);
  if (!c || !isPossible(c)) return undefined;
  const values = lab.x.data.length + (lab.weight?.data.length ?? 0);
  const { given: _, ...drawn } = c;
  return caseId(values <= 256 ? c : { ...drawn, values: 'exact', seed: 1 });
}

/** What a library says to the layer of the lab. */
export interface Speech {
  readonly library: Library;
  /** The attributes as it writes them: of the layer, or of the nearest that it can say. */
  readonly words?: string;
  /** What it cannot say. */
  readonly cannot: readonly string[];
  /** What else is to be known: other words for the same, and what it means where a model says nothing. */
  readonly notes: readonly string[];
  /** Its output, where that has another shape. */
  readonly shape?: Shape;
}

export function speechOf(lab: Lab, library: Library): Speech {
  const c = caseOf(lab);
  const dialect = dialects[library];
  if (!c || familyOf(c.op).dialects[library][c.op] === absent)
    return { library, cannot: [`It has no ${lab.layer.name}, or none that is described here.`], notes: [] };
  const said = nearestIn(library, c);
  const { cannot, notes } = compared(lab, c, said);
  const all = { library, notes: [...notes, ...conventions(lab, library)] };
  if (!isPossible(said)) return { ...all, cannot: [...cannot, 'What is nearest to them does not fit this input.'] };
  const words = record(attributesIn(library, said, dialect.layout));
  const shape = outputShape(library, said);
  const isOther = shape.join() !== lab.y.shape.join();
  return { ...all, cannot, words, ...(isOther && { shape }) };
}

/** The shape of the output by the rules of the library. */
function outputShape(library: Library, c: Case): Shape {
  const shape = layerOf(c).shape(shapeOf(c));
  const data = new Float64Array(shape.reduce((product, axis) => product * axis, 1));
  return familyOf(c.op).predictionIn(dialects[library], c, { shape, data }).shape;
}

type Padding = string | readonly (readonly [number, number])[];
type Windowed = Case & {
  readonly padding: Padding;
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly ceil: boolean;
  readonly countPadding: boolean;
};

const sides = (pairs: readonly (readonly [number, number])[]): string =>
  pairs.map(([before, after]) => `${before} before and ${after} after`).join(', ');

/** In what the nearest case differs from the wanted one. */
function compared(lab: Lab, c: Case, nearest: Case): { readonly cannot: string[]; readonly notes: string[] } {
  const [wanted, said] = [c as Windowed, nearest as Windowed];
  const [cannot, notes]: [string[], string[]] = [[], []];
  const own = lab.axes.map(({ before, after }) => [before, after] as const);
  if (JSON.stringify(wanted.padding) !== JSON.stringify(said.padding)) {
    const theirs = typeof said.padding === 'string' ? said.padding : sides(said.padding);
    if (typeof said.padding !== 'string' && sides(said.padding) === sides(own))
      notes.push(`It has no word for this padding; numbers say the same: ${theirs}.`);
    else cannot.push(`Padding of ${sides(own)} is not possible; the nearest is ${theirs}.`);
  }
  if (wanted.dilation.join() !== said.dilation.join())
    cannot.push(
      `Dilation ${wanted.dilation.join('×')} is not possible here; the nearest is ${said.dilation.join('×')}.`,
    );
  if (wanted.groups !== said.groups) cannot.push(`There are no groups.`);
  // The word “same” says the size itself, so rounding changes nothing.
  if (wanted.ceil !== said.ceil && !String(wanted.padding).startsWith('same'))
    cannot.push('The size cannot be rounded up.');
  if (wanted.countPadding !== said.countPadding)
    cannot.push(`The mean ${said.countPadding ? 'always' : 'never'} counts the padding.`);
  return { cannot, notes };
}

/** Conventions that matter to this layer. */
function conventions({ op, layer, axes }: Lab, library: Library): string[] {
  const { conventions, defaults } = dialects[library];
  const { ceil } = layer.attributes;
  const found: string[] = [];
  if (op !== 'max' && op !== 'average' && op !== 'lp') return found;
  const isPadded = axes.some(({ before, after }) => before + after > 0);
  if (ceil === true && conventions.ceil === 'keep')
    found.push('With ceil it keeps a last window that begins beyond the input.');
  if (ceil === true && conventions.ceil === 'drop if padded')
    found.push('With ceil it drops a last window beyond the input only where there is padding.');
  if (defaults.poolStride === 1) found.push('A model that names no stride means 1, not the size of the window.');
  if (op === 'average' && isPadded && defaults.countPadding === true)
    found.push('A model that says nothing counts the padding in the mean.');
  if (op === 'max' && conventions.nan === 'lost') found.push('A NaN under a maximum is lost.');
  return found;
}
