// The receptive field: what a unit of a net may see of the image, and what really moves it.

import { computed, effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { own } from '../nets/file.ts';
import { isNet, type Subject, subjectOf, titles, usualSize } from '../nets/subjects.ts';
import { OwnFile } from '../nets/tab.tsx';
import { fieldText } from '../nets/words.ts';
import { exact } from '../numbers.ts';
import { greatestOf, strength } from '../palette.ts';
import { settings } from '../settings.ts';
import { type Drawing, type Ink, text } from '../svg.ts';
import type { Tab } from '../tab.ts';
import { announce } from '../view/announce.tsx';
import { Choice, Controls, Group, NumberField } from '../view/controls.tsx';
import { Save } from '../view/save.tsx';
import { Scrolled } from '../view/scrolled.tsx';
import { scheme } from '../view/theme.ts';
import { type Running, startJob } from '../work/start.ts';
import { effectiveSize, type Inside, insideOf, spansOf, unitNear } from './field.ts';
import { drawnImage, imageOf, images } from './image.ts';

const chosen = settings({ net: 'lenet5', size: '', layer: 'pool2', unit: '', image: 'rings', channel: '' });

const subject = computed((): Subject | string => {
  const { net, size } = chosen.texts.value;
  if (net !== 'own') return subjectOf(isNet(net) ? net : 'lenet5', size);
  const file = own.value;
  if (!file) return 'Open a model of ONNX first.';
  if (!file.layer)
    return `This file is no single layer on images, so no field is known: ${file.why ?? 'it holds no net'}.`;
  const { layer, shape } = file.layer;
  return shape.length === 4 ? { title: file.name, net: layer, shape } : 'This model takes no images.';
});

const found = computed(() => {
  const current = subject.value;
  return typeof current === 'string' ? undefined : { ...current, insides: insideOf(current.net, current.shape) };
});

const inside = computed((): Inside | undefined => {
  const insides = found.value?.insides ?? [];
  return insides.find(({ path }) => path === chosen.texts.value.layer) ?? insides.at(-1);
});

/** The chosen unit: one that is not there is the nearest, none the middle one. */
const unit = computed((): [number, number] => {
  const [rows, columns] = inside.value?.output ?? [1, 1];
  const [row, column] = chosen.texts.value.unit.split(/[\s,×]+/).map(Number);
  const within = (value: number | undefined, count: number): number =>
    value === undefined || Number.isNaN(value)
      ? Math.floor(count / 2)
      : Math.min(count - 1, Math.max(0, Math.floor(value)));
  return [within(chosen.texts.value.unit.trim() === '' ? undefined : row, rows), within(column, columns)];
});

const channel = computed((): number | undefined => {
  const text = chosen.texts.value.channel.trim();
  const value = Number(text);
  const count = inside.value?.output[2] ?? 1;
  return text !== '' && Number.isInteger(value) && value >= 0 && value < count ? value : undefined;
});

const ownImage = signal<Blob | undefined>(undefined);
const fileImage = signal<{ key: string; data: Float32Array } | undefined>(undefined);
const imageProblem = signal<string | undefined>(undefined);

const image = computed((): Float32Array => {
  const current = found.value;
  if (!current) return new Float32Array();
  const [, rows, columns, channels] = current.shape;
  const file = fileImage.value;
  if (chosen.texts.value.image === 'own' && file?.key === current.shape.join()) return file.data;
  return drawnImage(chosen.texts.value.image, rows, columns, channels);
});

/** The magnitude of the gradient at each pixel; undefined while it is computed. */
const effective = signal<Float32Array | undefined>(undefined);
const problem = signal<string | undefined>(undefined);

if (typeof document !== 'undefined') {
  effect(() => {
    const [file, current] = [ownImage.value, found.value];
    if (!file || !current) return;
    const [, rows, columns, channels] = current.shape;
    imageOf(file, rows, columns, channels).then(
      (data) => {
        imageProblem.value = undefined;
        fileImage.value = { key: current.shape.join(), data };
      },
      () => {
        imageProblem.value = 'The browser cannot read this file as a picture. PNG, JPEG and WebP work.';
      },
    );
  });
}

/** Computes while the tab is shown; a new question ends the one before. */
function ask(): () => void {
  let job: Running | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const [current, at, place, x, c] = [found.value, inside.value, unit.value, image.value, channel.value];
    job?.end();
    clearTimeout(timer);
    effective.value = undefined;
    problem.value = undefined;
    if (!current || !at) return;
    const name = chosen.texts.value.net;
    timer = setTimeout(() => {
      job = startJob(
        'field',
        {
          net: name === 'own' ? (own.value?.bytes ?? name) : name,
          shape: current.shape,
          image: x,
          inside: { path: at.path, output: at.output },
          unit: place,
          channel: c,
        },
        {
          message(values) {
            effective.value = values;
            announce(`Unit ${place.join(', ')} of ${at.path}: field ${fieldText(at.field)}`);
          },
          error(message) {
            problem.value = message;
          },
        },
      );
    }, 200);
  });
  return () => {
    stop();
    job?.end();
    clearTimeout(timer);
  };
}

