// All cases of fuzz.test.ts, of which `npm test` runs some.

import './fuzz.test.ts';
