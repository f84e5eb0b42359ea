// The table of operators, made by running the example of every layer.

import { initialize, tensor } from '../../src/index.ts';
import { algorithms } from '../../src/layer/step.ts';
import { sameShape, sizeOf } from '../../src/tensor.ts';
import { examples } from '../layers.ts';

const RANKS = ['1d', '2d', '3d'];

interface Row {
  readonly ranks: Set<string>;
  readonly types: Set<string>;
  readonly directions: Set<string>;
  readonly algorithms: Set<string>;
}

/** What runs without an error, for every family of operators. */
export function operatorTable(): string {
  const rows = new Map<string, Row>();
  for (const { layer, shape } of examples) {
    if (layer.inputs) continue;
    const rank = RANKS.find((each) => layer.name.endsWith(each));
    const family = rank ? layer.name.slice(0, -2) : layer.name;
    const row = rows.get(family) ?? {
      ranks: new Set(),
      types: new Set(),
      directions: new Set(),
      algorithms: new Set(),
    };
    rows.set(family, row);
    if (rank) row.ranks.add(rank);
    for (const type of ['float32', 'float64'] as const) {
      const values = Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 11) - 5);
      const [y, pull] = layer.vjp(tensor(shape, values, type), initialize(layer, shape, { seed: 2, type }));
      row.types.add(type);
      row.directions.add('forward');
      if (pull(y).x.data.length > 0) row.directions.add('gradient');
    }
    if (!('algorithm' in layer.attributes)) continue;
    for (const algorithm of algorithms) {
      const other = layer.with({ attributes: { algorithm } });
      const y = other.forward(tensor(shape), initialize(layer, shape, { seed: 2 }));
      if (sameShape(y.shape, layer.shape(shape))) row.algorithms.add(algorithm);
    }
  }
  const list = (set: Set<string>, none = ''): string => [...set].join(', ') || none;
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([family, row]) =>
        `| \`${family}\` | ${list(row.ranks, 'any')} | ${list(row.types)} | ${list(row.directions)} | ${list(row.algorithms)} |`,
    );
  return ['| operator | ranks | element types | directions | algorithms |', '|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}
