// What is dropped or pasted anywhere on the page goes to the tab that is shown. A file that no tab takes must not be opened
// by the browser in place of the page.

import { useEffect } from 'preact/hooks';

export interface Taker {
  files?(files: readonly File[]): void;
  text?(text: string): void;
}

let taker: Taker = {};

/** A field takes text itself, and a control for files a file. */
const takesItself = (target: EventTarget | null, isFile: boolean): boolean =>
  target instanceof HTMLInputElement
    ? (target.type === 'file') === isFile
    : target instanceof HTMLTextAreaElement && !isFile;

function take(event: Event, data: DataTransfer | null): void {
  const files = [...(data?.files ?? [])];
  if (takesItself(event.target, files.length > 0)) return;
  event.preventDefault();
  const text = data?.getData('text') ?? '';
  if (files.length > 0) taker.files?.(files);
  else if (text !== '') taker.text?.(text);
}

export function followTaken(): void {
  addEventListener('dragover', (event) => {
    if (!takesItself(event.target, event.dataTransfer?.types.includes('Files') === true)) event.preventDefault();
  });
  addEventListener('drop', (event) => take(event, event.dataTransfer));
  addEventListener('paste', (event) => take(event, event.clipboardData));
}

/** Takes files and text while the tab is shown. */
export function useTaken(given: Taker): void {
  useEffect(() => {
    taker = given;
    return () => {
      if (taker === given) taker = {};
    };
  }, []);
}
