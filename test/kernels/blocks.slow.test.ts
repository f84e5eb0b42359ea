// All cases of blocks.test.ts, of which `npm test` runs some.

import './blocks.test.ts';
