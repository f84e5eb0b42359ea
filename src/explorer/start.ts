// Where the script of the page begins. It is also the script of its workers, so that one file holds everything.

import { serveJobs } from './jobs/serve.ts';
import { showPage } from './page.tsx';

if (typeof document !== 'undefined') showPage(document.getElementById('page') as Element);
else serveJobs();
