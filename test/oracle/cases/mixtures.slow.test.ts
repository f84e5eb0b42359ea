// All cases of mixtures.test.ts, of which `npm test` runs some.

import './mixtures.test.ts';
