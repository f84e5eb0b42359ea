// Posts the certificate of a worker to its page.

import { certificate } from '../campaign.mjs';
import * as library from '../library.mjs';

postMessage(await certificate(library));
