// The image after each filter of the chain, the products of a pixel, and the chain as one filter and as code.

import { useMemo } from 'preact/hooks';
import { exact, factor, numberIn, short } from '../numbers.ts';
import { Save } from '../view/save.tsx';
import { Code, Scrolled } from '../view/scrolled.tsx';
import { combined, productsOf, type Stage } from './apply.ts';
import { drawPlanes, PlaneCanvas, scaleOf } from './canvas.tsx';
import { FilterTable } from './kernel.tsx';
import { at, chain, chosen, image, kind, stages } from './model.ts';

export function Chain() {
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
