// The controls of the receptive field.

import { hasSize, own } from '../nets/file.ts';
import { titles, usualSize } from '../nets/networks.ts';
import { OwnFile } from '../nets/own-file.tsx';
import { Choice, Controls, FileField, Group, NumberField } from '../view/controls.tsx';
import { images } from './image.ts';
import { chosen, found, imageProblem, inside, ownImage, subject, unit, unitProblems } from './model.ts';

export function FieldControls() {
  const { net, image: source } = chosen.texts.value;
  const current = subject.value;
  const of = {
    settings: chosen,
    problems: {
      ...(typeof current === 'string' && { [hasSize(net) ? 'size' : 'net']: current }),
      ...unitProblems.value,
      ...(imageProblem.value && { image: imageProblem.value }),
    },
  };
  const paths = Object.fromEntries(
    (found.value?.insides ?? []).map(({ path, op }) => [path, path === op ? path : `${path} · ${op}`]),
  );
  const all = { ...titles, own: own.value ? own.value.name : 'a file of your own' };
  return (
    <Controls>
      <Group title="Net">
        <Choice {...of} name="net" label="Net" options={all} />
        {hasSize(net) && (
          <NumberField {...of} name="size" label="Image" step={0} placeholder={usualSize(net)} hint="Height × width" />
        )}
        <Choice {...of} name="layer" label="Layer" options={paths} used={inside.value?.path ?? ''} />
        <NumberField
          {...of}
          name="unit"
          label="Unit"
          step={0}
          placeholder={unit.value.join(' ')}
          hint="Row and column"
        />
        <NumberField
          {...of}
          name="channel"
          label="Channel"
          step={0}
          placeholder="all"
          hint="One channel, or nothing for all"
        />
      </Group>
      <Group title="Image">
        <Choice {...of} name="image" label="Image" options={images} />
        {source === 'own' && !ownImage.value && <p class="hint">Choose a picture, or drop it here: these are rings.</p>}
        {source === 'own' && (
          <FileField
            accept="image/*"
            onFile={(picture) => {
              ownImage.value = picture;
            }}
          />
        )}
      </Group>
      <OwnFile
        read={() => chosen.set({ net: 'own', layer: '' })}
        picture={(file) => {
          ownImage.value = file;
          chosen.set({ image: 'own' });
        }}
      />
    </Controls>
  );
}
