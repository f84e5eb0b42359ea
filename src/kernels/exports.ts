// What the WebAssembly module exports: the binary interface as TypeScript sees it.

/** The functions that `assembly/index.ts` exports; its numbers are in declared.ts. Structs are given by their address. */
export interface Kernels {
  places(lattice: number, first: number, end: number, table: number): void;
  gather(places: number, count: number, runs: number, runCount: number, length: number, matrix: number): void;
  multiply(product: number, places: number, count: number): void;
  accumulate(weightGradient: number): void;
  addSums(sums: number, count: number, blockSums: number): void;
  depthwise(depthwise: number, xImage: number, yImage: number, plane: number, row: number): void;
  depthwiseGradient(depthwise: number, xImage: number, dyImage: number, first: number, count: number): void;
  copyRows(lattice: number, bytes: number): void;
  finite(address: number, count: number, doubles: number): number;
  pack(packing: number): void;
  repeat(source: number, count: number, times: number, to: number): void;
  setScratch(address: number): void;
  zero(address: number, bytes: number): void;
  zeroRows(lattice: number, bytes: number): void;
  add(sum: number): void;
  cells(cells: number): void;
  pool(pool: number, first: number, end: number): void;
  map(f: number, x: number, y: number, count: number, exponent: number): void;
  normals(state: number, values: number, count: number, factor: number): void;
  relu(x: number, y: number, count: number): void;
  reluGradient(x: number, dy: number, dx: number, count: number): void;
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
  sumRows(x: number, rows: number, columns: number, sums: number, images: number, means: number): void;
  sumTerms(x: number, rows: number, columns: number, sums: number, images: number, norm: number, dy: number): void;
  normalize(norm: number, x: number, y: number, rows: number): void;
  normGradient(norm: number, x: number, dy: number, dx: number, rows: number): void;
}
