// All cases of other-arithmetic.test.ts, of which `npm test` runs some.

import './other-arithmetic.test.ts';
