// The panels below the grids: the layer as a matrix, as patches, in other libraries, as code.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { exact } from '../numbers.ts';
import { type Drawing, type Ink, pageInk } from '../svg.ts';
import { Choice } from '../view/controls.tsx';
import { Panels } from '../view/panels.tsx';
import { Picture, Save } from '../view/save.tsx';
import { Code, Scrolled } from '../view/scrolled.tsx';
import { type CodeName, codeOf, languages } from './code.ts';
import { idOf, type Library, libraries, libraryNames, speechOf } from './dialects.ts';
import type { Lab } from './lab.ts';
import {
  drawMatrix,
  entriesOf,
  frameOf,
  type Matrix,
  matrixOrWhy,
  patchesOf,
  sideOf,
  whyNoPatches,
} from './matrices.ts';
import { chosen, focus, lab, problems } from './model.ts';
import { placeName } from './words.ts';

const titles = { matrix: 'Toeplitz matrix', patches: 'im2col', dialects: 'Other libraries', code: 'Code' };

export function LabPanels() {
  const panel = chosen.texts.value.panel;
  return (
    <Panels id="lab" label="The layer as" titles={titles} chosen={panel} choose={(name) => chosen.set({ panel: name })}>
      {panel === 'patches' ? (
        <Patches />
      ) : panel === 'dialects' ? (
        <Dialects />
      ) : panel === 'code' ? (
        <CodePanel />
      ) : (
        <Toeplitz />
      )}
    </Panels>
  );
}

interface MatrixViewProps {
  readonly matrix: Matrix;
  readonly name: string;
  readonly title: string;
  column(index: number): string;
}

