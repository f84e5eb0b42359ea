// What the net has learnt: activations of the drawn digit, filters, the health of units, the patches to which they respond most.

import { useMemo } from 'preact/hooks';
import { unitHealth } from '../../inspect/health.ts';
import { topPatchesOf } from '../../inspect/patches.ts';
import { parameter } from '../../layer/flat-params.ts';
import { Choice } from '../view/controls.tsx';
import { Panels } from '../view/panels.tsx';
import { Save } from '../view/save.tsx';
import { Scrolled } from '../view/scrolled.tsx';
import { drawTiles, TileCanvas, type Tiles, TileTable, tilesOf } from '../view/tiles.tsx';
import { net } from './data.ts';
import { chosen, outputs, params, sampleOutputs, samples } from './model.ts';

const titles = { activations: 'Activations', filters: 'Filters', health: 'Health of units', patches: 'Top patches' };

export function Look() {
  const panel = chosen.texts.value.panel;
  return (
    <Panels id="train" label="Look at" titles={titles} chosen={panel} choose={(name) => chosen.set({ panel: name })}>
      {panel === 'filters' ? (
        <Filters />
      ) : panel === 'health' ? (
        <Health />
      ) : panel === 'patches' ? (
        <Patches />
      ) : (
        <Activations />
      )}
    </Panels>
  );
}

interface ShownProps {
  readonly tiles: Tiles;
  readonly perRow: number;
  readonly scale: number;
  readonly name: string;
}

const Shown = ({ tiles, perRow, scale, name }: ShownProps) => (
  <figure class="tiles">
    <figcaption>{tiles.label}</figcaption>
    <Scrolled label={tiles.label}>
      <TileCanvas tiles={tiles} perRow={perRow} scale={scale} />
    </Scrolled>
    <details>
      <summary>Table and files</summary>
      <TileTable tiles={tiles} />
      <Save name={name} draw={(ink) => drawTiles(tiles, perRow, ink)} />
    </details>
  </figure>
);

const sizeText = (shape: readonly number[]): string => shape.slice(1).join('×');

function Activations() {
  const all = outputs.value;
  const layers = useMemo(
    () =>
      Object.entries(all)
        .filter(([name]) => name !== 'flatten')
        .map(([name, { shape, data }]) => tilesOf(`${name}, ${sizeText(shape)}`, shape, data)),
    [all],
  );
  return (
    <div class="figures">
      {layers.map((tiles, i) => {
        const isFlat = tiles.rows === 1 && tiles.columns === 1;
        const perRow = isFlat ? Math.min(30, tiles.count) : Math.min(8, tiles.count);
        const scale = isFlat ? 12 : Math.max(3, Math.floor(84 / tiles.columns));
        return <Shown key={tiles.label} tiles={tiles} perRow={perRow} scale={scale} name={`activations-${i}`} />;
      })}
    </div>
  );
}

function Filters() {
  const all = params.value;
  const [first, second] = useMemo(
    () =>
      ['conv1', 'conv2'].map((name): Tiles => {
        const { shape, data } = parameter(all, `${name}.weight`);
        const [rows, columns, C, O] = shape;
        return {
          label: `${name}: ${O} filters of ${rows}×${columns}×${C}`,
          count: C * O,
          rows,
          columns,
          at: (tile, row, column) => data[((row * columns + column) * C + (tile % C)) * O + Math.floor(tile / C)],
          name: (tile) => (C > 1 ? `filter ${Math.floor(tile / C)}, channel ${tile % C}` : `filter ${tile}`),
        };
      }),
    [all],
  );
  return (
    <div class="figures">
      <Shown tiles={first} perRow={6} scale={14} name="filters-conv1" />
      <Shown tiles={second} perRow={12} scale={6} name="filters-conv2" />
    </div>
  );
}

function Health() {
  const all = sampleOutputs.value;
  const reports = useMemo(() => Object.entries(all).map(([name, y]) => ({ name, ...unitHealth(y) })), [all]);
  const percent = (values: readonly number[]): string =>
    `${((100 * values.reduce((sum, value) => sum + value, 0)) / values.length).toFixed(0)} %`;
  return (
    <>
      <p>
        Of 100 generated digits, a tenth of each: how often the units are 0, and how much two of them say the same. A
        layer is bad when more than a quarter of its units never change, or when the mean |ρ| of two exceeds 0.5.
      </p>
      <Scrolled label="Health of the units">
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Units</th>
              <th scope="col">Dead</th>
              <th scope="col">Constant</th>
              <th scope="col">Zeros</th>
              <th scope="col">Mean |ρ|</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {reports.map(({ name, units, dead, constant, zeros, correlation, verdict, reasons }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{units}</td>
                <td>{dead.length}</td>
                <td>{constant.length}</td>
                <td>{percent(zeros.units)}</td>
                <td>{Number.isFinite(correlation.mean) ? correlation.mean.toFixed(2) : '—'}</td>
                <td class="text">{verdict === 'good' ? 'good' : `bad: ${reasons.join('; ')}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </>
  );
}

const COUNT = 8;

function Patches() {
  const layer = chosen.texts.value.layer === 'conv1' ? 'conv1' : 'conv2';
  const all = params.value;
  const tiles = useMemo((): Tiles => {
    const units = layer === 'conv1' ? 6 : 16;
    const found = topPatchesOf(
      net,
      samples.value,
      all,
      Array.from({ length: units }, (_, unit) => ({ path: layer, unit })),
      COUNT,
    );
    const side = Math.max(...found.flat().flatMap(({ patch }) => patch.shape.slice(0, 2)));
    return {
      label: `${layer}: the ${COUNT} patches that each of the ${units} units answers most`,
      count: units * COUNT,
      rows: side,
      columns: side,
      at(tile, row, column) {
        const patch = found[Math.floor(tile / COUNT)][tile % COUNT]?.patch;
        return patch && row < patch.shape[0] && column < patch.shape[1] ? patch.data[row * patch.shape[1] + column] : 0;
      },
      name: (tile) => `unit ${Math.floor(tile / COUNT)}, ${(tile % COUNT) + 1}.`,
    };
  }, [all, layer]);
  return (
    <>
      <Choice settings={chosen} name="layer" label="Layer" options={{ conv1: 'conv1', conv2: 'conv2' }} />
      <p>Of 100 generated digits, a row for each unit: what lay in its receptive field where it was greatest.</p>
      <Shown tiles={tiles} perRow={COUNT} scale={layer === 'conv1' ? 6 : 4} name={`patches-${layer}`} />
    </>
  );
}
