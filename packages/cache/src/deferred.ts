import type { L2Store } from './l2/types.ts';

/** Invalidations that the shared store could not take. */
export interface Deferred {
  readonly isEmpty: boolean;
  readonly count: number;
  addTags(tags: readonly string[]): void;
  addId(id: string): void;
  addAll(): void;
  /** Repeats them. What is added meanwhile stays. @throws what the store throws; nothing is lost then */
  replay(store: L2Store): Promise<void>;
}

/** Beyond it the whole namespace is invalidated instead. */
const MAXIMUM_ITEMS = 10_000;

/** Creates an empty list. */
export function createDeferred(): Deferred {
  let tags = new Set<string>();
  let ids = new Set<string>();
  let isAll = false;
  const addAll = (): void => {
    isAll = true;
    tags = new Set();
    ids = new Set();
  };
  const limit = (): void => {
    if (tags.size + ids.size > MAXIMUM_ITEMS) addAll();
  };
  return {
    get isEmpty() {
      return !isAll && tags.size === 0 && ids.size === 0;
    },
    get count() {
      return isAll ? 1 : tags.size + ids.size;
    },
    addTags(added) {
      if (isAll) return;
      for (const tag of added) tags.add(tag);
      limit();
    },
    addId(id) {
      if (isAll) return;
      ids.add(id);
      limit();
    },
    addAll,
    async replay(store) {
      if (isAll) {
        await store.bumpNamespace();
        isAll = false;
      }
      while (tags.size > 0) {
        const told = [...tags];
        await store.bump(told);
        for (const tag of told) tags.delete(tag);
      }
      for (const id of ids) {
        await store.delete(id);
        ids.delete(id);
      }
    },
  };
}
