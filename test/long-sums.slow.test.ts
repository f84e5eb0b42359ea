// All cases of long-sums.test.ts, of which `npm test` runs some.

import './long-sums.test.ts';
