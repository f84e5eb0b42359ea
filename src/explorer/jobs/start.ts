// The page's side: starts a job in a worker of its own.

import type { Job, Reply, Request } from './job.ts';
import type * as jobs from './list.ts';

type Jobs = typeof jobs;
type ArgsOf<Name extends keyof Jobs> = Jobs[Name] extends Job<infer Args, infer _> ? Args : never;
type MessageOf<Name extends keyof Jobs> = Jobs[Name] extends Job<infer _, infer Message> ? Message : never;

export interface Handlers<Message> {
  message(message: Message): void;
  error(text: string): void;
  done?(): void;
}

export interface Running {
  /** Asks the job to end; what it knows by then it still says. */
  stop(): void;
  /** Ends it at once. */
  end(): void;
}

/** The script of the page is that of the worker: a file, or the text in the page itself. */
function script(): string {
  const code = document.getElementById('code') as HTMLScriptElement;
  return code.src || URL.createObjectURL(new Blob([code.textContent ?? ''], { type: 'text/javascript' }));
}

export function startJob<Name extends keyof Jobs>(
  job: Name,
  args: ArgsOf<Name>,
  on: Handlers<MessageOf<Name>>,
): Running {
  let worker: Worker;
  try {
    worker = new Worker(script());
  } catch (error) {
    // Each browser has an error of its own for workers that it or a policy forbids.
    on.error(`This browser gives the page no worker, so nothing can run beside it: ${(error as Error).message}`);
    return { stop() {}, end() {} };
  }
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if ('message' in data) return on.message(data.message as MessageOf<Name>);
    worker.terminate();
    if ('error' in data) on.error(data.error);
    else on.done?.();
  };
  worker.onerror = ({ message }) => {
    worker.terminate();
    on.error(message || 'The worker could not be started: open the page from disk as explorer.html, or from a server.');
  };
  worker.postMessage({ job, args } satisfies Request);
  return {
    stop: () => worker.postMessage({ stop: true } satisfies Request),
    end: () => worker.terminate(),
  };
}
