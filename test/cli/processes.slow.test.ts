// All cases of processes.test.ts, of which `npm test` runs some.

import './processes.test.ts';
