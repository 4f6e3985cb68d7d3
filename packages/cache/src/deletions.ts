/** Remembers what was deleted when, so that nothing read before is held after. */
export interface Deletions {
  add(id: string): void;
  /** Counts as if everything had been deleted now. */
  addAll(): void;
  /** Whether the id was deleted after a time of `performance.now()`. */
  isSince(id: string, sinceMs: number): boolean;
}

/** Beyond it the list starts anew, as if everything had been deleted: what runs then is not held. */
const MAXIMUM_IDS = 10_000;

/** Creates an empty list. */
export function createDeletions(): Deletions {
  const atMs = new Map<string, number>();
  let allAtMs = Number.NEGATIVE_INFINITY;
  const addAll = (): void => {
    atMs.clear();
    allAtMs = performance.now();
  };
  return {
    add(id) {
      if (atMs.size >= MAXIMUM_IDS) addAll();
      else atMs.set(id, performance.now());
    },
    addAll,
    isSince: (id, sinceMs) => sinceMs < allAtMs || sinceMs < (atMs.get(id) ?? Number.NEGATIVE_INFINITY),
  };
}
