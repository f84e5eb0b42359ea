// All cases of no-false-alarm.test.ts, of which `npm test` runs some.

import './no-false-alarm.test.ts';
