// What is said of a cell by a frame around it.

export type Mark = 'chosen' | 'under' | 'fed' | 'changed' | 'later';
