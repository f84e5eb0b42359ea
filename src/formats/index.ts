// toeplitz/formats: files in and out, as bytes in memory.

export { type IdxArray, readIdx } from './idx.ts';
export { fromImageData, type Pixels, toImageData } from './image-data.ts';
export { readNpy, writeNpy } from './npy.ts';
export { readNpz, writeNpz } from './npz.ts';
export { readPng, writePng } from './png.ts';
export { readSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors.ts';
export { torchNames } from './torch-names.ts';
export { type LoadedWeights, type LoadWeightsOptions, loadWeights, type Misshapen } from './weights.ts';
