// A case written out as source text that can be pasted.

import type { Tensor } from '../../tensor.ts';
import type { Case } from '../case.ts';
import { ownLayout } from '../dialects/layout.ts';
import { type Asking, attributesIn, layoutKeyOf, numbered, theirTensor } from '../dialects/translate.ts';
import { caseId } from './id.ts';
import { type LanguageName, languages, record } from './languages.ts';
import { layerOf, operandsOf } from './tensors.ts';

/** The same in every language. */
export type Literal = Readonly<Record<LanguageName, string>>;

/** A report leaves longer tensors to the case id. */
const SHOWN = 64;

/** What `write` makes of each language. */
export function inEach(write: (name: LanguageName) => readonly string[]): Literal {
  const names = Object.keys(languages) as LanguageName[];
  return Object.fromEntries(names.map((name) => [name, write(name).join('\n')])) as Literal;
}

/**
 * For a report: in our attributes, and in the layout of the engine, which a comment names where it is not ours. Another comment
 * says the attributes as an engine of another dialect gets them.
 */
export function literal(c: Case, { dialect = 'toeplitz', layout, same }: Asking = { layout: ownLayout }): Literal {
  const asked = { dialect, layout };
  const ours = Object.entries(operandsOf(c, layerOf(c))) as [string, Tensor][];
  const operands = ours.map(([name, tensor]) => [name, theirTensor(asked, c, name, tensor)] as [string, Tensor]);
  const own = attributesIn('toeplitz', (same && numbered('toeplitz', c)) ?? c, ownLayout);
  const other = ours.flatMap(([name], i) => {
    const key = layoutKeyOf(c, name);
    return key === 'none' || operands[i][1] === ours[i][1] ? [] : [`${name} ${layout[key]}`];
  });
  const theirs = [
    ...(dialect === 'toeplitz' ? [] : [`${dialect}: ${record(attributesIn(dialect, c, layout))}`]),
    ...(other.length > 0 ? [`in the layout of the engine: ${other.join(', ')}`] : []),
  ];
  return inEach((name) => {
    const { comment, attributes, tensor } = languages[name];
    const shown = ([what, each]: [string, Tensor]): string => {
      if (each.data.length <= SHOWN) return tensor(what, each);
      if (name === 'typescript')
        return `const ${what} = explain('${caseId(c)}').${what}; // [${each.shape.join(', ')}]`;
      return `${comment} ${what} [${each.shape.join(', ')}]: toeplitz explain --${name} '${caseId(c)}'`;
    };
    return [...theirs.map((line) => `${comment} ${line}`), attributes(own), ...operands.map(shown)];
  });
}
