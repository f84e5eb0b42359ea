// Nets: a diagram and a table of every layer's shape, parameters, multiply-adds, memory and field; two side by side.

import { useMemo } from 'preact/hooks';
import { count, counted, short } from '../numbers.ts';
import { settings } from '../settings.ts';
import type { Tab } from '../tab.ts';
import { Choice, Controls, Group, NumberField } from '../view/controls.tsx';
import { Panels } from '../view/panels.tsx';
import { Save } from '../view/save.tsx';
import { Scrolled } from '../view/scrolled.tsx';
import { drawNet } from './drawing.ts';
import { hasSize, own, ownAt } from './file.ts';
import { isNet, subjectOf, titles, usualSize } from './networks.ts';
import { OwnFile } from './own-file.tsx';
import { type Net, netOf, operatorsOf, type Part } from './tree.ts';
import { bytesText, fieldText, shapeText } from './words.ts';

const chosen = settings({ net: 'lenet5', size: '', beside: 'none', besideSize: '', panel: 'diagram' });

/** The net of a choice, or what is wrong. */
function chosenNet(name: string, size: string): Net | string {
  if (name === 'own') {
    const file = own.value ? ownAt(own.value, size) : 'Open a file first.';
    return typeof file === 'string' ? file : file.net;
  }
  const subject = subjectOf(isNet(name) ? name : 'lenet5', size);
  return typeof subject === 'string' ? subject : netOf(subject);
}

function NetControls({ problems }: { readonly problems: Readonly<Record<string, string>> }) {
  const { net, beside } = chosen.texts.value;
  const of = { settings: chosen, problems };
  const all = { ...titles, own: own.value ? own.value.name : 'a file of your own' };
  const hint = 'Height × width of the images; nothing means those the net was made for';
  return (
    <Controls>
      <Group title="Net">
        <Choice {...of} name="net" label="Net" options={all} />
        {hasSize(net) && (
          <NumberField {...of} name="size" label="Image" step={0} hint={hint} placeholder={usualSize(net)} />
        )}
      </Group>
      <Group title="Beside it">
        <Choice {...of} name="beside" label="Net" options={{ none: 'none', ...all }} />
        {beside !== 'none' && hasSize(beside) && (
          <NumberField {...of} name="besideSize" label="Image" step={0} hint={hint} placeholder={usualSize(beside)} />
        )}
      </Group>
      <OwnFile read={() => chosen.set({ net: 'own' })} />
    </Controls>
  );
}

function Block({
  part,
  most,
  depth,
  isLong,
}: {
  readonly part: Part;
  readonly most: number;
  readonly depth: number;
  readonly isLong: boolean;
}) {
  const numbers = (
    <span class="numbers">
      {shapeText(part.shape)}
      {part.parameters > 0 && ` · ${counted(part.parameters, 'parameter')}`}
      {part.cost > 0 && ` · ${count(part.cost)} multiply-adds`}
    </span>
  );
  if (part.parts.length === 0)
    return (
      <li class="operator" style={{ '--share': `${most > 0 ? (100 * part.cost) / most : 0}%` }}>
        <strong>{part.name}</strong> {part.op !== part.name && <span>{part.op}</span>}
        {numbers}
      </li>
    );
  return (
    <li class="group">
      <details open={!isLong || depth > 0}>
        <summary>
          <strong>{part.name}</strong> {part.op !== 'chain' && part.op} {numbers}
        </summary>
        <ol class={part.arrangement === 'sequence' ? 'sequence' : 'branches'}>
          {part.parts.map((each) => (
            <Block key={each.path} part={each} most={most} depth={depth + 1} isLong={isLong} />
          ))}
        </ol>
        {part.arrangement !== 'sequence' && (
          <p class="join">{part.op === 'sum' ? '+ added' : `${part.op} of the branches`}</p>
        )}
      </details>
    </li>
  );
}

/** Groups of a net with more operators are closed at first. */
const LONG = 60;

const mostOf = (net: Net): number => Math.max(0, ...operatorsOf(net.parts).map(({ cost }) => cost));

