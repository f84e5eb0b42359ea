// The WebAssembly engine. (To be written; until then every float32 runs the reference loops.)
export const hasSimd = (): boolean => false;
