// Data outside the repository, in ../shared or where TOEPLITZ_SHARED points; tests that need them are reported as
// skipped without them.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = process.env.TOEPLITZ_SHARED ?? resolve(import.meta.dirname, '../../shared');

/** Why a test was skipped: `ctx.skip(path === undefined, ABSENT)`. */
export const ABSENT = 'no ../shared beside the repository and no TOEPLITZ_SHARED';

/** The absolute path of a shared file or folder, where it is present. */
export function shared(path: string): string | undefined {
  const absolute = resolve(ROOT, path);
  return existsSync(absolute) ? absolute : undefined;
}