/** A matrix with the row of the chosen output lit, and that row as a table. */
function MatrixView({ matrix, name, title, column }: MatrixViewProps) {
  const { where, index } = focus.value;
  const row = where === 'y' ? matrix.rowOf(index) : undefined;
  const drawing = useMemo(() => drawMatrix(matrix, pageInk, title), [matrix, title]);
  const drawn = (ink: Ink): Drawing => {
    const { body, ...rest } = drawMatrix(matrix, ink, title);
    return { ...rest, body: body + frameOf(matrix, row, ink) };
  };
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = place.current?.parentElement;
    if (row === undefined || !box) return;
    const [top, side] = [row * sideOf(matrix.shape), sideOf(matrix.shape)];
    if (top < box.scrollTop || top + side > box.scrollTop + box.clientHeight)
      box.scrollTop = top - box.clientHeight / 2;
  }, [row, matrix]);
  const entries = row === undefined ? [] : entriesOf(matrix, row);
  return (
    <>
      <Scrolled label={title}>
        <div ref={place}>
          <Picture drawing={drawing} over={frameOf(matrix, row, pageInk)} />
        </div>
      </Scrolled>
      {row !== undefined && (
        <details>
          <summary>
            Row {row} as a table: {entries.length} of {matrix.shape[1]} elements are not 0
          </summary>
          <table>
            <thead>
              <tr>
                <th scope="col">Column</th>
                <th scope="col">Belongs to</th>
                <th scope="col">Element</th>
              </tr>
            </thead>
            <tbody>
              {entries.slice(0, 200).map((entry) => (
                <tr key={entry.column}>
                  <td>{entry.column}</td>
                  <td>{column(entry.column)}</td>
                  <td>{exact(entry.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
      <Save name={name} draw={drawn} />
    </>
  );
}

/** Larger matrices take longer than a frame: the cells are drawn first, and of quick changes the last alone. */
const LARGE = 1 << 14;

function useLab(): Lab {
  const current = lab.value;
  const [shown, show] = useState(current);
  const isLarge = current.x.data.length * current.y.data.length > LARGE;
  useEffect(() => {
    const timer = setTimeout(() => show(current), 0);
    return () => clearTimeout(timer);
  }, [current]);
  return isLarge ? shown : current;
}

function Toeplitz() {
  const current = useLab();
  const found = useMemo(() => matrixOrWhy(current), [current]);
  const matrix = typeof found === 'string' ? undefined : found;
  const [filled, distinct] = useMemo(() => {
    const elements = Array.from(matrix?.data ?? []).filter((value) => value !== 0);
    return [elements.length, new Set(elements).size];
  }, [matrix]);
  if (!matrix) return <p>{found}</p>;
  return (
    <>
      <p>
        The layer is a multiplication by this matrix of {matrix.shape[0]} rows and {matrix.shape[1]} columns, a row for
        each output and a column for each cell of the input. {filled} elements are not 0, of {distinct} different
        values. The row of the chosen output is framed; the transpose gives the gradient.
      </p>
      <MatrixView
        matrix={matrix}
        name="toeplitz-matrix"
        title={`Toeplitz matrix of ${current.layer.name}, ${matrix.shape.join(' × ')}`}
        column={(index) => placeName(current.x.shape, index)}
      />
    </>
  );
}

function Patches() {
  const current = useLab();
  const why = whyNoPatches(current);
  const matrix = useMemo(() => (why === undefined ? patchesOf(current) : undefined), [current]);
  if (!matrix) return <p>{why}</p>;
  const C = current.shape[current.shape.length - 1];
  return (
    <>
      <p>
        Every window is written as a row: {matrix.shape[0]} rows of {matrix.shape[1]} cells, 0 for padding.{' '}
        {current.weight
          ? 'The whole layer is then one product of this matrix and the kernel, a column for each filter.'
          : 'The pooling then reduces each row, channel by channel.'}
      </p>
      <MatrixView
        matrix={matrix}
        name="im2col"
        title={`Patches of ${current.layer.name}, ${matrix.shape.join(' × ')}`}
        column={(index) => `tap ${Math.floor(index / C)}${C > 1 ? `, channel ${index % C}` : ''}`}
      />
    </>
  );
}

function Dialects() {
  const current = lab.value;
  const library = (
    Object.hasOwn(libraries, chosen.texts.value.dialect) ? chosen.texts.value.dialect : 'torch'
  ) as Library;
  const speeches = useMemo(() => libraryNames.map((name) => speechOf(current, name)), [current]);
  const speech = speeches.find((each) => each.library === library)!;
  return (
    <>
      <Choice settings={chosen} name="dialect" label="In the words of" options={libraries} />
      <div aria-live="polite">
        {speech.words && <pre>{speech.words}</pre>}
        {speech.cannot.length === 0 ? (
          <p>{libraries[library]} can say these attributes, and gives the same result.</p>
        ) : (
          <p>
            {libraries[library]} cannot say these attributes{speech.words && '; above is the nearest that it can'}.
          </p>
        )}
        <ul>
          {[...speech.cannot, ...speech.notes].map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
        {speech.shape && (
          <p>
            Its output has the shape {speech.shape.slice(1).join('×')} instead of {current.y.shape.slice(1).join('×')}.
          </p>
        )}
      </div>
      <Scrolled label="All libraries">
        <table>
          <thead>
            <tr>
              <th scope="col">Library</th>
              <th scope="col">Can say it</th>
              <th scope="col">Output</th>
            </tr>
          </thead>
          <tbody>
            {speeches.map(({ library: name, cannot, shape, words }) => (
              <tr key={name}>
                <th scope="row">{libraries[name]}</th>
                <td class="text">{cannot.length === 0 ? 'yes' : `no: ${cannot.join(' ')}`}</td>
                <td>{words === undefined ? '—' : (shape ?? current.y.shape).slice(1).join('×')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </>
  );
}

function CodePanel() {
  const current = lab.value;
  const name = (Object.hasOwn(languages, chosen.texts.value.code) ? chosen.texts.value.code : 'toeplitz') as CodeName;
  const code = useMemo(() => codeOf(current, name), [current, name]);
  const id = useMemo(() => idOf(current), [current]);
  return (
    <>
      <Choice settings={chosen} name="code" label="Library" options={languages} problems={problems.value} />
      <Code label={`The layer in ${languages[name]}`} text={code} />
      <h3>Case of the oracle</h3>
      {id === undefined ? (
        <p>The oracle does not ask about {current.layer.name}.</p>
      ) : (
        <>
          <p>Its tensors and its exact results in four languages:</p>
          <Code label="The case of the oracle" text={`npx toeplitz explain '${id}'`} />
        </>
      )}
    </>
  );
}
