// A job that a worker does for a tab: it says messages while it runs, and ends early when it is asked to.

export type Job<Args, Message> = (
  args: Args,
  say: (message: Message) => void,
  signal: AbortSignal,
) => void | Promise<void>;

/** To the worker. */
export type Request = { readonly job: string; readonly args: unknown } | { readonly stop: true };

/** From the worker. */
export type Reply = { readonly message: unknown } | { readonly error: string } | { readonly done: true };
