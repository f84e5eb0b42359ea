// Exit codes, and the errors for an invalid command line and for files that cannot be used. Spec oracle-exit.

export const EXIT = { clean: 0, mismatch: 1, usage: 2, start: 3, thin: 4, interrupted: 130 } as const;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Why a file is refused by this program; the system has reasons of its own, which are errors with a code. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

/** Whether a file is refused, by this program or by the system. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof FileError || (error instanceof Error && typeof codeOf(error) === 'string');

/** Does something with files. A refusal becomes an error of usage that begins with `what`, such as `cannot read x.npy`. */
export async function orRefused<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw new UsageError(`${what}: ${error.message}`);
  }
}
