// A judgement as text for people and in the forms that machines read. Spec judge-report.

import { SpecError, show, wrongType } from '../errors.ts';
import { bitsOf } from '../oracle/bounds/precision.ts';
import { failed, githubOf, junitOf, type Test, tapOf } from '../oracle/report/test-formats.ts';
import { plain } from '../plain-text.ts';
import type { JudgedNode } from './judged-node.ts';
import { isJudgement, type Judgement } from './judgement.ts';
import type { NodeFinding, WrongNumber } from './node-finding.ts';

export type JudgementReporter = 'text' | 'json' | 'junit' | 'tap' | 'github';
const reporters = ['text', 'json', 'junit', 'tap', 'github'] as const;

/** Characters of a name of the file. */
const NAME = 80;

/**
 * A judgement as text, a table of the nodes and the first wrong one in full; or as `'json'`, `'junit'`, `'tap'` or `'github'`,
 * where every node that was judged is a test. Names of the file are made plain. Spec judge-report.
 *
 * @throws {SpecError} judge-report for another reporter.
 * @example
 * const model = writeOnnx(chain({ a: relu() }), [1, 2], {});
 * const judgement = judge(model, { x: tensor([1, 2], [1, -1]), y: tensor([1, 2], [1, 0]) });
 * renderJudgement(judgement).split('\n').at(-2) // 1 node: 1 pass
 */
export function renderJudgement(judgement: Judgement, reporter: JudgementReporter = 'text'): string {
  if (!reporters.includes(reporter))
    throw new SpecError(
      'judge-report',
      `renderJudgement: the reporters are ${reporters.join(', ')}, got ${show(reporter)}`,
    );
  if (!isJudgement(judgement))
    throw wrongType('judge-report', `renderJudgement: a judgement must be what judge gave, got ${show(judgement)}`);
  if (reporter === 'text') return text(judgement);
  if (reporter === 'json') return json(judgement);
  const [title, tests] = [headOf(judgement), testsOf(judgement)];
  if (reporter === 'junit') return junitOf('model', title, tests);
  return reporter === 'tap' ? tapOf(title, tests) : githubOf(title, tests);
}

/** JSON has no NaN and no infinity: they become strings. */
const json = (judgement: Judgement): string =>
  `${JSON.stringify(judgement, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value), 2)}\n`;

function headOf({ model, declared, nodes }: Judgement): string {
  const said = Object.keys(declared).length > 0 ? `, declared ${JSON.stringify(declared)}` : '';
  const by = model.producer === '' ? '' : ` of ${plain(model.producer, NAME)}`;
  return `a model${by}, opset ${model.opset}: ${nodes.length} nodes${said}`;
}

const shapeText = (shape: readonly number[] | undefined): string =>
  shape === undefined ? '?' : shape.join('×') || 'one number';

const HEAD = ['node', 'operator', 'shape', 'verdict', 'margin', 'bits'] as const;

const row = ({ name, op, shape, verdict, margin, precision, elements }: JudgedNode): string[] => [
  plain(name, NAME),
  plain(op, NAME),
  shapeText(shape),
  verdict,
  elements > 0 && (verdict === 'pass' || verdict === 'suspect') ? margin.toFixed(3) : '',
  bitsOf(precision),
];

