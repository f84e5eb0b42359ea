// toeplitz describe: a model of ONNX as a table of its nodes.

import { parseArgs } from 'node:util';
import type { OnnxDescription, OnnxRow } from '../onnx/index.ts';
import { plain } from '../plain-text.ts';
import { modelHelp, modelOptions, readModel } from './model-input.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz describe MODEL [options]

Shapes, parameters, multiply-adds, memory and receptive field of every node of
a model, without running it or reading its weights; and which operators are not
run here. MODEL is a file of ONNX, or a safetensors file of a net.

${modelHelp}
  --json          everything as JSON
  --markdown      a table of Markdown

Exit code: 0, or 2 if the file is no model or the arguments make no sense.

  toeplitz describe model.onnx --shape x=1x3x48x192 --markdown > model.md
`;

const options = {
  ...modelOptions,
  json: { type: 'boolean', default: false },
  markdown: { type: 'boolean', default: false },
} as const;

/** Runs the command; gives the exit code. Spec cli-describe. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
  });
  if (positionals.length !== 1) throw new UsageError('describe: name one MODEL');
  if (values.json && values.markdown) throw new UsageError('describe: --json or --markdown, not both');
  const [file] = positionals;
  const { model, shapes } = await readModel('describe', file, values);
  const description = model.describe({ shapes });
  process.stdout.write(
    values.json
      ? `${JSON.stringify(description, null, 2)}\n`
      : values.markdown
        ? markdown(description)
        : text(description),
  );
  return EXIT.clean;
}

const HEAD = ['node', 'operator', 'by', 'output', 'parameters', 'multiply-adds', 'bytes', 'field'] as const;
/** Columns of words; the others are numbers. */
const WORDS = 4;

/** Digits in groups of three. */
const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

const shapeText = (shape: readonly (number | string)[] | undefined): string =>
  shape === undefined ? '?' : shape.join('×') || 'one number';

/** The sizes of the receptive field, in cells of the input. */
const fieldText = (field: OnnxRow['field']): string => field?.map(({ size }) => size).join('×') ?? '';

const cells = (row: OnnxRow): string[] => [
  row.name,
  row.domain === '' ? row.op : `${row.domain}.${row.op}`,
  row.by,
  row.outputs
    .filter(({ shape }, k) => k === 0 || shape !== undefined) // such as the mask of a Dropout, which is not computed
    .map(({ shape }) => shapeText(shape))
    .join(', '),
  count(row.parameters + row.statistics),
  count(row.cost),
  count(row.memory),
  fieldText(row.field),
];

/** Text of the file is a stranger's. Spec campaign-plain. */
const table = ({ rows }: OnnxDescription): string[][] =>
  rows.filter(({ by }) => by !== 'folded').map((row) => cells(row).map((cell) => plain(cell, 80)));

function totals({ parameters, statistics, cost, memory, rows }: OnnxDescription): string[] {
  const running = statistics > 0 ? ` and ${count(statistics)} running statistics` : '';
  const folded = rows.filter(({ by }) => by === 'folded').length;
  return [
    `${count(parameters)} parameters${running}, ${count(cost)} multiply-adds`,
    `activations: ${count(memory)} bytes at most at once`,
    ...(folded > 0 ? [`${folded} nodes are constant and not shown`] : []),
  ];
}

/** One line each, except for what follows from another: a shape that is not known. */
function problems({ rows, inputs }: OnnxDescription): string[] {
  const lacking = new Set<string>();
  const lines: string[] = [];
  let others = 0;
  for (const { problem, inputs: from, outputs } of rows) {
    if (problem === undefined) continue;
    for (const { name } of outputs) lacking.add(name);
    if (problem.endsWith('[onnx-shape]') && from.some((name) => lacking.has(name))) others++;
    else lines.push(`not run: ${plain(problem)}`);
  }
  const open =
    lines.length === 0 ? [] : inputs.filter(({ shape }) => !shape?.every((axis) => typeof axis === 'number'));
  return [
    ...lines,
    ...(others > 0 ? [`${others} more ${others === 1 ? 'node depends' : 'nodes depend'} on these`] : []),
    ...open.map(
      ({ name }) => `the shape of an input is not known: give it, such as --shape ${plain(name, 80)}=1x3x224x224`,
    ),
  ];
}

function ports({ inputs, outputs, opset }: OnnxDescription): string[] {
  const say = (what: string, list: OnnxDescription['inputs']): string[] =>
    list.map(({ name, type, shape }) => `${what} ${plain(name, 80)}: ${type} ${plain(shapeText(shape), 80)}`);
  return [`opset ${opset}`, ...say('input', inputs), ...say('output', outputs)];
}

function text(description: OnnxDescription): string {
  const all = [[...HEAD], ...table(description)];
  const widths = HEAD.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const lines = all.map((row) =>
    row.map((cell, i) => (i < WORDS ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const rule = '-'.repeat(lines[0].length);
  const parts = [...ports(description), '', lines[0], rule, ...lines.slice(1), rule, ...totals(description)];
  return `${[...parts, ...problems(description)].map((line) => line.trimEnd()).join('\n')}\n`;
}

function markdown(description: OnnxDescription): string {
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell) => cell.replace(/[\\|`<*_[\]]/g, '\\$&')).join(' | ')} |`;
  const rule = `|${HEAD.map((_, i) => (i < WORDS ? ' --- ' : ' ---: ')).join('|')}|`;
  const lines = [line(HEAD), rule, ...table(description).map(line)];
  const rest = [...ports(description), ...totals(description), ...problems(description)];
  return `${lines.join('\n')}\n\n${rest.map((each) => `- ${each.replace(/[\\`<*_[\]]/g, '\\$&')}`).join('\n')}\n`;
}
