// Answers with the certificate of workerd: of the loops, or at /kernels of the kernels, from a module it was given.

import module from '../../../dist/kernels.wasm';
import { certificate } from '../campaign.mjs';
import * as library from '../library.mjs';

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === '/kernels') library.useKernels(module);
    return Response.json(await certificate(library));
  },
};
