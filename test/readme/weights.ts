// What the entry points weigh: the published files that an import of each loads, gzipped one by one.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** A file of dist/ and all that it imports. */
function filesOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*["'](\.[^"']+)["']/g))
    filesOf(join(dirname(file), path), found);
  return found;
}

const zipped = (file: string): number => gzipSync(readFileSync(file), { level: 9 }).length;

export interface Weight {
  readonly entry: string;
  readonly files: number;
  readonly bytes: number;
}

export function weights(): Weight[] {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string' && !target.endsWith('.wasm')) return [];
    const files = [...filesOf(join(root, typeof target === 'string' ? target : target.default))];
    const bytes = files.reduce((sum, file) => sum + zipped(file), 0);
    return [{ entry: path.replace('.', 'toeplitz'), files: files.length, bytes }];
  });
}

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);

/** Every entry point, and what it adds to the core. */
export function weightTable(all = weights()): string {
  const [core] = all;
  const rows = all.map(({ entry, files, bytes }) => {
    const isApart = entry === core.entry || entry.endsWith('.wasm');
    return `| \`${entry}\` | ${files} | ${kilobytes(bytes)} | ${isApart ? '' : kilobytes(bytes - core.bytes)} |`;
  });
  return ['| entry point | files | KB gzipped | beyond the core |', '| --- | --: | --: | --: |', ...rows].join('\n');
}

/** The core in a sentence. */
export const weightSentence = (all = weights()): string =>
  `An import of the core, which holds the kernels, loads ${Math.round(all[0].bytes / 1000)} KB gzipped; ` +
  '[a table](spec/guide/speed.md#what-an-import-loads) has the other entry points.';
