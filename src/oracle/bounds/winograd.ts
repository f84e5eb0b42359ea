// The bound of an engine that declares Winograd's minimal filtering, where that may be used. Spec oracle-winograd.

import type { Layer } from '../../layer/layer.ts';
import { winogradBound } from '../../reference/winograd-bound.ts';
import type { ConvGeometry } from '../../window.ts';
import type { Operands } from '../case.ts';
import { type Bound, gamma, type Profile, toDoubles, U } from './bound.ts';
import { ANYTHING } from './number-kinds.ts';

/**
 * Roundings that a term meets on its way, besides the sum over channels. F(2×2, 3×3): twice 1 in Bᵀ, 2 in G, 2 in Aᵀ, and
 * its product. F(4×4, 3×3) with the matrices applied as they are written: twice 4 in Bᵀ (a product, three sums), 5 in G
 * (its constant, a product, two sums, a scale), 5 in Aᵀ (a product, four sums), and its product.
 */
const ROUNDINGS = { 2: 11, 4: 29 } as const;
/** Those that the reference counts for its own evaluation. */
const COUNTED = { 2: 11, 4: 17 } as const;

/** F(2×2, 3×3) computes in quarters: those of whole numbers are exact as long as all magnitudes add up to fewer. */
const QUARTERS = 1 / U / 4;

/** Two axes, 3×3, stride 1, not dilated: elsewhere an engine computes directly, whatever it declares. */
export const mayTransform = ({ attributes }: Layer): boolean => {
  const is = (what: string, n: number): boolean => (attributes[what] as readonly number[]).every((each) => each === n);
  // Filters over several channels; a transposed convolution has an outputPadding.
  if (attributes.filters === undefined || attributes.outputPadding !== undefined) return false;
  return (attributes.size as readonly number[]).length === 2 && is('size', 3) && is('stride', 1) && is('dilation', 1);
};

/** The larger of the direct bound and that of the tile; a NaN or an infinity may fill its tile. */
export function transformed(
  bound: Bound,
  g: ConvGeometry,
  { winograd }: Profile,
  { x: { data }, weight, bias }: Operands,
): Bound {
  if (!winograd) return bound;
  const { m } = winograd;
  const [x, w, b] = [toDoubles(data), toDoubles(weight!.data), bias && toDoubles(bias.data)];
  const tile = winogradBound(g, m, x, w, b);
  const channels = g.channels - 1 + (b ? 1 : 0);
  const scale = gamma(ROUNDINGS[m] + channels, U) / gamma(COUNTED[m] + channels, U);
  const whole = m === 2 && [x, w, b].every((part) => part?.every(Number.isInteger) ?? true);
  const wide = (each: number): number =>
    Number.isNaN(each) ? Infinity : whole && each / gamma(COUNTED[m] + channels, U) < QUARTERS ? 0 : each * scale;
  const error = bound.error.map((each, i) => Math.max(each, wide(tile[i])));
  const kinds = bound.kinds.map((each, i) => (Number.isFinite(tile[i]) ? each : ANYTHING));
  return { ...bound, error, kinds, isWide: true };
}
