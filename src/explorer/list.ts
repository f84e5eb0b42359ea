// The tabs of the page, one line each.

export { fieldTab } from './field/tab.tsx';
export { lab } from './lab/tab.tsx';
export { netsTab } from './nets/tab.tsx';
export { trainTab } from './train/tab.tsx';
