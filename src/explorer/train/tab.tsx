// Train and look: LeNet-5 learns digits in a worker, and everything inside it can be seen.

import { useMemo } from 'preact/hooks';
import { count } from '../numbers.ts';
import { bytesOf, type NamedBytes } from '../refusal.ts';
import type { Tab } from '../tab.ts';
import { Chart } from '../view/chart.tsx';
import { Choice, Controls, Group, NumberField } from '../view/controls.tsx';
import { useTaken } from '../view/drop-and-paste.ts';
import { download } from '../view/save.tsx';
import { Scrolled } from '../view/scrolled.tsx';
import { Look } from './look.tsx';
import {
  checkpoint,
  chosen,
  error,
  files,
  measured,
  note,
  plan,
  points,
  probabilities,
  running,
  take,
  train,
} from './model.ts';
import { Pad } from './pad.tsx';

/** Passes on what files hold, and says why one cannot be read. */
async function openAll(all: Iterable<File>, use: (file: NamedBytes) => void): Promise<void> {
  error.value = undefined;
  for (const file of all) {
    const read = await bytesOf(file);
    if (typeof read === 'string') error.value = read;
    else use(read);
  }
}

function TrainControls() {
  const { problems } = plan.value;
  const of = { settings: chosen, problems };
  const isFile = chosen.texts.value.data === 'files';
  return (
    <Controls>
      <Group title="Data">
        <Choice {...of} name="data" label="Digits" options={{ generated: 'generated', files: 'IDX files' }} />
        {isFile && <FileField label="Images" name="images" />}
        {isFile && <FileField label="Labels" name="labels" />}
        <NumberField {...of} name="examples" label="Images" step={100} />
      </Group>
      <Group title="Training">
        <NumberField {...of} name="epochs" label="Epochs" />
        <NumberField {...of} name="batch" label="Batch" />
        <NumberField {...of} name="rate" label="Rate" step={0} />
        <NumberField {...of} name="momentum" label="Momentum" step={0} />
        <NumberField {...of} name="seed" label="Seed" least={0} />
      </Group>
      <Weights />
    </Controls>
  );
}

const FileField = ({ label, name }: { readonly label: string; readonly name: 'images' | 'labels' }) => (
  <>
    <label class="control">
      {label}
      <input
        type="file"
        onChange={({ currentTarget }) =>
          void openAll(currentTarget.files ?? [], (file) => {
            files.value = { ...files.value, [name]: file };
          })
        }
      />
    </label>
    {files.value[name] && <p class="hint">{files.value[name].name}</p>}
  </>
);

const Weights = () => {
  useTaken({ files: (all) => void openAll(all, take) });
  return (
    <Group title="Weights">
      <button
        type="button"
        disabled={checkpoint.value === undefined}
        onClick={() => download('lenet5.safetensors', checkpoint.value as BlobPart, 'application/octet-stream')}
      >
        Save
      </button>
      <label class="control">
        Load
        <input
          type="file"
          accept=".safetensors"
          onChange={({ currentTarget }) => void openAll(currentTarget.files ?? [], take)}
        />
      </label>
    </Group>
  );
};

function Buttons() {
  const isRunning = running.value !== undefined;
  const hasRun = measured.value.length > 0;
  const last = points.value.at(-1);
  return (
    <div class="player">
      {isRunning ? (
        <button type="button" class="play" onClick={() => running.value?.stop()}>
          Stop
        </button>
      ) : (
        <button type="button" class="play" disabled={plan.value.plan === undefined} onClick={() => train(false)}>
          Train
        </button>
      )}
      <button type="button" disabled={isRunning || !hasRun} onClick={() => train(true)}>
        Go on
      </button>
      <span class="position">
        {last
          ? `step ${count(last.step)} of ${count(last.steps)}, ${count(Math.round(last.imagesPerSecond))} images a second`
          : 'LeNet-5, 61,706 parameters, not trained yet'}
      </span>
    </div>
  );
}

const axes = { title: 'The loss over the steps of training', x: 'step', y: 'loss' };

/** The last value of the curve at a step: a point is the mean loss since the one before. */
const trainedAt = (step: number): string => points.value.findLast((point) => point.step <= step)?.loss.toFixed(4) ?? '';

const Epochs = () => (
  <Scrolled label="After each epoch">
    <table>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Loss, training</th>
          <th scope="col">Loss, held out</th>
          <th scope="col">Right, held out</th>
        </tr>
      </thead>
      <tbody>
        {measured.value.map(({ step, loss, accuracy }) => (
          <tr key={step}>
            <th scope="row">{step}</th>
            <td>{trainedAt(step)}</td>
            <td>{loss.toFixed(4)}</td>
            <td>{(100 * accuracy).toFixed(1)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);

function Loss() {
  const [trained, heldOut] = [points.value, measured.value];
  const curves = useMemo(
    () => [
      { name: 'training', points: trained.map(({ step, loss }) => [step, loss] as const) },
      { name: 'held out', points: heldOut.map(({ step, loss }) => [step, loss] as const), isDashed: true },
    ],
    [trained, heldOut],
  );
  return <Chart curves={curves} axes={axes} name="loss" table={<Epochs />} />;
}

function Answer() {
  const shares = probabilities.value;
  const best = shares.indexOf(Math.max(...shares));
  return (
    <table class="answer">
      <caption>
        The net sees a <strong>{best}</strong>
      </caption>
      <tbody>
        {shares.map((share, digit) => (
          <tr key={digit}>
            <th scope="row">{digit}</th>
            <td>
              <span class="bar" style={{ width: `${100 * share}%` }} />
            </td>
            <td class="number">{(100 * share).toFixed(1)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function View() {
  const last = measured.value.at(-1);
  return (
    <div class="train sided">
      <TrainControls />
      <div>
        <Buttons />
        {error.value && (
          <p class="problem" role="alert">
            {error.value}
          </p>
        )}
        {note.value && <p>{note.value}</p>}
        <div class="figures">
          <Loss />
          <div class="drawn">
            <Pad />
            <Answer />
          </div>
        </div>
        {last && (
          <p>
            Of {last.heldOut} images held out, {(100 * last.accuracy).toFixed(1)} % are right.
          </p>
        )}
        <Look />
      </div>
    </div>
  );
}

export const trainTab: Tab = { id: 'train', place: 2, title: 'Train and look', settings: chosen, View };
