// What the oracle found in a published engine, out of test/interop/OUTPUT.md.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const output = readFileSync(join(import.meta.dirname, '..', 'interop', 'OUTPUT.md'), 'utf8');

/** The table of TensorFlow.js on WebAssembly, and the first thing that was found. */
export function interopFinding(): string {
  const [, text] = /## npm run tfjs-wasm\n\n```\n([\s\S]*?)```/.exec(output) as RegExpExecArray;
  const [head, table] = text.split('\n\n');
  const [, finding] = text.split('\n\n✗ ');
  return ['```text', head, '', table, '', `✗ ${finding.trimEnd()}`, '```'].join('\n');
}