function FieldControls() {
  const { net, image: source } = chosen.texts.value;
  const current = subject.value;
  const of = {
    settings: chosen,
    problems: {
      ...(typeof current === 'string' && { [net === 'own' ? 'net' : 'size']: current }),
      ...(imageProblem.value && { image: imageProblem.value }),
    },
  };
  const paths = Object.fromEntries(
    (found.value?.insides ?? []).map(({ path, op }) => [path, path === op ? path : `${path} · ${op}`]),
  );
  const all = { ...titles, own: own.value ? own.value.name : 'a file of your own' };
  return (
    <Controls>
      <Group title="Net">
        <Choice {...of} name="net" label="Net" options={all} />
        {net !== 'own' && (
          <NumberField {...of} name="size" label="Image" step={0} placeholder={usualSize(net)} hint="Height × width" />
        )}
        <Choice {...of} name="layer" label="Layer" options={paths} />
        <NumberField
          {...of}
          name="unit"
          label="Unit"
          step={0}
          placeholder={unit.value.join(' ')}
          hint="Row and column"
        />
        <NumberField
          {...of}
          name="channel"
          label="Channel"
          step={0}
          placeholder="all"
          hint="One channel, or nothing for all"
        />
      </Group>
      <Group title="Image">
        <Choice {...of} name="image" label="Image" options={images} />
        {source === 'own' && (
          <label class="control">
            File
            <input
              type="file"
              accept="image/*"
              onChange={(event) => {
                ownImage.value = event.currentTarget.files?.[0];
              }}
            />
          </label>
        )}
      </Group>
      <OwnFile read={() => chosen.set({ net: 'own', layer: '' })} />
    </Controls>
  );
}

interface Map {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

const mix = (from: number, to: number, share: number): number => from + (to - from) * share;
const channelsOf = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** Draws the image, or where it is known the gradient over it. */
function paint(
  pixels: Uint8ClampedArray,
  { rows, columns, channels }: Map,
  x: Float32Array,
  values: Float32Array | undefined,
): void {
  const greatest = greatestOf(values ?? []);
  const [neutral, positive] = [scheme.value.neutral, scheme.value.positive].map(channelsOf);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const share = values ? strength(values[pixel], greatest) : 0;
    for (let c = 0; c < 3; c++) {
      const shade = 255 * Math.min(1, Math.max(0, x[pixel * channels + (channels === 3 ? c : 0)]));
      // The square root shows the weak edge of a field, too.
      pixels[pixel * 4 + c] = values ? mix(neutral[c], positive[c], Math.sqrt(share)) : shade;
    }
    pixels[pixel * 4 + 3] = 255;
  }
}

interface ViewProps {
  readonly label: string;
  readonly map: Map;
  readonly values?: Float32Array | undefined;
}

function FieldCanvas({ label, map, values }: ViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const at = inside.value as Inside;
  const [top, left] = spansOf(at, ...unit.value);
  const x = image.value;
  const colours = scheme.value;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const picture = context.createImageData(map.columns, map.rows);
    paint(picture.data, map, x, values);
    context.putImageData(picture, 0, 0);
  }, [x, values, colours, map.rows, map.columns]);
  const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return (
    <figure class="plane">
      <figcaption>{label}</figcaption>
      <div
        class="image"
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const row = ((event.clientY - box.top) / box.height) * map.rows - 0.5;
          const column = ((event.clientX - box.left) / box.width) * map.columns - 0.5;
          chosen.set({ unit: unitNear(at, row, column).join(' ') });
        }}
      >
        <canvas ref={canvas} role="img" aria-label={label} width={map.columns} height={map.rows} />
        <span
          class="frame"
          style={{
            top: percent(top.start, map.rows),
            left: percent(left.start, map.columns),
            height: percent(top.size, map.rows),
            width: percent(left.size, map.columns),
          }}
        />
      </div>
    </figure>
  );
}

function drawField(map: Map, ink: Ink): Drawing {
  const at = inside.value as Inside;
  const [top, left] = spansOf(at, ...unit.value);
  const cell = Math.max(1, Math.floor(480 / Math.max(map.rows, map.columns)));
  const values = effective.value;
  const x = image.value;
  const greatest = greatestOf(values ?? []);
  const parts: string[] = [];
  const [y0, x1] = [30, map.columns * cell + 40];
  const grey = (value: number): string => {
    const hex = Math.round(255 * Math.min(1, Math.max(0, value)))
      .toString(16)
      .padStart(2, '0');
    return `#${hex}${hex}${hex}`;
  };
  const rectangle = (column: number, row: number, from: number, fill: string): string =>
    `<rect x="${from + column * cell}" y="${y0 + row * cell}" width="${cell}" height="${cell}" fill="${fill}"/>`;
  for (let row = 0; row < map.rows; row++)
    for (let column = 0; column < map.columns; column++) {
      const pixel = row * map.columns + column;
      parts.push(rectangle(column, row, 10, grey(x[pixel * map.channels])));
      if (values) parts.push(rectangle(column, row, x1, ink.of(Math.sqrt(values[pixel]), Math.sqrt(greatest))));
    }
  const frame = (from: number): string =>
    `<rect x="${from + left.start * cell}" y="${y0 + top.start * cell}" width="${left.size * cell}" height="${top.size * cell}" style="fill:none;stroke:${ink.accent};stroke-width:2"/>`;
  const title = `Unit ${unit.value.join(', ')} of ${at.path}: field ${fieldText(at.field)}`;
  return {
    width: x1 + map.columns * cell + 10,
    height: y0 + map.rows * cell + 10,
    body: [text(10, 20, title, ink), ...parts, frame(10), ...(values ? [frame(x1)] : [])].join(''),
    title,
  };
}

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
          {size ? `90 % of the gradient lies within ${size[0]}×${size[1]} cells; ` : ''}
          {values
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
