/** Invalidations of the last minute: a server that takes over may not have heard of them. */
export interface RecentBumps {
  add(tags: readonly string[]): void;
  /** Gives them; null where there were more than can be repeated. */
  list(): readonly string[] | null;
}

/** @source Redis docs, "Replication": it is asynchronous, so that a failover loses what was not sent yet */
const REMEMBERED_MS = 60_000;
const MAXIMUM_TAGS = 10_000;

/** Creates an empty list. */
export function createRecentBumps(): RecentBumps {
  const atMs = new Map<string, number>();
  let overflowAtMs = Number.NEGATIVE_INFINITY;
  const forget = (nowMs: number): void => {
    for (const [tag, addedMs] of atMs) {
      if (nowMs - addedMs <= REMEMBERED_MS) return;
      atMs.delete(tag);
    }
  };
  return {
    add(tags) {
      const nowMs = performance.now();
      for (const tag of tags) {
        // Moves it to the end: the oldest stay first.
        atMs.delete(tag);
        atMs.set(tag, nowMs);
      }
      if (atMs.size <= MAXIMUM_TAGS) return;
      forget(nowMs);
      if (atMs.size <= MAXIMUM_TAGS) return;
      atMs.clear();
      overflowAtMs = nowMs;
    },
    list() {
      const nowMs = performance.now();
      if (nowMs - overflowAtMs <= REMEMBERED_MS) return null;
      forget(nowMs);
      return [...atMs.keys()];
    },
  };
}
