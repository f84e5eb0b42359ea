// A model with its activations: every node judged on the engine's own inputs of it.

import { signal } from '@preact/signals';
import type { NodeFinding, WrongNumber } from '../../judge/node-finding.ts';
import { type Running, startJob } from '../jobs/start.ts';
import { exact } from '../numbers.ts';
import { Code, Scrolled } from '../view/scrolled.tsx';
import type { JudgedModel } from './judge.ts';
import { activations, chosen, model } from './model.ts';
import { sampleModel } from './sample.ts';
import { Words } from './words.tsx';

const found = signal<JudgedModel | undefined>(undefined);
const progress = signal<string | undefined>(undefined);
const problem = signal<string | undefined>(undefined);
let running: Running | undefined;

function start(): void {
  const [file, tensors] = [model.value, activations.value];
  if (!file || !tensors) return;
  running?.end();
  found.value = problem.value = undefined;
  progress.value = 'Judging …';
  running = startJob(
    'judge',
    { model: file.bytes, activations: tensors.tensors },
    {
      message(message) {
        if ('nodes' in message) found.value = message;
        else progress.value = `${message.done} of ${message.of} nodes`;
      },
      error(text) {
        problem.value = text;
        progress.value = undefined;
      },
      done() {
        progress.value = undefined;
      },
    },
  );
}

function sample(): void {
  const { bytes, tensors } = sampleModel();
  model.value = { name: 'a small net', bytes };
  activations.value = { name: 'an engine with a mistake', tensors };
  start();
}

const signs: Readonly<Record<string, string>> = { pass: '✓', fail: '✗', suspect: '?' };

const shapeText = (shape: readonly number[] | undefined): string => shape?.join('×') ?? '?';

const wrongText = ({ expected, got, bound }: WrongNumber): string =>
  `${exact(expected)} is right${bound > 0 ? `, give or take ${exact(Number(bound.toPrecision(2)))}` : ''}, and it gave ${exact(got)}`;

/** The first wrong node in full. */
function FirstWrong({ finding }: { readonly finding: NodeFinding }) {
  const { node, first, worst, where, mistakes, explanation, case: cut, layer } = finding;
  const show = (id: string, got: number): void =>
    chosen.set({ panel: 'case', id, dialect: 'toeplitz', from: 'typed', answer: String(got) });
  return (
    <section class="finding">
      <h2>
        The first wrong node: {node.name} ({node.op}, {shapeText(node.shape)})
      </h2>
      <p>
        {node.message}
        {where && !node.message?.includes(where) ? `, ${where}` : ''}.
        {node.through && ` It is judged together with ${node.through.join(', ')}, whose outputs are not there.`}
      </p>
      {mistakes.length > 0 && (
        <>
          <p>{mistakes.length === 1 ? 'It behaves as if' : 'Several mistakes give exactly this. It behaves as if'}</p>
          <ul>
            {mistakes.map((mistake) => (
              <li key={mistake}>
                <Words text={mistake} />
              </li>
            ))}
          </ul>
        </>
      )}
      {explanation && <p>It is inside the bound of {explanation.text}, which the engine did not declare.</p>}
      <ul>
        {first && (
          <li>
            First at [{first.index.join(', ')}]: {wrongText(first)}.
          </li>
        )}
        {worst && worst.index.join() !== first?.index.join() && (
          <li>
            Worst at [{worst.index.join(', ')}]: {wrongText(worst)}.
          </li>
        )}
      </ul>
      {layer && (
        <p>
          It is computed here by <code>{`${layer.name} ${JSON.stringify(layer.attributes)}`}</code>.
        </p>
      )}
      {cut && (
        <p>
          <button type="button" onClick={() => show(cut.id, cut.got)}>
            Show the window of one wrong number
          </button>
        </p>
      )}
    </section>
  );
}

function Nodes({ nodes }: { readonly nodes: JudgedModel['nodes'] }) {
  return (
    <Scrolled label="Nodes">
      <table class="nodes">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Operator</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Output
            </th>
            <th scope="col" class="number">
              Error
            </th>
            <th scope="col" class="number">
              Bits
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ name, op, verdict, shape, wrong, elements, margin, bits }) => (
            <tr key={name} class={verdict === 'fail' ? 'wrong' : undefined}>
              <th scope="row">{name}</th>
              <td>{op}</td>
              <td>
                {signs[verdict] ?? '–'} {verdict}
              </td>
              <td class="number">{shapeText(shape)}</td>
              <td class="number">
                {verdict === 'fail' ? `${wrong} of ${elements}` : verdict === 'pass' ? margin.toFixed(3) : ''}
              </td>
              <td class="number">{bits}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

export function ModelPanel() {
  const [file, tensors, shown] = [model.value, activations.value, found.value];
  const wrong = shown?.nodes.filter(({ verdict }) => verdict === 'fail').length ?? 0;
  const isRunning = progress.value !== undefined;
  return (
    <>
      <p>
        Open a model (.onnx), and what an engine gave for its tensors, by their names and with the inputs (.npz or
        .safetensors). Each node is judged on the engine’s own inputs of it, so a node that fails is wrong itself.{' '}
        <code>npx toeplitz expose</code> writes a model whose tensors are all outputs.
      </p>
      <ul>
        <li>Model: {file?.name ?? 'none yet'}</li>
        <li>Activations: {tensors ? `${tensors.name}, ${Object.keys(tensors.tensors).length} tensors` : 'none yet'}</li>
      </ul>
      <p>
        <button type="button" class="play" disabled={!file || !tensors || isRunning} onClick={start}>
          Judge
        </button>{' '}
        {!file && !tensors && (
          <button type="button" onClick={sample}>
            Take a small net and an engine with a mistake
          </button>
        )}{' '}
        <span role="status">
          {progress.value ??
            (shown &&
              (wrong === 0
                ? '✓ No node is wrong.'
                : `✗ ${wrong} of ${shown.nodes.length} nodes ${wrong === 1 ? 'is' : 'are'} wrong.`))}
        </span>
      </p>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {shown && (
        <>
          <Nodes nodes={shown.nodes} />
          <p class="hint">
            Error: the greatest distance from the right value, in units of the bound of this node; or how many numbers
            are outside of it. Bits: how precise the sums are; float32 has 24.
          </p>
          {shown.first && <FirstWrong finding={shown.first} />}
          <details>
            <summary>The judgement as text</summary>
            <Code label="The judgement" text={shown.text} />
          </details>
        </>
      )}
    </>
  );
}
