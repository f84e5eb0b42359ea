// Index and place for the folders of the oracle; both are in src/places.ts.

export { indexAt, placeOf } from '../places.ts';
