// Where windows lie and how many there are, as formulas of which one part is another one. Spec window-same, window-output, window-ceil.
//
//   same        total = max(0, (output − 1) · stride + reach − input)        before = floor(total / 2)
//   numbers     output = floor((input + before + after − reach) / stride) + 1

import type { Axis } from '../../window.ts';
import { type Definition, defined, otherDefinitions } from './formulas.ts';
import type { Windows } from './terms.ts';

const reach: Definition = ['reach', ['+', ['·', ['−', 'size', 1], 'dilation'], 1]];
const total: Definition = ['total', ['max', 0, ['−', ['+', ['·', ['−', 'output', 1], 'stride'], 'reach'], 'input']]];
const half: Definition = ['half', ['floor', ['/', 'total', 2]]];
const room: Definition = ['room', ['−', ['+', ['+', 'input', 'before'], 'after'], 'reach']];

/** The formulas by which a case places its windows. */
function definitionsOf({ over, attributes: { padding, ceil } }: Windows): readonly Definition[] {
  if (padding === 'same-upper' || padding === 'same-lower') {
    const output: Definition = ['output', ['ceil', ['/', 'input', 'stride']]];
    const before: Definition = ['before', padding === 'same-upper' ? 'half' : ['−', 'total', 'half']];
    return [reach, ...(over === 'x' ? [output] : []), total, half, before];
  }
  if (over !== 'x') return [];
  const steps: Definition = ['steps', [ceil === true ? 'ceil' : 'floor', ['/', 'room', 'stride']]];
  return [reach, room, steps, ['output', ['+', 'steps', 1]]];
}

/** Every formula with one part taken otherwise, and what it makes of an axis. */
export function otherFormulas(windows: Windows): { readonly text: string; of(axis: Axis): Partial<Axis> }[] {
  const right = definitionsOf(windows);
  const results = right.map(([name]) => name);
  const given = ['size', 'stride', 'dilation', 'input', 'output', 'before', 'after'];
  const numbers = given.filter((name) => !results.includes(name) && (name !== 'after' || !results.includes('before')));
  const mayHang = results.includes('steps') && windows.attributes.ceil === true;
  return otherDefinitions(right, numbers).map(({ text, definitions }) => ({
    text,
    of(axis) {
      const { before, output } = defined(definitions, { ...axis });
      const isHanging = mayHang && (output - 1) * axis.stride >= axis.input + before;
      return { before, output: Math.max(0, isHanging ? output - 1 : output) };
    },
  }));
}
