import { CACHE_ERRORS, failure } from './errors.ts';

/** Lets a few through at once. */
export interface Bulkhead {
  /** Waits for a turn. @returns a function that ends it @throws CACHE.OVERLOADED where too many wait already */
  enter(): Promise<() => void>;
}

/** Creates a bulkhead. */
export function createBulkhead(limits: {
  readonly maxConcurrentLoads: number;
  readonly maxWaitingLoads: number;
}): Bulkhead {
  const waiting: (() => void)[] = [];
  let running = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    async enter() {
      if (running < limits.maxConcurrentLoads) {
        running += 1;
        return leave;
      }
      if (waiting.length >= limits.maxWaitingLoads) {
        throw failure(CACHE_ERRORS.OVERLOADED, { running, waiting: waiting.length });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
  };
}
