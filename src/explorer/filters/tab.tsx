// Filters: an image through a chain of them, the products under the pointer, pyramids, convolution against correlation.

import type { Tab } from '../tab.ts';
import { Panels } from '../view/panels.tsx';
import { Chain } from './chain.tsx';
import { FilterControls } from './controls.tsx';
import { Kinds } from './convolution-or-correlation.tsx';
import { chosen } from './model.ts';
import { Pyramids } from './pyramids.tsx';

const titles = { chain: 'Chain of filters', kinds: 'Convolution or correlation', pyramids: 'Pyramids' };

function View() {
  const { panel } = chosen.texts.value;
  return (
    <div class="filters sided">
      <FilterControls />
      <Panels
        id="filters"
        label="Look at"
        titles={titles}
        chosen={panel}
        choose={(name) => chosen.set({ panel: name })}
      >
        {panel === 'kinds' ? <Kinds /> : panel === 'pyramids' ? <Pyramids /> : <Chain />}
      </Panels>
    </div>
  );
}

export const filtersTab: Tab = { id: 'filters', place: 5, title: 'Filters', settings: chosen, View };
