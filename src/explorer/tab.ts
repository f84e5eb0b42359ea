// A tab of the page. A new one is a folder or a file of its own, and a line in list.ts.

import type { FunctionComponent } from 'preact';
import type { Settings } from './settings.ts';

export interface Tab {
  /** Its name in the address. */
  readonly id: string;
  /** Where it stands among the others; each has a number of its own. */
  readonly place: number;
  readonly title: string;
  // biome-ignore lint/suspicious/noExplicitAny: each tab has settings of its own names
  readonly settings: Settings<any>;
  readonly View: FunctionComponent;
}
