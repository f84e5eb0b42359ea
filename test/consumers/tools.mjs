// Where things are, and how a script is run.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const here = import.meta.dirname;
export const out = join(here, 'dist');
export const modules = join(here, 'node_modules');

/** What `node …args` prints; an error with the end of it if it fails. */
export function node(args, { command = process.execPath, cwd = here } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${stdout}${stderr}`.trim().split('\n').slice(-8).join(' '));
  return stdout.trim();
}

/** Runs the script of an installed package. */
export const tool = (script, ...args) => node([join(modules, script), ...args]);

export const version = (name) => JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;
