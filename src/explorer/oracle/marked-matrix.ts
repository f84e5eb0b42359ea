// A matrix on which the elements that differ from another one are framed.

import { drawMatrix, type Matrix } from '../lab/matrices.ts';
import type { Drawing, Ink } from '../svg.ts';

/** A matrix with the differing elements framed. */
export function marked(
  matrix: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  wrong: readonly number[],
  title: string,
) {
  return (ink: Ink): Drawing => {
    const drawing = drawMatrix(matrix as Matrix, ink, title);
    const [, columns] = matrix.shape;
    const cell = (drawing.width - 2) / columns;
    const [inset, width] = cell > 8 ? [1.5, 2] : [0, Math.max(1, cell / 4)];
    const side = Math.max(1, cell - 2 * inset);
    const frames = wrong.map(
      (i) =>
        `M${1 + (i % columns) * cell + inset} ${1 + Math.floor(i / columns) * cell + inset}h${side}v${side}h-${side}z`,
    );
    const path = `<path d="${frames.join('')}" style="fill:none;stroke:${ink.accent};stroke-width:${width};stroke-dasharray:${cell > 8 ? '3 2' : 'none'}"/>`;
    return { ...drawing, body: drawing.body + (wrong.length > 0 ? path : '') };
  };
}
