// All cases of dialects.test.ts, of which `npm test` runs some.

import './dialects.test.ts';
