/** See report.mjs. */
export function readmeTables(results: unknown): string;
