// All cases of names.test.ts, of which `npm test` runs some.

import './names.test.ts';
