// The tabs of the page, one line each.

export { fieldTab } from './field/tab.tsx';
export { filtersTab } from './filters/tab.tsx';
export { gradientTab } from './gradient/tab.tsx';
export { lab } from './lab/tab.tsx';
export { netsTab } from './nets/tab.tsx';
export { oracleTab } from './oracle/tab.tsx';
export { trainTab } from './train/tab.tsx';
