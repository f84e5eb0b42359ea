// All cases of counts.test.ts, of which `npm test` runs some.

import './counts.test.ts';
