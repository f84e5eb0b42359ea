// `toeplitz explore` as a user runs it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { program, toeplitz } from './run.ts';

test('[cli-explore] the page is served on this machine, alone, until an interrupt', async () => {
  const child = spawn(process.execPath, [program, 'explore', '--port', '0']);
  try {
    const [address] = await once(child.stdout, 'data');
    const url = String(address).trim();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(await page.text()).toContain('<title>toeplitz explorer</title>');
    expect((await fetch(`${url}package.json`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    const taken = await toeplitz('explore', '--port', new URL(url).port);
    expect([taken.code, taken.err]).toEqual([2, expect.stringContaining('is in use; choose another with --port')]);
  } finally {
    child.kill('SIGINT');
  }
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test.each(['65536', '-1', '80a', '', '1.5'])('[cli-explore] port %j is refused', async (port) => {
  const { code, err } = await toeplitz('explore', `--port=${port}`);
  expect([code, err]).toEqual([2, expect.stringContaining('--port must be a whole number from 0 to 65535')]);
});

test('[cli-explore] --file prints where the page is', async () => {
  const { code, out } = await toeplitz('explore', '--file');
  expect([code, out.trim()]).toEqual([0, expect.stringMatching(/dist\/explorer\.html$/)]);
});
