// All cases of score.test.ts, of which `npm test` runs some.

import './score.test.ts';
