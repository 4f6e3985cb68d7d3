import type { CacheError } from '../errors.ts';
import type { StoreEvent, TagBump, TagVersion } from '../l2/types.ts';
import type { RedisClient } from './client.ts';
import type { RedisKeys } from './keys.ts';
import { translate } from './link.ts';

/** Messages of all processes, in order. */
export interface RedisFeed {
  readonly isSubscribed: boolean;
  /** Number of the last message that came; null before the first. */
  readonly lastNumber: number | null;
  /** Counts on from here, where the server's count is known. */
  startAt(number: number): void;
  /** Resolves when a key's lease is given back, or after `timeoutMs`. */
  settled(id: string, timeoutMs: number): Promise<void>;
  close(): void;
}

/** Whom a feed tells. */
export interface FeedOptions {
  readonly client: RedisClient;
  readonly keys: RedisKeys;
  /** Marks what this process sent itself. */
  readonly origin: string;
  readonly onEvent: (event: StoreEvent, isOwn: boolean) => void;
  readonly onSubscribed: () => void;
  readonly onTrouble: (error: CacheError) => void;
}

/** Subscribes over a connection of its own, again whenever it breaks. */
export function createFeed(options: FeedOptions): RedisFeed {
  return new SubscribedFeed(options);
}

class SubscribedFeed implements RedisFeed {
  readonly #options: FeedOptions;
  readonly #subscriber: RedisClient;
  readonly #waiters = new Map<string, Set<() => void>>();
  #isSubscribed = false;
  #isClosed = false;
  #lastNumber: number | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#subscriber = options.client.duplicate();
    this.#subscriber.on('error', (error) => options.onTrouble(translate(error)));
    this.#subscriber.on('ready', () => void this.#subscribe());
    this.#subscriber.on('close', () => this.#lose());
    this.#subscriber.on('message', (channel, message) => this.#hear(String(channel), String(message)));
    if (this.#subscriber.status === 'wait') this.#subscriber.connect().catch(() => undefined);
    if (this.#subscriber.status === 'ready') void this.#subscribe();
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  get lastNumber(): number | null {
    return this.#lastNumber;
  }

  startAt(number: number): void {
    this.#lastNumber = number;
  }

  settled(id: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(id) ?? new Set();
      this.#waiters.set(id, waiters);
      const end = (): void => {
        clearTimeout(timer);
        waiters.delete(end);
        if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      waiters.add(end);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#isSubscribed = false;
    this.#subscriber.disconnect();
  }

  async #subscribe(): Promise<void> {
    const { keys, onSubscribed, onTrouble } = this.#options;
    try {
      await this.#subscriber.subscribe(keys.channel, keys.fills);
      if (this.#isClosed) return;
      this.#isSubscribed = true;
      onSubscribed();
    } catch (error) {
      if (!this.#isClosed) onTrouble(translate(error));
    }
  }

  #lose(): void {
    this.#isSubscribed = false;
  }

  #hear(channel: string, message: string): void {
    const { keys, onEvent, origin } = this.#options;
    if (channel === keys.fills) {
      for (const wake of [...(this.#waiters.get(message) ?? [])]) wake();
      return;
    }
    const parsed = parseMessage(message);
    if (parsed === null) return;
    if (this.#lastNumber !== null && parsed.number !== this.#lastNumber + 1) {
      onEvent({ kind: 'gap', reason: `message ${parsed.number} came after ${this.#lastNumber}` }, false);
    }
    this.#lastNumber = parsed.number;
    // Its own deletions are done already, and may be followed by a value of its own.
    const isOwn = parsed.origin === origin;
    if (parsed.event.kind !== 'deleted' || !isOwn) onEvent(parsed.event, isOwn);
  }
}

interface Message {
  readonly number: number;
  readonly origin: string;
  readonly event: StoreEvent;
}

/** Reads `<number> <origin> <kind> <facts> <JSON>`; null where it is nobody's of ours. */
function parseMessage(message: string): Message | null {
  const [, number, origin = '', kind, facts = '', json = ''] =
    /^(\d+) (\S+) ([bdnw]) (\S+) (.*)$/s.exec(message) ?? [];
  const event = kind === undefined ? null : parseEvent(kind, facts, json);
  return event === null ? null : { number: Number(number), origin, event };
}

function parseEvent(kind: string, facts: string, json: string): StoreEvent | null {
  try {
    if (kind === 'n') return { kind: 'namespace', version: Number(facts) };
    if (kind === 'd') return { kind: 'deleted', id: JSON.parse(json) };
    if (kind === 'w') {
      const [lsn = '', atMs] = facts.split(':');
      return { kind: 'watermark', watermark: { lsn: BigInt(lsn), atMs: Number(atMs) } };
    }
    const tags: readonly string[] = JSON.parse(json);
    const versions = bumpedVersions(facts, tags.length);
    return { kind: 'invalidated', tags: tags.map((tag, index): TagBump => [tag, versions[index] ?? 0]) };
  } catch {
    return null;
  }
}

/** Reads the versions of bumped tags: a list, or one number for all of them. */
export function bumpedVersions(text: string, count: number): readonly TagVersion[] {
  const versions = text.split(',').map(Number);
  return versions.length === 1 ? new Array<TagVersion>(count).fill(versions[0] ?? 0) : versions;
}
