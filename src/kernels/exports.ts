// What the WebAssembly module exports: the binary interface as TypeScript sees it.

/** The exports of `assembly/index.ts`; addresses and sizes are in bytes unless they count something. */
export interface Kernels {
  readonly MR: WebAssembly.Global;
  readonly NR: WebAssembly.Global;
  readonly LANES: WebAssembly.Global;
  readonly PLACE: WebAssembly.Global;
  readonly PASS_BYTES: WebAssembly.Global;
  readonly SUM_POSITIONS: WebAssembly.Global;
  heapBase(): number;
  places(lattice: number, first: number, end: number, table: number): void;
  gather(places: number, count: number, runs: number, runCount: number, length: number, matrix: number): void;
  multiply(
    places: number,
    count: number,
    panel: number,
    panelBytes: number,
    filters: number,
    runs: number,
    runCount: number,
    length: number,
    reload: boolean,
    epilogue: number,
  ): void;
  accumulate(
    places: number,
    tiles: number,
    panel: number,
    panelBytes: number,
    filters: number,
    walk: number,
    origin: number,
    packed: number,
    reload: boolean,
    way: number,
  ): void;
  move(sums: number, count: number, from: number, total: number, to: number): void;
  depthwise(depthwise: number, xImage: number, yImage: number, plane: number, row: number): void;
  depthwiseGradient(
    depthwise: number,
    xImage: number,
    dyImage: number,
    plane: number,
    row: number,
    column: number,
    count: number,
  ): void;
  copyRows(lattice: number, bytes: number): void;
  finite(address: number, count: number): number;
  pack(
    panel: number,
    panelBytes: number,
    source: number,
    rows: number,
    rowStep: number,
    columns: number,
    columnStep: number,
  ): void;
  repeat(source: number, count: number, times: number, to: number): void;
  zero(address: number, bytes: number): void;
  zeroRows(lattice: number, bytes: number): void;
  add(first: number, second: number, channels: number, epilogue: number): void;
  pool(pool: number, plane: number, row: number): void;
  map(f: number, values: number, count: number, exponent: number): void;
  relu(values: number, count: number): void;
  reluGradient(x: number, dy: number, count: number): void;
  lrn(lattice: number, lrn: number, beta: number): void;
  exp(x: number): number;
  log(x: number): number;
  tanh(x: number): number;
  sigmoid(x: number): number;
  softplus(x: number): number;
  pow(x: number, y: number): number;
  winogradWeights(m: number, w: number, rowStep: number, channels: number, filters: number, panel: number): void;
  winogradInputs(plan: number, places: number, count: number): void;
  winogradSums(plan: number, count: number, panel: number): void;
  winogradOutputs(plan: number, places: number, first: number, count: number, epilogue: number): void;
  sumRows(matrix: number, rows: number, columns: number, sums: number): void;
}
