// All cases of large-axes.test.ts, of which `npm test` runs some.

import './large-axes.test.ts';
