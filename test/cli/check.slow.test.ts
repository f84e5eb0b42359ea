// All cases of check.test.ts, of which `npm test` runs some.

import './check.test.ts';
