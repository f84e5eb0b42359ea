// All cases of index-changes.test.ts, of which `npm test` runs some.

import './index-changes.test.ts';
