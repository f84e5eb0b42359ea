// The convolution lab: every cell, product and sum of one layer.

import type { Tab } from '../tab.ts';
import { Save } from '../view/save.tsx';
import { codeOf } from './code.ts';
import { LabControls } from './controls.tsx';
import { chosen, lab as current, filter, isStale, place } from './model.ts';
import { LabPanels } from './panels.tsx';
import { animateLab, drawLab } from './picture.ts';
import { CellValue, Moved, Player } from './player.tsx';
import { Products } from './products.tsx';
import { Stage } from './stage.tsx';

function View() {
  return (
    <div class="lab sided">
      <LabControls />
      <div class={isStale.value ? 'stale' : ''}>
        {isStale.value && <p class="problem">The settings do not fit together; this is the last layer that did.</p>}
        <Player />
        <Stage />
        <CellValue />
        <Moved />
        <Products />
        <Save
          name="convolution"
          draw={(ink) => drawLab(current.value, place.value, filter.value, ink)}
          code={() => codeOf(current.value, 'toeplitz')}
          animate={(ink) => animateLab(current.value, filter.value, ink)}
        />
        <LabPanels />
      </div>
    </div>
  );
}

export const lab: Tab = { id: 'lab', place: 1, title: 'Convolution lab', settings: chosen, View };
