import { CACHE_ERRORS, CacheError, failure } from '../errors.ts';
import type { RedisClient } from './client.ts';

/** Commands over one client, each within a time. */
export interface RedisLink {
  /** Whether commands can be sent at all. */
  readonly isConnected: boolean;
  /** Sends; rejects at once where there is no connection. @throws CACHE.STORE_* */
  send<T>(command: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Whom a link tells, and how long it waits. */
export interface LinkOptions {
  readonly timeoutMs: number;
  /** The server cannot be relied on: no answer, no connection, or it is not what it should be. */
  readonly onLost: (error: CacheError) => void;
}

interface Waiting {
  readonly sinceMs: number;
  readonly reject: (error: CacheError) => void;
}

/** Answers after which nothing else is worth asking; others are about one command. */
const UNUSABLE = /^(WRONGPASS|NOAUTH|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|MISCONF)\b/;
const REFUSAL = /^(WRONGPASS|NOAUTH|NOPERM|READONLY|DENIED|OOM|MISCONF|WRONGTYPE|NOPROTO|ERR)\b/;

/** Makes a link over a client, whose own timeouts and queues then do not matter. */
export function createLink(client: RedisClient, options: LinkOptions): RedisLink {
  return new TimedLink(client, options);
}

/** Puts what a client says into the catalogue. */
export function translate(error: unknown): CacheError {
  if (error instanceof CacheError) return error;
  const { message, code } = error as { readonly message?: string; readonly code?: string };
  const said = (message ?? String(error)).replace(/\.$/, '');
  const definition = REFUSAL.test(said) ? CACHE_ERRORS.STORE_REFUSED : CACHE_ERRORS.STORE_UNREACHABLE;
  const isNamed = code === undefined || said.includes(code);
  return failure(
    definition,
    { reason: isNamed ? said || 'the connection failed' : `${code}: ${said}` },
    error,
  );
}

class TimedLink implements RedisLink {
  readonly #client: RedisClient;
  readonly #options: LinkOptions;
  /** In the order in which they were sent, which is that of their deadlines: one timer is enough. */
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(client: RedisClient, options: LinkOptions) {
    this.#client = client;
    this.#options = options;
  }

  get isConnected(): boolean {
    return !this.#isClosed && this.#client.status === 'ready';
  }

  send<T>(command: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.isConnected) {
        const status = this.#isClosed ? 'closed' : this.#client.status;
        reject(failure(CACHE_ERRORS.STORE_UNREACHABLE, { reason: `The connection is ${status}` }));
        return;
      }
      const waiting: Waiting = { sinceMs: performance.now(), reject };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(() => this.#sweepSoon(), this.#options.timeoutMs);
      command().then(
        (answer) => {
          this.#waiting.delete(waiting);
          resolve(answer);
        },
        (error: unknown) => {
          this.#waiting.delete(waiting);
          const said = translate(error);
          if (isUnusable(error)) this.#options.onLost(said);
          reject(said);
        },
      );
    });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const { reject } of this.#waiting) {
      reject(failure(CACHE_ERRORS.STORE_UNREACHABLE, { reason: 'The cache was closed' }));
    }
    this.#waiting.clear();
  }

  /** After a stall of this process the answers lie in the socket: they are read before anybody is called late. */
  #sweepSoon(): void {
    setImmediate(() => this.#sweep());
  }

  #sweep(): void {
    this.#timer = null;
    const { timeoutMs, onLost } = this.#options;
    const nowMs = performance.now();
    let late: CacheError | null = null;
    for (const waiting of this.#waiting) {
      const leftMs = waiting.sinceMs + timeoutMs - nowMs;
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#sweepSoon(), leftMs);
        break;
      }
      this.#waiting.delete(waiting);
      late ??= failure(CACHE_ERRORS.STORE_TIMEOUT, { timeoutMs });
      waiting.reject(late);
    }
    if (late !== null) onLost(late);
  }
}

function isUnusable(error: unknown): boolean {
  const said = error instanceof Error ? error.message : '';
  return UNUSABLE.test(said) || !REFUSAL.test(said);
}
