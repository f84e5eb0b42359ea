// Where wrong numbers lie at regular distances: every fourth channel, every second column from the first on. Spec judge-finding.

import { isOutside } from '../oracle/ask/verdict.ts';
import type { Bound } from '../oracle/bounds/bound.ts';
import { placeOf } from '../places.ts';
import type { Tensor } from '../tensor.ts';

const spaces: readonly (readonly string[])[] = [[], ['column'], ['row', 'column'], ['plane', 'row', 'column']];

/** Of a tensor with its channels last; undefined where the numbers lie in no such places. */
export function regularPlaces({ shape, data }: Tensor, bound: Bound): string | undefined {
  const space = spaces[shape.length - 2];
  if (space === undefined) return undefined;
  const found = shape.map(() => new Set<number>());
  for (let i = 0; i < data.length; i++)
    if (isOutside(bound, i, data[i])) for (const [axis, at] of placeOf(shape, i).entries()) found[axis].add(at);
  const said = ['image', ...space, 'channel'].flatMap((name, axis) => inWords(name, shape[axis], found[axis]) ?? []);
  return said.length > 0 ? `all in ${said.join(', ')}` : undefined;
}

/** At least three of them, and all that there are at this distance. */
function inWords(name: string, n: number, found: ReadonlySet<number>): string | undefined {
  const list = [...found].sort((a, b) => a - b);
  const step = list[1] - list[0];
  if (list.length < 3 || step < 2 || list[0] >= step) return undefined;
  const isAll = list.every((at, i) => at === list[0] + i * step) && list[list.length - 1] + step >= n;
  if (!isAll) return undefined;
  const nth = step === 2 ? 'second' : step === 3 ? 'third' : `${step}th`;
  return `every ${nth} ${name} from ${list[0]} on`;
}
