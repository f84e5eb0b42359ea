// Filters: an image through a chain of them, the products under the pointer, pyramids, convolution against correlation.

import { computed, effect, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { collapse, gaussianPyramid, laplacianPyramid } from '../../inspect/pyramid.ts';
import type { Tensor } from '../../tensor.ts';
import { imageOf } from '../field/image.ts';
import { exact, factor, numberIn, short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { settings } from '../settings.ts';
import type { Tab } from '../tab.ts';
import { drawn } from '../train/model.ts';
import { Pad } from '../train/pad.tsx';
import { Choice, Controls, Group, LongText, NumberField } from '../view/controls.tsx';
import { Panels } from '../view/panels.tsx';
import { Save } from '../view/save.tsx';
import { Code, Scrolled } from '../view/scrolled.tsx';
import { useTaken } from '../view/taken.ts';
import { combined, filtered, type Kind, productsOf, type Stage, stagesOf } from './apply.ts';
import { drawPlanes, PlaneCanvas } from './canvas.tsx';
import { imageNamed, images } from './image.ts';
import { defaults, type FilterTexts, filterTitles, readChain } from './texts.ts';

const chosen = settings<FilterTexts>({ ...defaults });

const sizes = { 32: '32×32', 64: '64×64', 96: '96×96', 160: '160×160' };
const side = computed(() => (Object.hasOwn(sizes, chosen.texts.value.size) ? Number(chosen.texts.value.size) : 96));
const file = signal<Blob | undefined>(undefined);
const fileImage = signal<Tensor | undefined>(undefined);
const fileProblem = signal<string | undefined>(undefined);

const image = computed((): Tensor => {
  const { image } = chosen.texts.value;
  const own = fileImage.value;
  if (image === 'own' && own?.shape[1] === side.value) return own;
  return imageNamed(image, side.value, drawn.value);
});

if (typeof document !== 'undefined')
  effect(() => {
    const [blob, size] = [file.value, side.value];
    if (!blob) return;
    imageOf(blob, size, size, 1).then(
      (data) => {
        fileProblem.value = undefined;
        fileImage.value = { shape: [1, size, size, 1], data };
      },
      () => {
        fileProblem.value = 'The browser cannot read this file as a picture. PNG, JPEG and WebP work.';
      },
    );
  });

/** The settings that the pictures depend on; the chosen pixel is none of them. */
const read = computed(() => JSON.stringify({ ...chosen.texts.value, at: '', panel: '', levels: '' }));
const chain = computed(() => readChain(JSON.parse(read.value)));
const kind = computed((): Kind => (chosen.texts.value.kind === 'convolution' ? 'convolution' : 'correlation'));
const stages = computed(() => {
  const padding = chosen.texts.value.padding === 'valid' ? 'valid' : 'same';
  return stagesOf(image.value, chain.value.chain, kind.value, padding, filterTitles);
});

/** The chosen pixel: a stage after the image, a row and a column; one that is not there is the nearest, what is left out 0. */
const at = computed(() => {
  const [stage = 0, row = 0, column = 0] = chosen.texts.value.at
    .split(' ')
    .map((text) => Math.floor(Number(text)) || 0);
  const s = Math.min(Math.max(1, stage), stages.value.length - 1);
  const [, rows, columns] = stages.value[s].image.shape;
  const within = (value: number, count: number): number => Math.min(count - 1, Math.max(0, value));
  return { stage: s, row: within(row, rows), column: within(column, columns) };
});

const filterOptions = filterTitles;
const withNone = { none: 'none', ...filterTitles };

function FilterControls() {
  const { image, first, second, third } = chosen.texts.value;
  const of = { settings: chosen, problems: chain.value.problems };
  useTaken({
    files([dropped]) {
      file.value = dropped;
      chosen.set({ image: 'own' });
    },
  });
  return (
    <Controls>
      <Group title="Image">
        <Choice {...of} name="image" label="Image" options={images} />
        <Choice {...of} name="size" label="Size" options={sizes} />
        {image === 'own' && (
          <label class="control">
            File
            <input
              type="file"
              accept="image/*"
              onChange={(event) => {
                file.value = event.currentTarget.files?.[0] ?? file.value;
              }}
            />
          </label>
        )}
        {image === 'own' && fileProblem.value && (
          <p class="problem" role="alert">
            {fileProblem.value}
          </p>
        )}
        {image === 'own' && (
          <p class="hint">
            {!file.value && 'Until there is one, these are shapes. '}It becomes square and grey, and stays in this
            browser. It can also be dropped.
          </p>
        )}
        {image === 'drawn' && <Pad />}
      </Group>
      <Group title="Filters">
        <Choice {...of} name="first" label="First" options={filterOptions} />
        <Choice {...of} name="second" label="Second" options={withNone} />
        <Choice {...of} name="third" label="Third" options={withNone} />
        {[first, second, third].includes('own') && (
          <LongText {...of} name="own" label="Your own: rows, divided by ;" rows={3} />
        )}
      </Group>
      <Group title="As">
        <Choice
          {...of}
          name="kind"
          label="Operation"
          options={{ correlation: 'correlation', convolution: 'true convolution' }}
        />
        <Choice {...of} name="padding" label="Border" options={{ same: 'zeros around', valid: 'cut off' }} />
      </Group>
    </Controls>
  );
}

/** A plane is about this wide. */
const WIDE = 300;
const scaleOf = ({ shape }: Tensor): number => Math.max(1, Math.floor(WIDE / shape[2]));

function Chain() {
  const all = stages.value;
  const { stage, row, column } = at.value;
  const after = all[stage];
  const size = after?.filter?.weight.shape;
  return (
    <>
      <div class="figures">
        {all.map((each, i) => (
          <figure key={i} class="tiles">
            <figcaption>
              {i === 0 ? '' : `${i}. `}
              {each.title}
            </figcaption>
            <PlaneCanvas
              label={each.title}
              image={each.image}
              scale={scaleOf(image.value)}
              {...(i > 0 && {
                chosen: i === stage ? { row, column } : { row: 0, column: 0 },
                choose: (place) => chosen.set({ at: `${i} ${place.row} ${place.column}` }),
              })}
              {...(i === stage && { frame: { row, column, height: 1, width: 1 } })}
              {...(i === stage - 1 && size && { frame: windowOf(each, after, row, column) })}
            />
          </figure>
        ))}
      </div>
      <Save name="filters" draw={(ink) => drawPlanes(all, ink)} code={code} />
      {after?.filter && <Products before={all[stage - 1]} stage={after} />}
      <Combined />
      <Code label="The chain as code" text={code()} />
    </>
  );
}

/** The window in the plane before. */
function windowOf(before: Stage, after: Stage, row: number, column: number) {
  const [height, width] = (after.filter as NonNullable<Stage['filter']>).weight.shape;
  const isSame = before.image.shape[1] === after.image.shape[1] && before.image.shape[2] === after.image.shape[2];
  return {
    row: isSame ? row - (height - 1) / 2 : row,
    column: isSame ? column - (width - 1) / 2 : column,
    height,
    width,
  };
}

function Products({ before, stage }: { readonly before: Stage; readonly stage: Stage }) {
  const { row, column } = at.value;
  const rows = productsOf(before, stage, kind.value, row, column);
  const value = stage.image.data[row * stage.image.shape[2] + column];
  return (
    <>
      <h2>
        The pixel in row {row}, column {column} of “{stage.title}” is {exact(value)}
      </h2>
      <Scrolled label="Products under the chosen pixel">
        <table class="products">
          <tbody>
            {rows.map((products, i) => (
              <tr key={i}>
                {products.map(({ x, w, isBeyond }, j) => (
                  <td key={j} class={isBeyond ? 'beyond' : ''}>
                    {short(x)} · {factor(numberIn(short(w)))} = <strong>{short(x * w)}</strong>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      <p class="hint">
        Each cell of the window times the number of the filter over it; their sum is the pixel.
        {kind.value === 'convolution' && ' A true convolution turns the filter around first.'}
        {rows.flat().some(({ isBeyond }) => isBeyond) && ' Cells in italics lie beyond the border and count as 0.'}
      </p>
    </>
  );
}

function FilterTable({ weight, label }: { readonly weight: Tensor; readonly label: string }) {
  const [rows, columns] = weight.shape;
  const greatest = greatestOf(weight.data);
  const share = (value: number): string => `${greatest > 0 ? (100 * Math.abs(value)) / greatest : 0}%`;
  return (
    <Scrolled label={label}>
      <table class="kernel">
        <tbody>
          {Array.from({ length: rows }, (_, i) => (
            <tr key={i}>
              {Array.from({ length: columns }, (_, j) => {
                const value = weight.data[i * columns + j];
                return (
                  <td key={j} class={value < 0 ? 'negative' : ''} style={{ '--share': share(value) }}>
                    {short(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function Combined() {
  const { chain: filters } = chain.value;
  const whole = useMemo(() => combined(filters), [filters]);
  const sum = Array.from(whole.data).reduce((total, value) => total + value, 0);
  return (
    <>
      <h2>{filters.length > 1 ? 'The chain as one filter' : 'The filter'}</h2>
      <p>
        {filters.length > 1 &&
          'Away from the border, one filter does the same as the chain: the filters convolved with each other. '}
        Its numbers add up to {short(Math.abs(sum) < 1e-6 ? 0 : sum)}
        {Math.abs(sum) < 1e-6
          ? ', so an even area becomes 0.'
          : Math.abs(sum - 1) < 1e-6
            ? ', so an even area keeps its brightness.'
            : '.'}
      </p>
      <FilterTable weight={whole} label="The filter" />
    </>
  );
}

const code = (): string => {
  const { chain: filters } = chain.value;
  const name = kind.value === 'convolution' ? 'trueConv2d' : 'conv2d';
  const lines = filters.map(({ weight }, i) => {
    const [height, width] = weight.shape;
    const values = Array.from(weight.data, (value) => String(Number(value.toPrecision(7)))).join(', ');
    const attributes = `{ filters: 1, size: [${height}, ${width}], padding: '${chosen.texts.value.padding}', bias: false }`;
    return `const y${i + 1} = ${name}(${attributes})\n  .forward(${i === 0 ? 'x' : `y${i}`}, { weight: tensor([${height}, ${width}, 1, 1], [${values}]) });`;
  });
  return [`import { ${name}, tensor } from 'toeplitz';`, '', ...lines].join('\n');
};

function Kinds() {
  const [x, filter] = [image.value, chain.value.chain[0]];
  const planes = useMemo(() => {
    if (!filter) return undefined;
    const [correlation, convolution] = (['correlation', 'convolution'] as const).map((each) =>
      filtered(x, filter, each, 'same'),
    );
    const difference = {
      shape: correlation.shape,
      data: Float32Array.from(correlation.data, (value, i) => value - convolution.data[i]),
    };
    return { correlation, convolution, difference };
  }, [x, filter]);
  if (!planes || !filter) return <p>Choose a filter.</p>;
  const most = greatestOf(planes.difference.data);
  const turned = { shape: filter.weight.shape, data: filter.weight.data.slice().reverse() as Float32Array };
  const isSymmetric = turned.data.every((value, i) => value === filter.weight.data[i]);
  const all = [
    { title: 'Correlation', image: planes.correlation },
    { title: 'True convolution', image: planes.convolution },
    { title: 'Their difference', image: planes.difference, signed: true },
  ];
  return (
    <>
      <p>
        Networks correlate: the filter lies on the image as it is written. A true convolution turns it around by 180°
        first.{' '}
        {isSymmetric
          ? `“${filterTitles[filter.name]}” is the same turned around, so both give the same; Sobel as the first filter is not.`
          : `“${filterTitles[filter.name]}” is not, and the two differ by up to ${short(most)}.`}
      </p>
      <div class="figures">
        <figure class="tiles">
          <figcaption>The filter</figcaption>
          <FilterTable weight={filter.weight} label="The filter" />
        </figure>
        <figure class="tiles">
          <figcaption>Turned around</figcaption>
          <FilterTable weight={turned} label="The filter turned around" />
        </figure>
      </div>
      <div class="figures">
        {all.map(({ title, image, signed }) => (
          <figure key={title} class="tiles">
            <figcaption>{title}</figcaption>
            <PlaneCanvas label={title} image={image} signed={signed} scale={scaleOf(image)} />
          </figure>
        ))}
      </div>
      <Save name="correlation-convolution" draw={(ink) => drawPlanes(all, ink)} />
    </>
  );
}

function Pyramids() {
  const x = image.value;
  const typed = numberIn(chosen.texts.value.levels);
  const fits = Number.isInteger(typed) && typed >= 1 && typed <= 8;
  const levels = fits ? typed : 4;
  const [gaussian, laplacian, off] = useMemo(() => {
    const bands = laplacianPyramid(x, levels);
    const again = collapse(bands);
    return [gaussianPyramid(x, levels), bands, greatestOf(again.data.map((value, i) => value - x.data[i]))] as const;
  }, [x, levels]);
  const row = (title: string, planes: readonly Tensor[], name: string) => (
    <>
      <h2>{title}</h2>
      <div class="figures">
        {planes.map((plane, i) => (
          <figure key={i} class="tiles">
            <figcaption>
              {plane.shape[1]}×{plane.shape[2]}
            </figcaption>
            <PlaneCanvas label={`${title}, level ${i}`} image={plane} scale={scaleOf(x)} />
          </figure>
        ))}
      </div>
      <Save
        name={name}
        draw={(ink) =>
          drawPlanes(
            planes.map((plane, i) => ({ title: `level ${i}`, image: plane })),
            ink,
          )
        }
      />
    </>
  );
  return (
    <>
      <NumberField
        settings={chosen}
        name="levels"
        label="Levels"
        problems={fits ? {} : { levels: 'A whole number from 1 to 8.' }}
      />
      {row('Gaussian pyramid: blurred and halved', gaussian, 'gaussian-pyramid')}
      {row('Laplacian pyramid: what each step removes, and the rest', laplacian, 'laplacian-pyramid')}
      <p>
        The levels of the Laplacian pyramid, expanded and added, give the image again, with a difference of at most{' '}
        {off === 0 ? '0' : off.toExponential(1)}.
      </p>
    </>
  );
}

const titles = { chain: 'Chain of filters', kinds: 'Convolution or correlation', pyramids: 'Pyramids' };

function View() {
  const { panel } = chosen.texts.value;
  return (
    <div class="filters sided">
      <FilterControls />
      <Panels
        id="filters"
        label="Look at"
        titles={titles}
        chosen={panel}
        choose={(name) => chosen.set({ panel: name })}
      >
        {panel === 'kinds' ? <Kinds /> : panel === 'pyramids' ? <Pyramids /> : <Chain />}
      </Panels>
    </div>
  );
}

export const filtersTab: Tab = { id: 'filters', place: 5, title: 'Filters', settings: chosen, View };
