// The module of the kernels by an import in the source phase, compiled by the host.

import { host, useKernels } from 'toeplitz';
import source module from 'toeplitz/kernels.wasm';

useKernels(module);
console.log(`import source: ${host().runs}`);
