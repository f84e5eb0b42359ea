// Writes the page into a folder, and as one file to where the package has it, unless that is null.

export function build(
  folder?: string,
  packed?: string | null,
): Promise<{
  readonly folder: string;
  /** Of the one file. */
  readonly bytes: number;
  readonly gzipped: number;
}>;
