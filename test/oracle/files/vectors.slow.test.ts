// All cases of vectors.test.ts, of which `npm test` runs some.

import './vectors.test.ts';
