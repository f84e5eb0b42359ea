// All cases of mistakes.test.ts, of which `npm test` runs some.

import './mistakes.test.ts';
