// All cases of numerics.test.ts, of which `npm test` runs some.

import './numerics.test.ts';
