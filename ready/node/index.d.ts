/** How a deferred value is loaded. */
export interface DeferredOptions {
  /** In log lines; else the loader's name. */
  name?: string
  /** Whether it begins at once, so that waiting overlaps with what else init does. */
  start?: boolean
  /** Whether `join()` waits for it: `init_end` (the default) does, `first_use` lets it run on, and freeze. */
  join?: 'init_end' | 'first_use'
  /** Milliseconds after which the next use loads it anew, for what grows old as connections do. */
  refreshAfterMs?: number
}

/** What answers a keep-warm ping. */
export interface Warmed {
  warmgate: 'warm'
  /** The log stream. */
  environment: string | null
  /** Whether this was the environment's first call, and its init was not made ahead of calls. */
  cold: boolean
  /** What failed to load, by name, with the error's name; it is tried again at its use. */
  failed?: Record<string, string>
}

/** Return a function that gives what a loader gave: loaded at first use, in init where no caller waits for it. */
export function deferred<T>(load: () => T | PromiseLike<T>, options?: DeferredOptions): () => Promise<T>

/** Whether all is loaded in init: by WARMGATE_READY (eager or lazy), else by AWS_LAMBDA_INITIALIZATION_TYPE. */
export function eager(): boolean

/** Wait for what was begun to be done by the end of init: `await join()` as the last line of an ES module. */
export function join(): Promise<void>

/** Load everything that was declared; rejects with the first error after all have been tried. */
export function ready(): Promise<void>

/** Whether a call is a keep-warm ping; ask once for each call of the function. */
export function isWarming(event: unknown, context?: unknown): boolean

/** Load everything, hold the environment for as long as the ping says, and give the answer. */
export function warmed(event: unknown, context?: unknown): Promise<Warmed>

/** Return a handler that answers keep-warm pings itself, and gives every other call to the handler. */
export function warmable<H extends (event: any, context: any, callback?: any) => any>(
  handler: H
): (...call: Parameters<H>) => ReturnType<H> | Promise<Warmed>
