/** See report.mjs. */
export function peerTable(results: unknown): string;
/** See report.mjs. */
export function casePage(results: unknown): string;
