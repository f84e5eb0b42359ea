// The receptive field: what a unit of a net may see of the image, and what really moves it.

import { useEffect } from 'preact/hooks';
import type { Subject } from '../nets/networks.ts';
import { fieldText } from '../nets/words.ts';
import { exact } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import type { Tab } from '../tab.ts';
import { Save } from '../view/save.tsx';
import { Scrolled } from '../view/scrolled.tsx';
import { FieldControls } from './controls.tsx';
import { effectiveSize, type Inside, spansOf } from './field.ts';
import { ask, chosen, effective, found, inside, problem, subject, unit } from './model.ts';
import { drawField, FieldCanvas } from './picture.tsx';

function Fields() {
  const { shape } = found.value as Subject;
  const at = inside.value as Inside;
  const [row, column] = unit.value;
  const [top, left] = spansOf(at, row, column);
  const map = { rows: shape[1], columns: shape[2], channels: shape[3] };
  const values = effective.value;
  const size = values && effectiveSize(values, map.rows, map.columns);
  const side = (span: { start: number; size: number }): string =>
    span.size === 0 ? 'no cell' : `${exact(span.start)} to ${exact(span.start + span.size - 1)}`;
  return (
    <>
      <div class="figures">
        <FieldCanvas label="The image, and what the unit may see" map={map} />
        <FieldCanvas
          label={values ? 'What moves it: the size of the gradient' : 'What moves it: being computed …'}
          map={map}
          values={values ?? new Float32Array(map.rows * map.columns)}
        />
      </div>
      <dl class="formula">
        <dt>Unit</dt>
        <dd>
          row {row}, column {column} of {at.output[0]}×{at.output[1]}, {at.path}
        </dd>
        <dt>May see</dt>
        <dd>
          {top.size}×{left.size} cells: rows {side(top)}, columns {side(left)}
          {(top.start < 0 ||
            left.start < 0 ||
            top.start + top.size > map.rows ||
            left.start + left.size > map.columns) &&
            ', partly outside the image'}
        </dd>
        <dt>Moved by</dt>
        <dd>
          {size && greatestOf(values) > 0 ? `90 % of the gradient lies within ${size[0]}×${size[1]} cells; ` : ''}
          {values && greatestOf(values) === 0
            ? 'No pixel: all channels of this unit are 0 behind a relu, or do not depend on the image. Choose another unit or image.'
            : values
              ? `${values.filter((value) => value !== 0).length} of ${values.length} pixels have a gradient, the greatest is ${exact(greatestOf(values))}`
              : 'being computed'}
        </dd>
      </dl>
      {problem.value && <p class="problem">{problem.value}</p>}
      <p class="hint">
        Click on the image to choose the unit whose field is nearest. The weights are those of the file, or random ones
        as before training; norms use fixed statistics, since those of a batch would reach over the whole image.
      </p>
      <Save name="receptive-field" draw={(ink) => drawField(map, ink)} />
      <h2>Every layer</h2>
      <Scrolled label="The field of every layer">
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Operator</th>
              <th scope="col">Output</th>
              <th scope="col">Size</th>
              <th scope="col">Step</th>
              <th scope="col">Start</th>
            </tr>
          </thead>
          <tbody>
            {found.value?.insides.map(({ path, op, output, field }) => (
              <tr key={path} aria-current={path === at.path ? 'true' : undefined}>
                <th scope="row">{path}</th>
                <td>{op}</td>
                <td>{output.join('×')}</td>
                <td>{fieldText(field)}</td>
                <td>{field.map(({ step }) => step).join('×')}</td>
                <td>{field.map(({ start }) => exact(start)).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </>
  );
}

function View() {
  useEffect(ask, []);
  const current = subject.value;
  return (
    <div class="field sided">
      <FieldControls />
      <div>
        {typeof current === 'string' ? (
          <p>{current}</p>
        ) : inside.value ? (
          <Fields />
        ) : (
          <p>No layer of this net has rows and columns.</p>
        )}
      </div>
    </div>
  );
}

export const fieldTab: Tab = { id: 'field', place: 3, title: 'Receptive field', settings: chosen, View };
