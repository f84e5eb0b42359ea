// In which operands an engine's results are not linear, which says why there is no matrix to read.
//
//   f(2v) − f(v) = f(v) − f(0)        f(v) − f(0) = f(0) − f(−v)

import { ask } from '../ask/ask.ts';
import type { Case, Part } from '../case.ts';
import { layerOf, operandsOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { familyOf } from '../families/index.ts';
import { isChoice } from './products.ts';

/** The operands in which a part is not linear, though it is to be. */
export async function notLinearIn(subject: EngineUnderTest, c: Case, part: Part): Promise<string[]> {
  const { weight } = familyOf(c.op).structure(c.op) ?? {};
  const operands = Object.entries(operandsOf(c, layerOf(c)));
  const factors = ['x', weight, 'dy'].filter((name) => name !== part && !(name === 'x' && isChoice(c)));
  const found: string[] = [];
  for (const name of factors) {
    if (!operands.some(([each]) => each === name)) continue;
    const times = async (factor: number): Promise<Float32Array | undefined> => {
      const given = Object.fromEntries(
        operands.map(([each, tensor]) => [each, Array.from(tensor!.data, (v) => (each === name ? v * factor : v))]),
      );
      const { theirs } = await ask(subject, { ...c, values: 'given', seed: 0, given });
      const value = part === 'y' ? theirs : (theirs as Record<string, unknown> | undefined)?.[part];
      return (value as { readonly data?: Float32Array } | undefined)?.data;
    };
    const [twice, once, zero, minus] = [await times(2), await times(1), await times(0), await times(-1)];
    if (!twice || !once || !zero || !minus) continue;
    const isOff = (a: number, b: number, i: number): boolean =>
      Math.abs(a - b) > 1e-4 * Math.max(1, Math.abs(twice[i]), Math.abs(zero[i]));
    const isLinear = once.every(
      (value, i) => !isOff(twice[i] - value, value - zero[i], i) && !isOff(value - zero[i], zero[i] - minus[i], i),
    );
    if (!isLinear) found.push(name === 'weight' ? 'the weight' : name!);
  }
  return found;
}

export const notLinear = (operands: readonly string[]): string => `not linear in ${operands.join(' and in ')}`;
