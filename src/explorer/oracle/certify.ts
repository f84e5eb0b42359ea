// This browser's certificate: the digests of the repository's campaign, computed in a worker.

import { campaign } from '../../../test/certify/campaign.mjs';
import * as library from '../../index.ts';
import * as ops from '../../ops/index.ts';
import type { Job } from '../jobs/job.ts';

export type Certified =
  | { readonly runs: 'kernels' | 'loops'; readonly reason: string | undefined }
  | { readonly family: string; readonly digest: string };

export const certify: Job<Record<never, never>, Certified> = async (_, say) => {
  if (!globalThis.crypto?.subtle)
    throw new Error(
      'This address is not secure, so the browser gives no SHA-256. Open the page from https or from disk.',
    );
  say(library.host());
  await campaign({ ...library, ...ops }, (family, digest) => say({ family, digest }));
};
