// What the frame around a cell says of it: it is the chosen one, it is read for the chosen one, it is computed from it, it
// changed when the input moved, or its turn comes later and it is hidden until then.

export type Mark = 'chosen' | 'under' | 'fed' | 'changed' | 'later';
