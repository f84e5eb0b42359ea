// Gradient check: difference quotients against back-propagation over the step width, with kinks, and a mistake to find.

import { computed, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { gradientCheck } from '../../inspect/gradient-check.ts';
import { log } from '../../reference/math.ts';
import type { Tensor } from '../../tensor.ts';
import type { Axes, Curve } from '../chart.ts';
import { exact, numberIn, short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { settings } from '../settings.ts';
import type { Tab } from '../tab.ts';
import { Chart, CurveTable } from '../view/chart.tsx';
import { Check, Choice, Controls, Group, NumberField } from '../view/controls.tsx';
import { Grid } from '../view/grid.tsx';
import type { Mark } from '../view/mark.ts';
import { Code, Scrolled } from '../view/scrolled.tsx';
import { type Checked, check, operators, subjectOf } from './check.ts';

const chosen = settings({
  op: 'softmax',
  seed: '1',
  tensor: 'x',
  index: '1',
  value: '',
  beside: 'float32',
  planted: 'no',
});

const isSeed = (text: string): boolean => /^\d{1,6}$/.test(text.trim());
const subject = computed(() => {
  const { op, seed, planted } = chosen.texts.value;
  return subjectOf(op, isSeed(seed) ? Number(seed) : 1, planted === 'yes');
});
const tensorName = computed(() => {
  const { tensor } = chosen.texts.value;
  return Object.hasOwn(subject.value.tensors, tensor) ? tensor : 'x';
});
/** The chosen number; one that is not there is the last. */
const index = computed(() => {
  const last = subject.value.tensors[tensorName.value].data.length - 1;
  return Math.min(last, Math.max(0, Math.floor(Number(chosen.texts.value.index)) || 0));
});
/** Beside a greater θ, the smaller steps would vanish. */
const MOST = 1000;
const value = computed(() => {
  const typed = numberIn(chosen.texts.value.value);
  return Math.abs(typed) <= MOST ? typed : undefined;
});
const checked = computed(() =>
  check(subject.value, { tensor: tensorName.value, index: index.value, value: value.value }),
);

const problems = computed(() => {
  const { seed, value: text, index: typed } = chosen.texts.value;
  const last = subject.value.tensors[tensorName.value].data.length - 1;
  const isIndex = /^\s*\d+\s*$/.test(typed) && Number(typed) <= last;
  return {
    ...(!isSeed(seed) && { seed: 'A whole number from 0 to 999999.' }),
    ...(text.trim() !== '' &&
      value.value === undefined && { value: `A number from −${MOST} to ${MOST}, or nothing for the drawn one.` }),
    ...(!isIndex && { index: `A whole number from 0 to ${last}.` }),
  };
});

const beside = { float32: 'float32, central', oneSided: 'float64, one-sided' };

function GradientControls() {
  const of = { settings: chosen, problems: problems.value };
  const names = Object.keys(subject.value.tensors);
  return (
    <Controls>
      <Group title="Operator">
        <Choice
          {...of}
          name="op"
          label="Operator"
          options={Object.fromEntries(Object.entries(operators).map(([name, { title }]) => [name, title]))}
        />
        <NumberField {...of} name="seed" label="Seed" least={0} hint="Draws other numbers" />
        <Check settings={chosen} name="planted" label="Plant a mistake, to be found" />
      </Group>
      <Group title="The number θ">
        <Choice {...of} name="tensor" label="Of" options={Object.fromEntries(names.map((name) => [name, name]))} />
        <NumberField {...of} name="index" label="Entry" least={0} />
        <NumberField {...of} name="value" label="Value" step={0} placeholder={exact(checked.value.theta)} />
        <p class="hint">0 is the corner of relu, and equal numbers are one of max pooling.</p>
      </Group>
      <Group title="Beside it">
        <Choice {...of} name="beside" label="Quotients" options={beside} />
      </Group>
    </Controls>
  );
}

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

const log10 = (value: number): number => log(Math.max(value, 1e-17)) / log(10);

/** The errors of the quotients over the step width. */
function errorsOf({ float64, float32, oneSided }: Checked, other: keyof typeof beside): readonly Curve[] {
  const points = (of: Checked['float64']) => of.map(({ h, error }) => [log10(h), log10(error)] as const);
  const second = other === 'oneSided' ? oneSided : float32;
  return [
    { name: 'float64, central', points: points(float64) },
    { name: beside[other], points: points(second), isDashed: true },
  ];
}

const errorAxes: Axes = {
  title: 'Relative error of the difference quotient over the step width, both as powers of ten',
  x: 'step width h, power of ten',
  y: 'error, power of ten',
  range: [-17, 1],
};

/** L as θ moves, and the tangent of back-propagation as far as it stays in the picture. */
function alongOf({ curve, analytic, kinks }: Checked): { readonly curves: readonly Curve[]; readonly axes: Axes } {
  const ys = curve.map(([, y]) => y);
  const [least, most] = [Math.min(...ys), Math.max(...ys)];
  const pad = (most - least || 1) / 10;
  const range = [least - pad, most + pad] as const;
  const tangent = curve.map(([t]) => [t, analytic * t] as const).filter(([, y]) => y >= range[0] && y <= range[1]);
  return {
    curves: [
      { name: 'L(θ + t) − L(θ)', points: curve },
      { name: 'slope of backprop', points: tangent, isDashed: true },
    ],
    axes: {
      title: 'The sum of the outputs as θ moves',
      x: kinks.length > 0 ? 't (dotted: corners)' : 't',
      y: 'change of L',
      range,
      marks: kinks,
    },
  };
}

/** Steps of a tenth are enough to read. */
const tenths = (curves: readonly Curve[]): readonly Curve[] =>
  curves.map((each) => ({
    ...each,
    points: each.points.filter(([t]) => Number.isInteger(Number((10 * t).toFixed(6)))),
  }));

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
            ? 'L is linear here, so every step is exact but for rounding, which grows as h shrinks.'
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
