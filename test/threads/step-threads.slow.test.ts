// All cases of step-threads.test.ts, of which `npm test` runs some.

import './step-threads.test.ts';
