// The digests of the fixed campaign on this host, with the kernels and in plain JavaScript; `npm run certify` tests
// other hosts.

import { afterEach, expect, test, vi } from 'vitest';
import { campaign } from './certify/campaign.mjs';
import digests from './certify/digests.json' with { type: 'json' };

const library = async () => ({ ...(await import('../src/index.ts')), ...(await import('../src/ops/index.ts')) });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

test('[numerics-order] the kernels give the digests of the repository', async () => {
  expect(await campaign(await library())).toEqual(digests);
});

test('[numerics-order] plain JavaScript, on a host without WebAssembly, gives the same digests', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(await campaign(await library())).toEqual(digests);
  expect(warn).toHaveBeenCalledTimes(1);
});
