// The networks of the lectures.

export {
  type CellGridOptions,
  type ContextOptions,
  cellGrid,
  contextModule,
  type SegmenterOptions,
  segmenter,
} from './segmenter.ts';
