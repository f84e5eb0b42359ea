// What the author of an engine may do about a finding that is a matter of what was promised. Spec oracle-report.

import type { Finding } from '../findings/finding.ts';

/** How engines say that they do not offer something. */
const refusal =
  /not (yet )?(been )?(supported|implemented|available|offered)|unsupported|unimplemented|NotImplemented|(does not|doesn't|only) supports?\b/i;

const skipping =
  'if the engine does not offer this, let it skip: throw an error of the name \'Skip\' (skip of toeplitz/oracle), or answer {"seq", "skip": why}';
const free = "if the engine promises nothing for NaN, let it declare traits: { nan: 'free' }";

export function adviceOn({ kind, id, verdict: { message, first } }: Finding): string[] {
  if (kind === 'error') return refusal.test(message) ? [skipping] : [];
  const isLost = first !== undefined && Number.isNaN(first.expected) && !Number.isNaN(first.got);
  return isLost && /\/(nan|\w+NaN)\/|[=,]NaN/.test(id) ? [free] : [];
}
