// What can be chosen: the operator, the number θ, and the quotients beside the central ones.

import { exact } from '../numbers.ts';
import { Check, Choice, Controls, Group, NumberField } from '../view/controls.tsx';
import { operators } from './checked-operator.ts';
import { beside, checked, chosen, problems, subject } from './model.ts';

export function GradientControls() {
  const of = { settings: chosen, problems: problems.value };
  const names = Object.keys(subject.value.tensors);
  return (
    <Controls>
      <Group title="Operator">
        <Choice
          {...of}
          name="op"
          label="Operator"
          options={Object.fromEntries(Object.entries(operators).map(([name, { title }]) => [name, title]))}
        />
        <NumberField {...of} name="seed" label="Seed" least={0} hint="Draws other numbers" />
        <Check settings={chosen} name="planted" label="Plant a mistake, to be found" />
      </Group>
      <Group title="The number θ">
        <Choice {...of} name="tensor" label="Of" options={Object.fromEntries(names.map((name) => [name, name]))} />
        <NumberField {...of} name="index" label="Entry" least={0} />
        <NumberField {...of} name="value" label="Value" step={0} placeholder={exact(checked.value.theta)} />
        <p class="hint">0 is the corner of relu, and equal numbers are one of max pooling.</p>
      </Group>
      <Group title="Beside it">
        <Choice {...of} name="beside" label="Quotients" options={beside} />
      </Group>
    </Controls>
  );
}
