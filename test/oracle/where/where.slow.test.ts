// All cases of where.test.ts, of which `npm test` runs some.

import './where.test.ts';
