// Where the script of the page begins. It is also the script of the worker, so that one file holds everything.

import { showPage } from './page.tsx';

if (typeof document !== 'undefined') showPage(document.getElementById('page') as Element);
