import { CACHE_ERRORS, type CacheError, failure } from '../errors.ts';
import type { StoreEvent, Watermark } from '../l2/types.ts';
import type { RedisClient } from './client.ts';
import type { RedisFeed } from './feed.ts';
import type { RedisKeys } from './keys.ts';
import { type RedisLink, translate } from './link.ts';
import { createServerClock, type ServerClock } from './server-clock.ts';
import { readVitals, type Vitals } from './vitals.ts';

/** Says whether the server can be relied on. */
export interface RedisWatch {
  readonly isServing: boolean;
  readonly hasServed: boolean;
  readonly clock: ServerClock;
  /** Notes that it cannot be relied on; what must be repaired is repaired before it serves again. */
  lose(error: CacheError): void;
  /** Looks now, as when a connection has come back. */
  look(): void;
  /** Why it does not serve; null before the first try. */
  readonly trouble: CacheError | null;
  /** Resolves when it serves, or after a time. @returns whether it does */
  serves(timeoutMs: number): Promise<boolean>;
  close(): void;
}

/** What a watch needs, and whom it tells. */
export interface WatchOptions {
  readonly client: RedisClient;
  readonly link: () => RedisLink;
  readonly feed: () => RedisFeed;
  readonly keys: RedisKeys;
  readonly onEvent: (event: StoreEvent) => void;
  readonly onWatermark: (watermark: Watermark) => void;
  /**
   * Repairs what a server that took over, or started anew, does not know.
   * @param silentMs for how long nothing was heard of the one before; null where this is the first
   */
  readonly repair: (vitals: Vitals, silentMs: number | null) => Promise<void>;
}

const HEARTBEAT_MS = 500;
const RETRY_MS = 100;
const LATE_MS = 50;

/** Starts to watch. */
export function createWatch(options: WatchOptions): RedisWatch {
  return new HeartbeatWatch(options);
}

class HeartbeatWatch implements RedisWatch {
  readonly clock: ServerClock = createServerClock();
  readonly #options: WatchOptions;
  readonly #waiters = new Set<() => void>();
  #isServing = false;
  #isLooking = false;
  #isClosed = false;
  #trouble: CacheError | null = null;
  #identity: string | null = null;
  /** What the server's count was at the last heartbeat: those messages have come by the next, or are lost. */
  #expectedNumber: number | null = null;
  #awaySinceMs = performance.now();
  /** When the server was last seen to be the same. */
  #heardAtMs = performance.now();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get isServing(): boolean {
    return this.#isServing;
  }

  get hasServed(): boolean {
    return this.#identity !== null;
  }

  get trouble(): CacheError | null {
    return this.#trouble;
  }

  lose(error: CacheError): void {
    this.#trouble = error;
    if (!this.#isServing) return;
    this.#isServing = false;
    this.#expectedNumber = null;
    this.#awaySinceMs = performance.now();
    this.#options.onEvent({ kind: 'away', error });
    this.#lookIn(0);
  }

  look(): void {
    this.#lookIn(0);
  }

  serves(timeoutMs: number): Promise<boolean> {
    if (this.#isServing) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(end);
        resolve(this.#isServing);
      };
      const timer = setTimeout(end, timeoutMs);
      this.#waiters.add(end);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#isServing = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const end of [...this.#waiters]) end();
  }

  #lookIn(delayMs: number): void {
    if (this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), delayMs);
    // A cache must not keep a process alive.
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    try {
      if (this.#isServing) await this.#beat();
      else await this.#recover();
    } catch (error) {
      this.lose(translate(error));
    } finally {
      this.#isLooking = false;
      this.#lookIn(this.#isServing ? HEARTBEAT_MS : RETRY_MS);
    }
  }

  async #beat(): Promise<void> {
    const vitals = await this.#read();
    const { feed, onEvent } = this.#options;
    if (vitals.identity !== this.#identity) {
      this.lose(failure(CACHE_ERRORS.STORE_UNREACHABLE, { reason: 'Another server has taken over' }));
      return;
    }
    const last = feed().lastNumber ?? 0;
    const expected = this.#expectedNumber ?? last;
    if (!feed().isSubscribed || last < expected) {
      feed().startAt(vitals.lastNumber);
      onEvent({ kind: 'gap', reason: `message ${expected} did not come` });
    }
    this.#expectedNumber = vitals.lastNumber;
    this.#heardAtMs = performance.now();
  }

  /** Serves again once it is known which server answers, the messages come, and what was lost is repaired. */
  async #recover(): Promise<void> {
    const { feed, onEvent, onWatermark, repair } = this.#options;
    if (!feed().isSubscribed) {
      throw failure(CACHE_ERRORS.STORE_UNREACHABLE, { reason: 'The subscription is not up' });
    }
    const silentMs = this.#identity === null ? null : performance.now() - this.#heardAtMs;
    const vitals = await this.#readSoundly();
    if (vitals.identity !== this.#identity) await repair(vitals, silentMs);
    if (this.#isClosed) return;
    this.#identity = vitals.identity;
    this.#heardAtMs = performance.now();
    feed().startAt(vitals.lastNumber);
    this.#expectedNumber = vitals.lastNumber;
    const watermark = parseWatermark(vitals.watermark);
    if (watermark !== null) {
      this.clock.hasShown(watermark.atMs);
      onWatermark(watermark);
    }
    onEvent({ kind: 'gap', reason: 'the shared store is back' });
    this.#isServing = true;
    this.#trouble = null;
    onEvent({ kind: 'serving', awayMs: performance.now() - this.#awaySinceMs });
    for (const end of [...this.#waiters]) end();
  }

  /** A server that was paused answers late, which says little of its clock: it is asked once more. */
  async #readSoundly(): Promise<Vitals> {
    const vitals = await this.#read();
    return vitals.clock.endMs - vitals.clock.beginMs > LATE_MS ? this.#read() : vitals;
  }

  async #read(): Promise<Vitals> {
    const { client, keys, link } = this.#options;
    const vitals = await link().send(() => readVitals(client, keys));
    this.clock.learn(vitals.clock);
    return vitals;
  }
}

function parseWatermark(text: string): Watermark | null {
  const [, lsn, atMs] = /^(\d+):(\d+)$/.exec(text) ?? [];
  return lsn === undefined ? null : { lsn: BigInt(lsn), atMs: Number(atMs) };
}
