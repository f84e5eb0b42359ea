// A finding: failures of one cause, with what speaks for it and the smallest case that shows it. Spec oracle-report.

import type { Verdict } from '../ask/verdict.ts';
import type { Literal } from '../cases/literal.ts';
import type { DialectName, Layout } from '../dialect.ts';
import type { Traits } from '../engine.ts';
import type { VerdictKind } from '../engine-under-test.ts';

/** What speaks for a mistake, over the whole campaign of an operator. */
export interface Evidence {
  /** How many of the failures the mistake explains: it predicts every element that the engine gave. */
  readonly explained: number;
  readonly failures: number;
  /** How many right answers were compared with the mistake, which contradicts none of them. */
  readonly passes: number;
}

/** Arithmetic that an engine may declare. */
export type Declaration = Pick<Traits, 'precision' | 'winograd' | 'fft' | 'subnormals'>;

/** How many cases fail, and how many were asked. */
export type Tally = readonly [fails: number, asked: number];

/** The failing cases inside a condition, and outside it. */
export interface Division {
  readonly inside: Tally;
  readonly outside: Tally;
}

/** A condition on the case that tells the failures from the other answers of the campaign. Spec oracle-where. */
export interface Where extends Division {
  /** The condition without counts, so that lists can name it: `groups > 1 and a bias`. */
  readonly text: string;
  /** The statements that must hold together: one or two. */
  readonly terms: readonly string[];
  /** The same of cases that were drawn for this condition, near its border. */
  readonly fresh?: Division;
}

/** A product of a cell of x and a tap that an engine takes into an output with another factor than is right. */
export interface Product {
  /** Where in the output, in x and in the weight; without a tap the cell itself counts, without a cell the bias. */
  readonly output: readonly number[];
  readonly cell?: readonly number[];
  readonly tap?: readonly number[];
  /** How often it is to count, and how often it does. */
  readonly expected: number;
  readonly got: number;
}

/** What an engine computes instead, read from its answers. */
export interface Instead {
  /** Without numbers that belong to the case alone, so that lists can name it. */
  readonly text: string;
  /** Whether it predicts the engine's answers on fresh tensors. */
  readonly confirmed: boolean;
  /** What speaks for it over the whole campaign, if it predicts the answers to all cases and to new ones. */
  readonly evidence?: Evidence;
  /** The products that differ, if they are few. */
  readonly products?: readonly Product[];
  /** The right matrix and the one that was read, side by side, if they are small. */
  readonly matrices?: readonly string[];
}

/** Places as an engine of another layout counts them: the letters of the axes, the places of `verdict.first` and `verdict.worst`. */
export interface EnginePlaces {
  readonly axes: string;
  readonly first: readonly number[];
  readonly worst?: readonly number[];
}

/** Failures of one cause, and the smallest case that shows it. */
export interface Finding {
  readonly kind: VerdictKind;
  /** The ids of the cases of the campaign that fail in this way. */
  readonly cases: readonly string[];
  /** Of `wrong-dialect`: what the engine declares, and by whose rules it is right. */
  readonly declared?: DialectName;
  readonly dialects?: readonly DialectName[];
  /** Of `wrong-layout`: the layout in which the engine is right. */
  readonly layout?: Layout;
  /** Of `wrong-profile`: the traits with which its results would pass. */
  readonly profile?: Declaration;
  /** Of `wrong-profile`: sums are cut off to the format, where the traits allow them to be rounded. */
  readonly isCutOff?: boolean;
  /** Of a `fail`: the values are as close as this to the right ones, in units of Σ|a·w|, as rounded ones are. */
  readonly closeness?: number;
  /** What speaks against rounding there: `all too near to 0`. */
  readonly unlikeRounding?: string;
  /** The known mistake that gives exactly these results, if one does. */
  readonly mistake?: string;
  /** What speaks for it. */
  readonly evidence?: Evidence;
  /** In which cases it fails, if few words say so. */
  readonly where?: Where;
  /** What it computes there. */
  readonly instead?: Instead;
  readonly verdict: Verdict;
  /** Where `verdict` says first and worst, in the layout of the engine. */
  readonly inEngine?: EnginePlaces;
  /** Makes the smallest case again: `explain(id)`. */
  readonly id: string;
  /** The case among `cases` from which the smallest case was reduced. */
  readonly seenAs: string;
  /** The id of a case to ask before it, where what the engine keeps of it is the mistake. */
  readonly after?: string;
  /** The command that asks it again, where the engine was named by one. Spec campaign-cases. */
  readonly again?: string;
  /** It fails only after other calls: asked alone, or again, it passes. Spec oracle-history. */
  readonly passesAlone?: boolean;
  /** A case that passed at first and fails now, as all do since: its answer depends on earlier calls. Spec oracle-history. */
  readonly passedBefore?: string;
  /** It comes and goes: the same case, asked again, does not always fail so. */
  readonly intermittent?: boolean;
  readonly literal: Literal;
  /** What an engine in another process wrote to standard error meanwhile, in a few words. Spec oracle-protocol. */
  readonly stderr?: string;
  /** Whether it is on the list of expected failures, if there was one. */
  readonly expected?: boolean;
}

/**
 * What went wrong, in the words of which each may stand on a list, the most telling first: that every case fails tells less
 * than how it fails. Spec campaign-expected.
 */
export function causesOf({ mistake, instead, where, kind }: Finding): readonly string[] {
  const condition = where && (where.terms.length > 0 ? [where.text, kind] : [kind, where.text]);
  const read = instead?.evidence ? instead.text : `${instead?.text}, in the smallest case`;
  const causes = [mistake, instead?.confirmed ? read : undefined, ...(condition ?? [kind])];
  return causes.filter((each) => each !== undefined);
}

/** What went wrong, in a few words: the mistake if it has a name, else what is known instead. */
export const causeOf = (finding: Finding): string => causesOf(finding)[0];
