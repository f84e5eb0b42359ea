/** See campaign.mjs. */
export function campaign(
  library: Record<string, unknown>,
  onFamily?: (family: string, digest: string) => void,
): Promise<Record<string, string>>;

/** See campaign.mjs. */
export function certificate(library: Record<string, unknown>): Promise<{
  readonly runs: 'kernels' | 'loops';
  readonly reason: string | undefined;
  readonly digests: Record<string, string>;
}>;
