// All cases of laws.test.ts, of which `npm test` runs some.

import './laws.test.ts';
