// All cases of rounded.test.ts, of which `npm test` runs some.

import './rounded.test.ts';
