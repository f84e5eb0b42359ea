/** See campaign.mjs. */
export function campaign(
  library: Record<string, unknown>,
  onFamily?: (family: string, digest: string) => void,
): Promise<Record<string, string>>;
