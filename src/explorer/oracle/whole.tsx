// A model with its activations: every node judged on the engine's own inputs of it.

import { signal } from '@preact/signals';
import { type Running, startJob } from '../jobs/start.ts';
import { Code, Scrolled } from '../view/scrolled.tsx';
import type { Judged } from './judge.ts';
import { activations, model } from './model.ts';

const found = signal<Extract<Judged, { nodes: unknown }> | undefined>(undefined);
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

const signs: Readonly<Record<string, string>> = { pass: '✓', fail: '✗', suspect: '?' };

export function ModelPanel() {
  const [file, tensors, shown] = [model.value, activations.value, found.value];
  const wrong = shown?.nodes.filter(({ verdict }) => verdict === 'fail').length ?? 0;
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
        <button type="button" class="play" disabled={!file || !tensors || progress.value !== undefined} onClick={start}>
          Judge
        </button>{' '}
        <span role="status">
          {progress.value ??
            (shown && (wrong === 0 ? '✓ No node is wrong.' : `✗ ${wrong} of ${shown.nodes.length} nodes are wrong.`))}
        </span>
      </p>
      {problem.value && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {shown && (
        <>
          <Code label="The judgement" text={shown.text} />
          <Scrolled label="Nodes">
            <table>
              <thead>
                <tr>
                  <th scope="col">Node</th>
                  <th scope="col">Operator</th>
                  <th scope="col">Verdict</th>
                </tr>
              </thead>
              <tbody>
                {shown.nodes.map(({ name, op, verdict }) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>{op}</td>
                    <td>
                      {signs[verdict] ?? '–'} {verdict}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </>
      )}
    </>
  );
}
