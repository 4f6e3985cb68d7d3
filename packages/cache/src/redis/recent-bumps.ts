/** Invalidations of the last minute, and of some of the one before: a server that takes over may not have heard of them. */
export interface RecentBumps {
  add(tags: readonly string[]): void;
  /** Gives them; null where there were more than can be repeated. */
  list(): readonly string[] | null;
}

/** @source Redis docs, "Replication": it is asynchronous, so that a failover loses what was not sent yet */
const REMEMBERED_MS = 60_000;
const MAXIMUM_TAGS = 10_000;

interface Minute {
  readonly beginMs: number;
  readonly tags: Set<string>;
}

/** Creates an empty list. */
export function createRecentBumps(): RecentBumps {
  return new BumpsByMinute();
}

/** By the minute, not by the tag: under many writes a minute is full soon, and then notes nothing more. */
class BumpsByMinute implements RecentBumps {
  #last: Minute | null = null;
  #now: Minute = beginMinute();

  add(tags: readonly string[]): void {
    this.#turn();
    for (const tag of tags) {
      if (isFull(this.#now)) return;
      this.#now.tags.add(tag);
    }
  }

  list(): readonly string[] | null {
    this.#turn();
    const tags = new Set([...(this.#last?.tags ?? []), ...this.#now.tags]);
    return isFull(this.#now) || (this.#last !== null && isFull(this.#last)) ? null : [...tags];
  }

  #turn(): void {
    const ageMs = performance.now() - this.#now.beginMs;
    if (ageMs <= REMEMBERED_MS) return;
    this.#last = ageMs <= 2 * REMEMBERED_MS ? this.#now : null;
    this.#now = beginMinute();
  }
}

function beginMinute(): Minute {
  return { beginMs: performance.now(), tags: new Set() };
}

function isFull({ tags }: Minute): boolean {
  return tags.size > MAXIMUM_TAGS;
}
