// Where the wrong values lie, in words: `all in the last column`, `all in image 1, channels 12 to 15`. Spec oracle-verdict.

import type { Shape } from '../../tensor.ts';
import { placeOf } from '../places.ts';

const spaces: readonly (readonly string[])[] = [[], ['column'], ['row', 'column'], ['plane', 'row', 'column']];

/** The axes of an output or of its x by name. */
const axesOf = (rank: number): readonly string[] | undefined =>
  spaces[rank - 2] && ['image', ...spaces[rank - 2], 'channel'];

/**
 * The axes along which only some indices are wrong, where these are a single one or lie side by side; nothing for fewer
 * than two values. Indices count from 0.
 */
export function whereabouts(shape: Shape, wrong: readonly number[]): string | undefined {
  const names = axesOf(shape.length);
  if (!names || wrong.length < 2) return undefined;
  const places = wrong.map((i) => placeOf(shape, i));
  const said = names.flatMap((name, axis) => {
    const words = inWords(name, shape[axis], new Set(places.map((place) => place[axis])));
    return words ? [words] : [];
  });
  return said.length > 0 ? `all in ${said.join(', ')}` : undefined;
}

function inWords(name: string, n: number, found: ReadonlySet<number>): string | undefined {
  if (n === 1 || found.size === n) return undefined;
  const [least, most] = [Math.min(...found), Math.max(...found)];
  if (least === most) return most === n - 1 ? `the last ${name}` : most === 0 ? `the first ${name}` : `${name} ${most}`;
  return most - least + 1 === found.size ? `${name}s ${least} to ${most}` : undefined;
}
