// What can be chosen: the image, the filters, the operation and the border.

import { Pad } from '../train/pad.tsx';
import { Choice, Controls, FileField, Group, LongText } from '../view/controls.tsx';
import { useTaken } from '../view/drop-and-paste.ts';
import { images } from './image.ts';
import { chain, chosen, file, fileProblem, sizes } from './model.ts';
import { filterTitles } from './texts.ts';

const withNone = { none: 'none', ...filterTitles };

export function FilterControls() {
  const { image, first, second, third } = chosen.texts.value;
  const of = { settings: chosen, problems: chain.value.problems };
  useTaken({
    files([dropped]) {
      file.value = dropped;
      chosen.set({ image: 'own' });
    },
  });
  return (
    <Controls>
      <Group title="Image">
        <Choice {...of} name="image" label="Image" options={images} />
        <Choice {...of} name="size" label="Size" options={sizes} />
        {image === 'own' && (
          <FileField
            accept="image/*"
            onFile={(picture) => {
              file.value = picture;
            }}
          />
        )}
        {image === 'own' && fileProblem.value && (
          <p class="problem" role="alert">
            {fileProblem.value}
          </p>
        )}
        {image === 'own' && (
          <p class="hint">
            {!file.value && 'Until there is one, these are shapes. '}It becomes square and grey, and stays in this
            browser. It can also be dropped.
          </p>
        )}
        {image === 'drawn' && <Pad />}
      </Group>
      <Group title="Filters">
        <Choice {...of} name="first" label="First" options={filterTitles} />
        <Choice {...of} name="second" label="Second" options={withNone} />
        <Choice {...of} name="third" label="Third" options={withNone} />
        {[first, second, third].includes('own') && (
          <LongText {...of} name="own" label="Your own: rows, divided by ;" rows={3} />
        )}
      </Group>
      <Group title="As">
        <Choice
          {...of}
          name="kind"
          label="Operation"
          options={{ correlation: 'correlation', convolution: 'true convolution' }}
        />
        <Choice {...of} name="padding" label="Border" options={{ same: 'zeros around', valid: 'cut off' }} />
      </Group>
    </Controls>
  );
}
