// All cases of page.test.ts, of which `npm test` runs some.

import './page.test.ts';
