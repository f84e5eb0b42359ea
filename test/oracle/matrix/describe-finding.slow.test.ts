// All cases of describe.test.ts, of which `npm test` runs some.

import './describe-finding.test.ts';
