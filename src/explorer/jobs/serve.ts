// The worker's side: does the job that it is asked for.

import type { Job, Reply, Request } from './job.ts';
import * as list from './list.ts';

const jobs: Readonly<Record<string, Job<never, unknown>>> = { ...list };

export function serveJobs(): void {
  const stop = new AbortController();
  const say = (reply: Reply): void => postMessage(reply);
  addEventListener('message', async ({ data }: MessageEvent<Request>) => {
    if ('stop' in data) return stop.abort();
    const job = jobs[data.job];
    try {
      await job(data.args as never, (message) => say({ message }), stop.signal);
      say({ done: true });
    } catch (error) {
      // Whatever a job throws is shown on the page.
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  });
}
