// All cases of compile.test.ts, of which `npm test` runs some.

import './compile.test.ts';
