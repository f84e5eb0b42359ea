// One product of the positions of a table of places with panels of weights: its numbers, and what all tiles do at a step.

/** y[places][filters] = Σ over the runs: the values of x in a run times the rows of a panel. */
@unmanaged
export class Product {
  /** The first panel, the bytes from one panel to the next, and the filters of all of them. */
  panel: usize;
  panelBytes: usize;
  filters: i32;
  /**
   * A table of runs, each the byte offset from a place's source, and the end of the table; every run has `length` bytes.
   */
  runs: usize;
  runsEnd: usize;
  length: usize;
  /** The byte offset of the first of them in the table that spans of tiles are of; −1 where places have no spans. */
  firstRun: i32;
  /** Whether x, y and the weights are float64. */
  doubles: i32;
  /** Whether the sums go on from y. */
  reload: i32;
  /** The address of an Epilogue, or 0. */
  epilogue: usize;
}

/** sum + v · w, lane by lane: the product is rounded, then the sum. Spec numerics-order. */
@inline
export function plus<T>(sum: v128, v: v128, w: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(v, w));
}