function text(judgement: Judgement): string {
  const { nodes, first, unknown } = judgement;
  const table = [[...HEAD], ...nodes.map(row)];
  const widths = HEAD.map((_, i) => Math.max(...table.map((cells) => cells[i].length)));
  const lines = table.map((cells) =>
    cells
      .map((cell, i) => (i < 4 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  const others = nodes.filter((each) => each.verdict === 'fail' && each.name !== first?.node.name);
  return [
    headOf(judgement),
    '',
    ...lines,
    ...(unknown.length > 0
      ? [
          '',
          ...unknown.map(
            ({ name, nearest }) =>
              `not a tensor of the model: ${plain(name, NAME)}${nearest === undefined ? '' : ` (did you mean ${plain(nearest, NAME)}?)`}`,
          ),
        ]
      : []),
    ...reasons(nodes),
    ...(first ? ['', ...paragraph(first)] : []),
    ...(others.length > 0
      ? ['', ...others.map((each) => `✗ ${plain(each.name, NAME)} (${plain(each.op, NAME)}): ${told(each)}`)]
      : []),
    '',
    sumOf(nodes),
    '',
  ].join('\n');
}

/** Why nothing is said, each reason once, with the first node that has it. */
function reasons(nodes: readonly JudgedNode[]): string[] {
  const found = new Map<string, { readonly name: string; count: number }>();
  for (const { name, verdict, message } of nodes) {
    if ((verdict !== 'cannot tell' && verdict !== 'not judged') || message === undefined) continue;
    const one = found.get(message);
    if (one) one.count++;
    else found.set(message, { name, count: 1 });
  }
  const lines = [...found].map(
    ([message, { name, count }]) =>
      `${plain(name, NAME)}${count > 1 ? ` and ${count - 1} more` : ''}: ${plain(message)}`,
  );
  return lines.length > 0 ? ['', ...lines] : [];
}

const order = ['fail', 'suspect', 'pass', 'cannot tell', 'not judged', 'not seen'] as const;

function sumOf(nodes: readonly JudgedNode[]): string {
  const counts = order.map((verdict) => [verdict, nodes.filter((each) => each.verdict === verdict).length] as const);
  return `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${counts.flatMap(([verdict, count]) => (count > 0 ? [`${count} ${verdict}`] : [])).join(', ')}`;
}

const told = ({ message = '', explanation }: JudgedNode): string =>
  `${message}${explanation ? `; inside the bound of ${explanation.text}` : ''}`;

/** The first wrong node in lines. */
export function paragraph({
  node,
  layer,
  first,
  worst,
  where,
  mistakes,
  explanation,
  case: cut,
  geometry,
}: NodeFinding): string[] {
  const { name, op, shape, message = '', through = [] } = node;
  const lines = [
    ...(where && !message.includes(where) ? [where] : []),
    message,
    ...(through.length > 0
      ? [
          `judged together with ${through.map((each) => plain(each, NAME)).join(', ')}, whose outputs are not there: it is one of them`,
        ]
      : []),
    ...(first ? [`first at [${first.index.join(', ')}]: ${sentence(first)}`] : []),
    ...(worst && first && worst.index.join() !== first.index.join()
      ? [`worst at [${worst.index.join(', ')}]: ${sentence(worst)}`]
      : []),
    ...mistakes.map((each) => `behaves as if ${each}`),
    ...(explanation
      ? [
          `inside the bound of ${explanation.text}${explanation.declaration ? `: if the engine means that, declare ${JSON.stringify(explanation.declaration)}` : ''}`,
        ]
      : []),
    ...(layer ? [`computed here by ${layer.name} ${JSON.stringify(layer.attributes)}`] : []),
    ...(cut
      ? [
          `the smallest case: wants ${cut.expected}, the engine gave ${cut.got} in the model`,
          `  toeplitz check ENGINE --case '${cut.id}'`,
        ]
      : []),
    ...(geometry === undefined
      ? []
      : ['the same geometry with other numbers:', `  toeplitz check ENGINE --case '${geometry}'`]),
  ];
  return [
    `✗ the first wrong node: ${plain(name, NAME)} (${plain(op, NAME)}, ${shapeText(shape)})`,
    ...lines.map((line) => `  ${line}`),
  ];
}

const sentence = ({ expected, got, bound }: WrongNumber): string =>
  `expected ${expected}${!Number.isFinite(expected) ? '' : bound > 0 ? ` ± ${bound.toPrecision(2)}` : ' exactly'}, got ${got}`;

function testsOf({ nodes, first }: Judgement): Test[] {
  return nodes
    .filter(({ verdict }) => verdict !== 'not seen')
    .map((node) => {
      const name = `${plain(node.name, NAME)} (${plain(node.op, NAME)})`;
      if (node.verdict === 'fail')
        return failed(name, plain(told(node)), first?.node.name === node.name ? paragraph(first) : []);
      const isPass = node.verdict === 'pass' || node.verdict === 'suspect';
      return {
        name,
        outcome: isPass ? 'pass' : 'skip',
        message: plain(`${node.verdict}: ${node.message ?? ''}`),
        lines: [],
      };
    });
}
