// All cases of init-adapter.test.ts, of which `npm test` runs some.

import './init-adapter.test.ts';
