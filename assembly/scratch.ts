// Memory in which kernels keep what one of their functions leaves for the next. Threads that run instances over one memory
// must not share it: each instance has an address of its own.

const BYTES = 896;

let address = memory.data(BYTES, 16);

/** From here on this instance keeps such things in the `SCRATCH_BYTES` at another address, a multiple of 16. */
export function setScratch(at: usize): void {
  address = at;
}

export const SCRATCH_BYTES: i32 = BYTES;

/** 6 × 6 vectors: what the first of the two passes of one of Winograd's transforms leaves. */
@inline
export function winogradColumns(): usize {
  return address;
}

/** The table of one place, four times and with its run, and the product of that place. */
@inline
export function lonePlace(): usize {
  return address + 576;
}
@inline
export function loneProduct(): usize {
  return address + 624;
}

/** The block that a weight gradient adds, and where its sums go. */
@inline
export function gradientBlock(): usize {
  return address + 672;
}
@inline
export function gradientSums(): usize {
  return address + 704;
}

/** The sums of one tile of a weight gradient, on their way from float32 or float64 to float64. */
@inline
export function gradientTileSums(): usize {
  return address + 768;
}
