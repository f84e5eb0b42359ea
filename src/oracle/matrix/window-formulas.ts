// Where windows lie and how many there are, as formulas of which one part is another one. Spec window-same, window-output, window-ceil.
//
//   same        total = max(0, (output − 1) · stride + reach − input)        before = floor(total / 2)
//   numbers     output = floor((input + before + after − reach) / stride) + 1

import type { Axis } from '../../window.ts';
import { type Definition, defined, type Numbers, otherDefinitions } from './formulas.ts';
import type { Windows } from './terms.ts';

const reach: Definition = ['reach', '(size − 1) · dilation + 1'];
const total: Definition = ['total', 'max(0, (output − 1) · stride + reach − input)'];
const half: Definition = ['half', 'floor(total / 2)'];
const room: Definition = ['room', 'input + before + after − reach'];

/** The formulas by which a case places its windows. */
function definitionsOf({ over, attributes: { padding, ceil } }: Windows): readonly Definition[] {
  if (padding === 'same-upper' || padding === 'same-lower') {
    const output: Definition = ['output', 'ceil(input / stride)'];
    const before: Definition = ['before', padding === 'same-upper' ? 'half' : 'total − half'];
    return [reach, ...(over === 'x' ? [output] : []), total, half, before];
  }
  if (over !== 'x') return [];
  return [reach, room, ['steps', `${ceil === true ? 'ceil' : 'floor'}(room / stride)`], ['output', 'steps + 1']];
}

/** The formulas of the number of outputs, and what they are computed from. Of a transposed convolution `input` is the length of x. */
export function sizeDefinitions(windows: Windows): {
  readonly definitions: readonly Definition[];
  readonly given: readonly string[];
} {
  const given = ['size', 'stride', 'dilation', 'input'];
  const isSame = windows.attributes.padding === 'same-upper' || windows.attributes.padding === 'same-lower';
  if (windows.over === 'x' && isSame) return { definitions: [['output', 'ceil(input / stride)']], given };
  if (windows.over === 'x') return { definitions: definitionsOf(windows), given: [...given, 'before', 'after'] };
  if (isSame) return { definitions: [['output', 'input · stride']], given };
  const output: Definition = ['output', '(input − 1) · stride + reach − before − after + outputPadding'];
  return { definitions: [reach, output], given: [...given, 'before', 'after', 'outputPadding'] };
}

/** Whether a last window is no output, by where it begins and where the input ends. */
type Drop = (start: number, end: number) => boolean;

/** What may become of a last window that hangs over, in place of the right rule. */
const otherDrops: readonly (readonly [text: string, drop: Drop])[] = [
  ['ceil, which drops no last window', () => false],
  ['ceil, which drops a last window that begins past the cell after the input', (start, end) => start > end],
];

/** The numbers of an axis by formulas; a last window that would begin beyond the input is no output. Spec window-ceil. */
export function placedBy(
  definitions: readonly Definition[],
  given: Numbers,
  { attributes }: Windows,
  isDropped: Drop = (start, end) => start >= end,
): Numbers {
  const numbers = defined(definitions, given);
  const mayHang = attributes.ceil === true && definitions.some(([name]) => name === 'steps');
  const start = (numbers.output - 1) * numbers.stride;
  return mayHang && isDropped(start, numbers.input + numbers.before)
    ? { ...numbers, output: numbers.output - 1 }
    : numbers;
}

/** Every formula with one part taken otherwise, and what it makes of an axis. */
export function otherFormulas(windows: Windows): { readonly text: string; of(axis: Axis): Partial<Axis> }[] {
  const right = definitionsOf(windows);
  const results = right.map(([name]) => name);
  const given = ['size', 'stride', 'dilation', 'input', 'output', 'before', 'after'];
  const numbers = given.filter((name) => !results.includes(name) && (name !== 'after' || !results.includes('before')));
  const placed = (text: string, definitions: readonly Definition[], drop?: Drop) => ({
    text,
    of(axis: Axis): Partial<Axis> {
      const { before, output } = placedBy(definitions, { ...axis }, windows, drop);
      return { before, output: Math.max(0, output) };
    },
  });
  const mayDrop = windows.attributes.ceil === true && results.includes('steps');
  return [
    ...otherDefinitions(right, numbers).map(({ text, definitions }) => placed(text, definitions)),
    ...(mayDrop ? otherDrops.map(([text, drop]) => placed(text, right, drop)) : []),
  ];
}
