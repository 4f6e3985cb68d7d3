import type { CacheEvents } from './types.ts';

/** Those who listen to a cache, or to what works for it. */
export interface Listeners<Events = CacheEvents> {
  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void;
  /** Whether anybody would hear: the reason for a detail must not cost a hit anything. */
  has(event: keyof Events): boolean;
  /** Tells; a listener that throws ends the process like any other event's would. */
  emit<K extends keyof Events>(event: K, detail: Events[K]): void;
}

/** Creates an empty list. */
export function createListeners<Events = CacheEvents>(): Listeners<Events> {
  const lists = new Map<keyof Events, Set<(detail: never) => void>>();
  return {
    on(event, listener) {
      const list = lists.get(event) ?? new Set();
      lists.set(event, list);
      // A listener given twice is told twice, and each ends for itself.
      const own = (detail: never): void => listener(detail);
      list.add(own);
      return () => {
        list.delete(own);
        if (list.size === 0) lists.delete(event);
      };
    },
    has: (event) => lists.has(event),
    emit(event, detail) {
      const list = lists.get(event);
      if (list === undefined) return;
      for (const listener of [...list]) {
        try {
          listener(detail as never);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
