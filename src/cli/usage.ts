// Exit codes, and the error for an invalid command line. Spec oracle-exit.

export const EXIT = { clean: 0, mismatch: 1, usage: 2, start: 3, thin: 4, interrupted: 130 } as const;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}
