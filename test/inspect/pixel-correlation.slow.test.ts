// All cases of pixel-correlation.test.ts, of which `npm test` runs some.

import './pixel-correlation.test.ts';