/** The bar of a block is its share of `most` multiply-adds. */
const Diagram = ({ net, most }: { readonly net: Net; readonly most: number }) => {
  const operators = operatorsOf(net.parts);
  return (
    <>
      <ol class="sequence diagram">
        {net.input && (
          <li class="operator input">
            <strong>input</strong> <span class="numbers">{shapeText(net.input)}</span>
          </li>
        )}
        {net.parts.map((part) => (
          <Block key={part.path} part={part} most={most} depth={0} isLong={operators.length > LONG} />
        ))}
      </ol>
      <Save name="net" draw={(ink) => drawNet(net, ink)} />
    </>
  );
};

const Table = ({ net }: { readonly net: Net }) => (
  <Scrolled label={`The layers of ${net.title}`}>
    <table class="layers">
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Operator</th>
          <th scope="col">Output</th>
          <th scope="col" class="number">
            Parameters
          </th>
          <th scope="col" class="number">
            Multiply-adds
          </th>
          <th scope="col" class="number">
            Memory
          </th>
          <th scope="col" class="number">
            Field
          </th>
        </tr>
      </thead>
      <tbody>
        {operatorsOf(net.parts).map((part) => (
          <tr key={part.path}>
            <th scope="row">{part.path || part.name}</th>
            <td>{part.op}</td>
            <td>{shapeText(part.shape)}</td>
            <td class="number">{count(part.parameters)}</td>
            <td class="number">{count(part.cost)}</td>
            <td class="number">{bytesText(part.memory)}</td>
            <td class="number">{fieldText(part.field)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scrolled>
);

interface ShownProps {
  readonly net: Net | string;
  readonly beside: Net | string | undefined;
  readonly panel: string;
}

/** `a third` in numbers: 3.2 times as many, or 1 / 3.2 of those. */
const times = (own: number, other: number, noun: string): string =>
  own === other
    ? `as many ${noun}`
    : own > other
      ? `${short(own / other)} times as many ${noun}`
      : `1/${short(other / own)} of the ${noun}`;

/** How many multiply-adds and parameters one net has of those of the other. */
function Compared({ net, beside }: { readonly net: Net; readonly beside: Net }) {
  if ([net, beside].some(({ cost, parameters }) => cost === 0 || parameters === 0)) return null;
  return (
    <p>
      {times(net.cost, beside.cost, 'multiply-adds')} and {times(net.parameters, beside.parameters, 'parameters')},
      beside {beside.title}.
    </p>
  );
}

const Shown = ({ net, beside, panel }: ShownProps) =>
  typeof net === 'string' ? (
    <p>{net}</p>
  ) : (
    <section class="net">
      <h2>{net.title}</h2>
      <p>
        {counted(net.parameters, 'parameter')}
        {net.cost > 0 && `, ${count(net.cost)} multiply-adds for an image`}
        {net.memory > 0 && `, activations of ${bytesText(net.memory)} at once`}.
      </p>
      {net.notes.map((each) => (
        <p key={each} class="hint">
          {each}
        </p>
      ))}
      {typeof beside === 'object' && <Compared net={net} beside={beside} />}
      {panel === 'table' ? (
        <Table net={net} />
      ) : (
        <Diagram net={net} most={Math.max(mostOf(net), typeof beside === 'object' ? mostOf(beside) : 0)} />
      )}
    </section>
  );

function View() {
  const { net, size, beside, besideSize, panel } = chosen.texts.value;
  const file = own.value;
  const left = useMemo(() => chosenNet(net, size), [net, size, file]);
  const right = useMemo(
    () => (beside === 'none' ? undefined : chosenNet(beside, besideSize)),
    [beside, besideSize, file],
  );
  const problems = {
    ...(typeof left === 'string' && { [hasSize(net) ? 'size' : 'net']: left }),
    ...(typeof right === 'string' && { [hasSize(beside) ? 'besideSize' : 'beside']: right }),
  };
  return (
    <div class="nets sided">
      <NetControls problems={problems} />
      <Panels
        id="nets"
        label="Show the net as"
        titles={{ diagram: 'Diagram', table: 'Table' }}
        chosen={panel}
        choose={(name) => chosen.set({ panel: name })}
      >
        <div class={right === undefined || panel === 'table' ? '' : 'two'}>
          <Shown net={left} beside={right} panel={panel} />
          {right !== undefined && <Shown net={right} beside={left} panel={panel} />}
        </div>
      </Panels>
    </div>
  );
}

export const netsTab: Tab = { id: 'nets', place: 4, title: 'Nets', settings: chosen, View };
