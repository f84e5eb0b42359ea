// What the chosen cell does, with its numbers written out.

import { useMemo } from 'preact/hooks';
import { counted, exact, factor, short } from '../numbers.ts';
import { greatestOf, strength } from '../palette.ts';
import { focus, lab } from './model.ts';
import { denseOf } from './strides.ts';
import { fedBy, gradientsOf, usesOf } from './terms.ts';
import { calculationOf, formulaName, formulasOf, outputName, placeName, productsOf } from './words.ts';

/** Products beyond this number are counted instead of shown. */
const MOST = 150;

export function Products() {
  const current = lab.value;
  const { where, index } = focus.value;
  if (where === 'x') return <Fed index={index} />;
  if (where === 'w') return <Uses index={index} />;
  const products = productsOf(current, index);
  const padding = products.filter(({ isPadding }) => isPadding).length;
  const isProduct = current.weight !== undefined;
  return (
    <section class="products">
      <h2>
        Output {outputName(current, index)}
        <output class="result">{exact(current.y.data[index])}</output>
      </h2>
      <div class="sums">
        <Taps index={index} />
        <p class="calculation">{calculationOf(current, index, MOST)}</p>
      </div>
      <p class="hint">
        {counted(products.length - padding, isProduct ? 'product' : 'cell')}
        {padding > 0 && `, and ${counted(padding, 'tap')} over padding, which does not take part`}
        {isProduct && '; added in this order, each product and each sum rounded to float32'}.
      </p>
      <Size />
    </section>
  );
}

/** The terms of an output where their taps are: a table for each channel. A transposed convolution has no such window. */
function Taps({ index }: { readonly index: number }) {
  const { op, axes, rank, flips, parts } = lab.value;
  if (op === 'transposed' || axes.some(({ size }) => size > 7) || parts.channels > 3) return null;
  const products = productsOf(lab.value, index);
  const [rows, columns] = [rank === 1 ? 1 : axes[0].size, axes[rank - 1].size];
  const greatest = greatestOf(products.map(({ value }) => value));
  const letters = Math.max(3, ...products.map(({ value }) => short(value).length));
  const names = parts.channels > 1;
  return (
    <>
      {Array.from({ length: parts.channels }, (_, c) => (
        <figure key={c} class="plane">
          <figcaption>
            {op === 'conv' || op === 'depthwise' ? 'Products' : 'Window'}
            {names && ` · channel ${c}`}
            {flips && ' (kernel turned around)'}
          </figcaption>
          <table class="taps" style={{ '--columns': columns, '--letters': letters }}>
            <tbody>
              {Array.from({ length: rows }, (_, i) => (
                <tr key={i}>
                  {Array.from({ length: columns }, (_, j) => {
                    const { value, isPadding } = products[(i * columns + j) * parts.channels + c];
                    return (
                      <td
                        key={j}
                        class={`cell${isPadding ? ' padding' : value < 0 ? ' negative' : ''}`}
                        style={{ '--share': `${strength(value, greatest) * 100}%` }}
                      >
                        {isPadding ? <span class="unseen">padding</span> : short(value)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </figure>
      ))}
    </>
  );
}

/** 2 → `second`, 4 → `4th`. */
const nth = (stride: number): string => ['', 'every', 'every second', 'every third'][stride] ?? `every ${stride}th`;

function Size() {
  const current = lab.value;
  const dense = useMemo(() => denseOf(current), [current]);
  const names = current.rank === 1 ? ['cell'] : ['row', 'column'];
  return (
    <>
      <Formula />
      {dense && (
        <p>
          With stride 1 there are {dense.join('×')} outputs. These are{' '}
          {names.map((name, i) => `${nth(current.axes[i].stride)} ${name}`).join(' and ')} of them, the same to the bit.
        </p>
      )}
    </>
  );
}

function Formula() {
  const current = lab.value;
  return (
    <dl class="formula">
      <dt>Size of the output</dt>
      <dd>{formulaName(current)}</dd>
      {formulasOf(current).map(({ axis, text }) => (
        <>
          <dt key={axis}>{axis}</dt>
          <dd>{text}</dd>
        </>
      ))}
    </dl>
  );
}

/** Outputs beyond this number are counted instead of named. */
const MOST_OUTPUTS = 40;

function Fed({ index }: { readonly index: number }) {
  const current = lab.value;
  const fed = fedBy(current, index);
  const gradient = gradientsOf(current).x[index];
  const weights = fed.map(({ w }) => factor(current.weight?.data[w] ?? NaN));
  return (
    <section class="products">
      <h2>
        Input {placeName(current.x.shape, index)}
        <output class="result">{exact(current.x.data[index])}</output>
      </h2>
      <p>
        It takes part in {counted(fed.length, 'output')}
        {fed.length > 0 && ': '}
        {fed
          .slice(0, MOST_OUTPUTS)
          .map(({ y, w }) => `${outputName(current, y)}${w < 0 ? '' : ` (·${factor(current.weight!.data[w])})`}`)
          .join('; ')}
        {fed.length > MOST_OUTPUTS && ` and ${fed.length - MOST_OUTPUTS} more`}.
      </p>
      <p class="calculation">
        {current.weight && fed.length > 0
          ? `gradient = ${weights.slice(0, MOST_OUTPUTS).join(' + ')}${fed.length > MOST_OUTPUTS ? ' + …' : ''} = ${exact(gradient)}`
          : `gradient = ${exact(gradient)}`}
      </p>
      <p class="hint">The gradient of the sum of all outputs at this cell, by the layer's own back-propagation.</p>
    </section>
  );
}

function Uses({ index }: { readonly index: number }) {
  const current = lab.value;
  const uses = usesOf(current, index);
  const gradient = gradientsOf(current).weight?.[index] ?? NaN;
  const cells = uses.map(({ x }) => factor(current.x.data[x]));
  return (
    <section class="products">
      <h2>
        A weight
        <output class="result">{exact(current.weight?.data[index] ?? NaN)}</output>
      </h2>
      <p>
        One weight, shared by {counted(uses.length, 'product')}: it meets the cells of the input that are framed, one
        for each output.
      </p>
      <p class="calculation">
        gradient = {cells.slice(0, MOST_OUTPUTS).join(' + ') || '0'}
        {cells.length > MOST_OUTPUTS && ' + …'} = {exact(gradient)}
      </p>
      <p class="hint">The gradient of the sum of all outputs at this weight: the sum of the cells it meets.</p>
    </section>
  );
}
