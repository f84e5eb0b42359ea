// The tabs of the page, one line each.

export { lab } from './lab/tab.tsx';
export { trainTab } from './train/tab.tsx';
