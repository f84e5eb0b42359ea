// What may be said of the output of a product, by its windows: whether they reach beyond the border, whether any product reaches
// it, whether it was added by outputPadding.

import { indexAt } from '../../places.ts';
import { namesOf } from './change.ts';
import { isInside, type Term, type Terms, type Windows } from './terms.ts';

export interface Statement {
  /** Completes "where". */
  readonly text: string;
  /** How far from the plainest. */
  readonly cost: number;
  /** Whether it has a number, of a block or of steps, that the length of the axis shows nothing of. */
  readonly isArbitrary?: boolean;
  holds(term: Term): boolean;
}

/** What is no number of an axis; that of `all` also where it holds of nothing. */
export function statementsOfOutputs(terms: Terms, all: boolean): Statement[] {
  const { windows, beside } = terms;
  const added = addedBy(terms, windows ?? beside?.windows, all);
  if (beside) return [...added, ...reachedIn(terms, beside, all)];
  return windows ? [...added, ...atBorder(terms, windows)] : [];
}

function atBorder({ shapes, list }: Terms, { over }: Windows): Statement[] {
  const at = over === 'x' ? 'y' : 'x';
  let outputs: ReadonlySet<string> | undefined;
  const isReaching = (term: Term): boolean => {
    outputs ??= new Set(
      list.filter((each) => !isInside(shapes[over], each[over])).map((each) => each[at].slice(0, -1).join()),
    );
    return outputs.has(term[at].slice(0, -1).join());
  };
  const name = over === 'x' ? 'window' : 'input cell';
  return [
    { text: `the ${name} reaches beyond the border`, cost: 3, holds: isReaching },
    { text: `the ${name} lies inside the borders`, cost: 4, holds: (term) => !isReaching(term) },
  ];
}

/** Of a bias: whether there is any product beside it in the output. */
function reachedIn({ list }: Terms, { shapes, list: products }: Terms, all: boolean): Statement[] {
  let known: ReadonlySet<number> | undefined;
  const isReached = ({ y }: Term): boolean => {
    known ??= new Set(
      products.flatMap((each) =>
        isInside(shapes.x, each.x) && isInside(shapes.y, each.y) ? indexAt(shapes.y, each.y) : [],
      ),
    );
    return known.has(indexAt(shapes.y, y));
  };
  if (!all && list.every(isReached)) return [];
  return [
    { text: 'no product reaches the output', cost: 1.5, holds: (term) => !isReached(term) },
    { text: 'a product reaches the output', cost: 3, holds: isReached },
  ];
}

/** Of a transposed convolution: whether the output lies in the last cells of an axis, which outputPadding added. */
function addedBy({ shapes }: Terms, windows: Windows | undefined, all: boolean): Statement[] {
  const { outputPadding } = (windows?.attributes ?? {}) as { readonly outputPadding?: readonly number[] };
  if (!windows || outputPadding?.length !== windows.rank) return [];
  return namesOf(windows.rank).flatMap((name, i): Statement[] => {
    if (outputPadding[i] === 0 && !all) return [];
    const first = shapes.y[1 + i] - outputPadding[i];
    return [
      { text: `the output ${name} lies in outputPadding`, cost: 2.5, holds: ({ y }) => y[1 + i] >= first },
      { text: `the output ${name} lies before outputPadding`, cost: 3, holds: ({ y }) => y[1 + i] < first },
    ];
  });
}
