// What stands around the grids: the player that goes through the outputs, the number of a cell, what a shift does.

import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { exact, isNumber, numberIn } from '../numbers.ts';
import { choose, edit, filter, isFilling, lab, moves, place } from './model.ts';
import { outputName, placeName } from './words.ts';

const isPlaying = signal(false);
/** Milliseconds for each output; more for those who ask for less motion. */
const stepTime = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 1500 : 450);

export function Player() {
  const { y } = lab.value;
  const O = y.shape[y.shape.length - 1];
  const positions = y.data.length / O;
  const o = filter.value;
  const { where, index } = place.value;
  const p = where === 'y' ? Math.floor(index / O) : -1;
  const go = (to: number): void => choose('y', Math.min(Math.max(0, to), positions - 1) * O + o);
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setTimeout(() => {
      if (p + 1 >= positions) isPlaying.value = false;
      else go(p + 1);
    }, stepTime());
    return () => clearTimeout(timer);
  }, [isPlaying.value, p, positions]);
  return (
    <div class="player">
      <button type="button" aria-label="One output back" disabled={p <= 0} onClick={() => go(p - 1)}>
        ◀
      </button>
      <button
        type="button"
        class="play"
        onClick={() => {
          if (!isPlaying.value && p + 1 >= positions) go(0);
          isPlaying.value = !isPlaying.value;
        }}
      >
        {isPlaying.value ? 'Pause' : 'Play'}
      </button>
      <button type="button" aria-label="One output on" disabled={p + 1 >= positions} onClick={() => go(p + 1)}>
        ▶
      </button>
      <input
        type="range"
        aria-label="Output position"
        min={0}
        max={positions - 1}
        value={Math.max(0, p)}
        aria-valuetext={outputName(lab.value, Math.max(0, index))}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <span class="position">{p < 0 ? '' : `${p + 1} of ${positions}`}</span>
      <label class="check">
        <input
          type="checkbox"
          checked={isFilling.value}
          onChange={(event) => {
            isFilling.value = event.currentTarget.checked;
          }}
        />
        hide what comes later
      </label>
    </div>
  );
}

/** The number of the chosen cell of the input or the kernel, to be changed. */
export function CellValue() {
  const { where, index } = place.value;
  const { x, weight } = lab.value;
  const tensor = { x, w: weight, y: undefined }[where];
  if (!tensor || where === 'y') return null;
  const name = where === 'x' ? `Input ${placeName(x.shape, index)}` : 'The chosen weight';
  return <Typed key={`${where}${index}`} name={name} value={tensor.data[index]} set={(to) => edit(where, index, to)} />;
}

function Typed({ name, value, set }: { readonly name: string; readonly value: number; set(to: number): void }) {
  /** What was typed and is no number. */
  const [odd, keep] = useState<string>();
  return (
    <p class="cell-value">
      <label for="cell-value">{name} is</label>{' '}
      <input
        id="cell-value"
        inputMode="decimal"
        autocomplete="off"
        value={odd ?? exact(value)}
        aria-invalid={odd !== undefined}
        aria-describedby="cell-value-hint"
        onChange={(event) => {
          const text = event.currentTarget.value;
          const isFit = isNumber(numberIn(text));
          keep(isFit ? undefined : text);
          if (isFit) set(numberIn(text));
        }}
      />{' '}
      <span id="cell-value-hint" class={odd === undefined ? 'hint' : 'problem'}>
        {odd === undefined
          ? 'A digit typed in the grid changes the cell too; the minus key its sign.'
          : `A number of float32, not “${odd}”: the cell stays as it is.`}
      </span>
    </p>
  );
}

/** What moved along with a shifted input, and what did not. */
export function Moved() {
  const found = moves.value;
  const { shift, y } = lab.value;
  if (!found) return null;
  const by = `${shift[0] === 0 ? '' : `${shift[0]} down`}${shift[0] !== 0 && shift[1] !== 0 ? ', ' : ''}${shift[1] === 0 ? '' : `${shift[1]} right`}`;
  if (!found.by)
    return (
      <p class="moved">
        The input moved by {by}. The stride does not divide that, so the output does not move along; {found.kept} of{' '}
        {y.data.length} outputs are what they were, to the bit
        {found.changed.size > 0 && `, and the ${found.changed.size} framed by dots are not`}.
      </p>
    );
  return (
    <p class="moved">
      The input moved by {by}; {found.kept} of {y.data.length} outputs moved along to the bit
      {found.changed.size > 0 &&
        `, and the ${found.changed.size} framed by dots did not: their windows reach cells that moved in or out at the border`}
      .
    </p>
  );
}
