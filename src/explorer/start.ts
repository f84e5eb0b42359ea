// Where the script of the page begins. It is also the script of its workers, so that one file holds everything.

import { showPage } from './page.tsx';
import { serveJobs } from './work/serve.ts';

if (typeof document !== 'undefined') showPage(document.getElementById('page') as Element);
else serveJobs();
