// A host that is not on this machine: said together with what to install, and no failure.

import { existsSync } from 'node:fs';

export class Absent extends Error {}

/** The first of `paths` that exists. Debian has it in `packages`. */
export function firstOf(paths, packages) {
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Absent(`no ${paths.at(-1)}; Debian: apt-get install ${packages}`);
  return found;
}
