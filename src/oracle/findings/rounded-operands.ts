// Whether operands that are rounded give the answers of an engine: unlike the order of a sum, what becomes of an operand is
// known, so that the bound around the sums of rounded operands is as narrow as that of float32. Spec oracle-profile.

import type { Tensor } from '../../tensor.ts';
import { type Outcome, partsOf } from '../ask/ask.ts';
import { checkParts } from '../ask/outputs.ts';
import { type Format, formats, unitAt } from '../bounds/formats.ts';
import type { Case } from '../case.ts';
import { layerOf, operandsOf, workOf } from '../cases/tensors.ts';
import { type EngineUnderTest, isFailure } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import type { Declaration } from './finding.ts';

type Round = (value: number) => number;

/** To the nearest number of a format, or cut off. */
const roundings = (format: Format): readonly Round[] => {
  const arithmetic = formats[format];
  const to =
    (whole: (quotient: number) => number): Round =>
    (value) => {
      if (value === 0 || !Number.isFinite(value)) return value;
      const unit = unitAt(value, arithmetic);
      const rounded = whole(value / unit) * unit;
      return Math.abs(rounded) > arithmetic.most ? Math.sign(value) * Infinity : rounded;
    };
  return [to(evenRound), to(Math.trunc)];
};

function evenRound(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** Which operands are rounded, and how. */
interface Way {
  readonly names: readonly string[];
  readonly round: Round;
}

/** All operands, or some of them: a bias is often added as it is, and weights alone may be kept in a narrow format. */
const waysOf = (format: Format): Way[] =>
  [
    ['x', 'weight', 'bias', 'dy'],
    ['x', 'weight', 'dy'],
    ['weight', 'bias'],
    ['weight'],
    ['x', 'dy'],
    ['x'],
    ['dy'],
  ].flatMap((names) => roundings(format).map((round) => ({ names, round })));

function withRounded(c: Case, { names, round }: Way): Case {
  const given = Object.fromEntries(
    Object.entries(operandsOf(c, layerOf(c))).map(([name, tensor]) => [
      name,
      names.includes(name) ? Array.from(tensor!.data, round) : [...tensor!.data],
    ]),
  );
  return { ...c, values: 'given', given };
}

/** How many answers, the smallest ones, tell which operands are rounded. */
const FIRST = 16;

/** Whether an answer is inside the bound of sums of such operands, and how far off it is. */
interface Tried {
  readonly follows: boolean;
  /** The sum of squares, in units of Σ|a·w|. */
  readonly distance: number;
}

/** The answers that follow from operands rounded in one way; all of them where no operand is declared to be rounded. */
export function byRoundedOperands(
  { precision: { operands, ...rest } = {}, ...others }: Declaration,
  outcomes: readonly Outcome[],
  subject: EngineUnderTest,
): readonly Outcome[] {
  if (operands === undefined || outcomes.length === 0) return outcomes;
  const { op } = outcomes[0].case;
  if (familyOf(op).structure(op)?.kind !== 'sum') return outcomes;
  const precision = Object.keys(rest).length > 0 ? rest : undefined;
  const judge = { ...subject, traits: { ...subject.traits, ...others, precision } };
  const tell = (way: Way, { case: c, theirs }: Outcome): Tried => {
    const parts = partsOf(judge, withRounded(c, way));
    return { follows: !isFailure(checkParts(parts, theirs).kind), distance: distanceFrom(parts, theirs) };
  };
  const first = outcomes.toSorted((a, b) => workOf(a.case) - workOf(b.case)).slice(0, FIRST);
  const ways = [NONE, ...waysOf(operands)].map((way) => {
    const told = first.map((each) => tell(way, each));
    const count = told.filter(({ follows }) => follows).length;
    return { way, count, distance: told.reduce((sum, { distance }) => sum + distance, 0) };
  });
  const { way } = ways.reduce((best, each) =>
    each.count > best.count || (each.count === best.count && each.distance < best.distance) ? each : best,
  );
  return way === NONE ? [] : outcomes.filter((each) => tell(way, each).follows);
}

const NONE: Way = { names: [], round: (value) => value };

function distanceFrom(parts: ReturnType<typeof partsOf>, theirs: unknown): number {
  let sum = 0;
  for (const [part, { bound }] of parts) {
    const given = (part === 'y' ? theirs : (theirs as Readonly<Record<string, unknown>>)[part]) as Tensor | undefined;
    for (const [i, value] of bound.value.entries()) {
      const off = ((given?.data[i] ?? value) - value) / bound.magnitude[i];
      if (Number.isFinite(off)) sum += off * off;
    }
  }
  return sum;
}
