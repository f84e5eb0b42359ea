// Posts the certificate of a worker to its page.

import * as library from '/dist/index.js';
import { certificate } from '../campaign.mjs';

postMessage(await certificate(library));
