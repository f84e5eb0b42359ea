// One seed for every property, or the same mutant would die today and live tomorrow; counterexamples need not be small.

import fc from 'fast-check';

fc.configureGlobal({ seed: 1, endOnFailure: true });
