// The report on a published engine, shortened from the page of findings.

import { textOf } from './generated.ts';

/** The table of TensorFlow.js on WebAssembly, and the first finding. */
export function interopFinding(): string {
  const [, text] = /## npm run interop -- tfjs-wasm\n\n```\n([\s\S]*?)```/.exec(
    textOf('spec/guide/findings.md'),
  ) as RegExpExecArray;
  const [head, table] = text.split('\n\n');
  const [, finding] = text.split('\n\n✗ ');
  return ['```text', head, '', table, '', `✗ ${finding.trimEnd()}`, '```'].join('\n');
}
