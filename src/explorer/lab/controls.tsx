// The controls of the convolution lab; only those are shown that the operator has.

import { Check, Choice, Controls, Group, LongText, NumberField } from '../view/controls.tsx';
import { asked, chosen, problems } from './model.ts';
import { handMade, images, isPool, type Op, operators, paddings, weightSources } from './texts.ts';

const same = (values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value) => [value, value]));

const weightNames = {
  ...same(weightSources),
  edgeDiagonal: 'edges, diagonal',
  edgeCross: 'edges, 4 neighbours',
  edgeAll: 'edges, 8 neighbours',
  boxBlur: 'box blur',
  gaussianBlur: 'Gaussian blur',
};

export function LabControls() {
  const t = asked.value;
  const op = t.op as Op;
  const of = { settings: chosen, problems: problems.value };
  const isFlat = t.rank === '1';
  const is3 = /^3(\D+3)?$/.test(t.kernel.trim());
  const pools = isPool(op);
  const others = Object.entries(weightNames).filter(([name]) => !handMade.includes(name as never));
  const kept = Object.hasOwn(weightNames, t.weights) && { [t.weights]: 'random (that filter is 3×3)' };
  const weights = is3 ? weightNames : { ...kept, ...Object.fromEntries(others) };
  const pair = isFlat ? 'A number, such as 3' : 'A number, or rows × columns, such as 3×5';
  return (
    <Controls>
      <Group title="Operator">
        <Choice {...of} name="op" label="Operator" options={operators} />
        <Choice {...of} name="rank" label="Dimensions" options={{ '1': '1-D', '2': '2-D' }} />
        {op === 'conv' && <Check {...of} name="flip" label="Flip the kernel (true convolution)" />}
        {op === 'lp' && <NumberField {...of} name="power" label="p" hint="The exponent of the norm" />}
      </Group>
      <Group title="Input">
        <NumberField {...of} name="input" label="Size" hint={pair} />
        <NumberField {...of} name="channels" label="Channels" />
        <Choice {...of} name="image" label="Values" options={{ ...same(images), digit: isFlat ? 'bars' : 'digit' }} />
        {t.image === 'digit' && !isFlat && <NumberField {...of} name="digit" label="Digit" least={0} />}
        {t.image === 'typed' && <LongText {...of} name="x" label="Numbers, row by row" rows={4} />}
        <Shift isFlat={isFlat} />
      </Group>
      <Group title={pools ? 'Window' : 'Kernel'}>
        <NumberField {...of} name="kernel" label="Size" hint={pair} />
        {!pools && op !== 'depthwise' && <NumberField {...of} name="filters" label="Filters" />}
        {!pools && op !== 'depthwise' && <NumberField {...of} name="groups" label="Groups" />}
        {op === 'depthwise' && <NumberField {...of} name="multiplier" label="Filters per channel" />}
        {!pools && <Choice {...of} name="weights" label="Values" options={weights} />}
        {!pools && t.weights === 'typed' && <LongText {...of} name="w" label="Numbers, row by row" rows={3} />}
        {!pools && <NumberField {...of} name="bias" label="Bias" least={-99} />}
        {(t.image === 'random' ||
          (!pools && (t.weights === 'random' || (!is3 && handMade.includes(t.weights as never))))) && (
          <NumberField {...of} name="seed" label="Seed" least={0} />
        )}
      </Group>
      <Group title="Steps">
        <NumberField {...of} name="stride" label="Stride" hint={pair} />
        <NumberField {...of} name="dilation" label="Dilation" hint={pair} />
        <Choice {...of} name="padding" label="Padding" options={paddings} />
        {t.padding === 'numbers' && !isFlat && <NumberField {...of} name="top" label="Top" least={0} />}
        {t.padding === 'numbers' && !isFlat && <NumberField {...of} name="bottom" label="Bottom" least={0} />}
        {t.padding === 'numbers' && <NumberField {...of} name="left" label={isFlat ? 'Before' : 'Left'} least={0} />}
        {t.padding === 'numbers' && <NumberField {...of} name="right" label={isFlat ? 'After' : 'Right'} least={0} />}
        {op === 'transposed' && <NumberField {...of} name="outputPadding" label="Output padding" least={0} />}
        {pools && <Check {...of} name="ceil" label="Round the size up (ceil)" />}
        {op === 'average' && <Check {...of} name="counted" label="Count the padding in the mean" />}
      </Group>
      <button type="button" class="reset" onClick={() => chosen.set({ ...chosen.defaults })}>
        Start again
      </button>
    </Controls>
  );
}

/** Moves the input by a cell. */
function Shift({ isFlat }: { readonly isFlat: boolean }) {
  const [down = 0, right = 0] = asked.value.shift.split(' ').map((part) => Math.trunc(Number(part)) || 0);
  const by = (rows: number, columns: number) => () => chosen.set({ shift: `${down + rows} ${right + columns}` });
  const isMoved = down !== 0 || right !== 0;
  return (
    <div class="control">
      <span>Shift</span>
      <span class="shift">
        {!isFlat && (
          <button type="button" aria-label="Shift up" onClick={by(-1, 0)}>
            ↑
          </button>
        )}
        {!isFlat && (
          <button type="button" aria-label="Shift down" onClick={by(1, 0)}>
            ↓
          </button>
        )}
        <button type="button" aria-label="Shift left" onClick={by(0, -1)}>
          ←
        </button>
        <button type="button" aria-label="Shift right" onClick={by(0, 1)}>
          →
        </button>
        <button type="button" disabled={!isMoved} aria-label="Shift back" onClick={() => chosen.set({ shift: '0 0' })}>
          ↺
        </button>
      </span>
    </div>
  );
}
