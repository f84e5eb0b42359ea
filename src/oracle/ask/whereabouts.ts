// Where the wrong values lie, in words: `all in the last column`, `all in image 1, channels 12 to 15`. Spec oracle-verdict.

import type { Shape } from '../../tensor.ts';

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
  const found = shape.map((n) => new Uint8Array(n));
  for (const i of wrong) {
    let rest = i;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      found[axis][rest % shape[axis]] = 1;
      rest = Math.floor(rest / shape[axis]);
    }
  }
  const said = names.flatMap((name, axis) => inWords(name, found[axis]) ?? []);
  return said.length > 0 ? `all in ${said.join(', ')}` : undefined;
}

/** The indices at which there is a 1, if these are few. */
function inWords(name: string, found: Uint8Array): string | undefined {
  const [least, most, last] = [found.indexOf(1), found.lastIndexOf(1), found.length - 1];
  if (found.length === 1 || !found.includes(0)) return undefined;
  if (least === most) return most === last ? `the last ${name}` : most === 0 ? `the first ${name}` : `${name} ${most}`;
  return found.subarray(least, most + 1).includes(0) ? undefined : `${name}s ${least} to ${most}`;
}
