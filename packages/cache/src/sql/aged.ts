/** Something that is read, held, and read again in the background when it is old. */
export interface Aged<T> {
  /** Gives what is held, without waiting; null before the first reading. */
  readonly current: () => T | null;
  /** Gives what is held, else reads it. */
  readonly get: () => Promise<T>;
}

/** Holds what `read` gives; where it fails later, what was held stays. */
export function createAged<T>(read: () => Promise<T>, maxAgeMs: number): Aged<T> {
  let held: { readonly value: T; readonly untilMs: number } | null = null;
  let reading: Promise<T> | null = null;
  const again = (): Promise<T> => {
    reading ??= read()
      .then((value) => {
        held = { value, untilMs: performance.now() + maxAgeMs };
        return value;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const current = (): T | null => {
    if (held === null) return null;
    if (performance.now() >= held.untilMs) {
      // Not for each read while the database is away.
      held = { ...held, untilMs: performance.now() + maxAgeMs };
      again().catch(() => undefined);
    }
    return held.value;
  };
  return {
    current,
    get: async () => current() ?? again(),
  };
}
