// Gradient check: difference quotients against back-propagation over the step width, with kinks, and a mistake to find.

import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { gradientCheck } from '../../inspect/gradient-check.ts';
import type { Tensor } from '../../tensor.ts';
import { exact, short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import type { Tab } from '../tab.ts';
import { Chart, CurveTable } from '../view/chart.tsx';
import { Grid } from '../view/grid.tsx';
import type { Mark } from '../view/mark.ts';
import { Code, Scrolled } from '../view/scrolled.tsx';
import type { Checked } from './check.ts';
import { GradientControls } from './controls.tsx';
import { alongOf, errorAxes, errorsOf, tenths } from './curves.ts';
import { beside, checked, chosen, index, subject, tensorName } from './model.ts';

/** Rows and columns of a tensor of few axes. */
function planeOf({ shape, data }: Tensor): readonly [rows: number, columns: number] {
  const axes = shape.filter((axis) => axis > 1);
  const columns = axes[axes.length - 1] ?? 1;
  return [data.length / columns, columns];
}

function Values() {
  const name = tensorName.value;
  const tensor = subject.value.tensors[name];
  const [rows, columns] = planeOf(tensor);
  const data = useMemo(
    () => tensor.data.slice().fill(checked.value.theta, index.value, index.value + 1),
    [tensor, checked.value],
  );
  const marks = useMemo(() => signal<ReadonlyMap<number, Mark>>(new Map([[index.value, 'chosen']])), [index.value]);
  const at = useMemo(() => (row: number, column: number) => row * columns + column, [columns]);
  return (
    <figure class="plane">
      <figcaption>
        {name}, {tensor.shape.join('×')}: choose a number
      </figcaption>
      <Grid
        label={name}
        rows={rows}
        columns={columns}
        at={at}
        values={data}
        greatest={greatestOf(data)}
        marks={marks}
        choose={(chosenIndex) => chosen.set({ index: String(chosenIndex), value: '' })}
        hover={() => {}}
      />
    </figure>
  );
}

const verdicts: Readonly<Record<Checked['verdict'], string>> = {
  agrees: '✓ They agree.',
  kink: '? A corner.',
  wrong: '✗ They differ.',
};

function Verdict() {
  const { analytic, float64, before, after, verdict, kinks, theta } = checked.value;
  const best = float64.reduce((least, each) => (each.error < least.error ? each : least));
  return (
    <div class="verdict" role="status">
      <p>
        <strong>{verdicts[verdict]}</strong> At θ = {exact(theta)}, back-propagation says {exact(analytic)}; the best
        quotient, at h = {best.h.toExponential(0)}, is {exact(best.value)}.
      </p>
      {verdict === 'kink' && (
        <p>
          The slope is {exact(before)} below θ and {exact(after)} above it, so there is no derivative, and no quotient
          can decide.
        </p>
      )}
      {verdict === 'wrong' && (
        <p>
          No step brings them together: the error stays level where it should fall with the square of h. This gradient
          is wrong.
        </p>
      )}
      {verdict === 'agrees' && (
        <p>
          {float64.some(({ h, error }) => h === 1e-2 && error < 1e-12)
            ? 'L is linear here, so every step is exact except for rounding, which grows as h shrinks.'
            : 'From the right, the error falls with the square of h, for one-sided quotients with h; then rounding takes over, and it grows as h shrinks.'}
          {kinks.length > 0 &&
            ` Steps that reach a corner, at θ ${kinks.map((t) => `${t < 0 ? '−' : '+'} ${short(Math.abs(t))}`).join(', θ ')}, are off.`}
        </p>
      )}
    </div>
  );
}

function Solution() {
  const { layer, x, params, planted } = subject.value;
  const report = useMemo(() => gradientCheck(layer, x, params), [layer, x, params]);
  return (
    <details>
      <summary>{planted ? 'The solution: ' : ''}gradientCheck of all entries</summary>
      <Code label="The report of gradientCheck" text={report.text} />
      {planted && (
        <p>
          The gradient of {planted.tensor} {planted.what}.
        </p>
      )}
    </details>
  );
}

function Quotients({ beside: name }: { readonly beside: keyof typeof beside }) {
  const found = checked.value;
  return (
    <Scrolled label="Quotients">
      <table>
        <thead>
          <tr>
            <th scope="col">h</th>
            <th scope="col">float64, central</th>
            <th scope="col">Error</th>
            <th scope="col">{beside[name]}</th>
            <th scope="col">Error</th>
          </tr>
        </thead>
        <tbody>
          {found.float64.map(({ h, value, error }, i) => (
            <tr key={h}>
              <th scope="row">{h.toExponential(1)}</th>
              <td>{exact(value)}</td>
              <td>{error.toExponential(1)}</td>
              <td>{exact(found[name][i].value)}</td>
              <td>{found[name][i].error.toExponential(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function View() {
  const { beside: other, planted } = chosen.texts.value;
  const found = checked.value;
  const name = Object.hasOwn(beside, other) ? (other as keyof typeof beside) : 'float32';
  const errors = useMemo(() => errorsOf(found, name), [found, name]);
  const along = useMemo(() => alongOf(found), [found]);
  return (
    <div class="gradient sided">
      <GradientControls />
      <div>
        {planted === 'yes' && (
          <p>
            One tensor of this operator has a wrong gradient. Choose numbers until you know which, and what is wrong.
          </p>
        )}
        <h2>Error over the step width</h2>
        <Verdict />
        <div class="figures">
          <Values />
          <Chart curves={errors} axes={errorAxes} name="gradient-check" table={<Quotients beside={name} />} />
          <Chart {...along} name="gradient-slope" table={<CurveTable {...along} curves={tenths(along.curves)} />} />
        </div>
        <Solution />
      </div>
    </div>
  );
}

export const gradientTab: Tab = { id: 'gradient', place: 6, title: 'Gradient check', settings: chosen, View };
