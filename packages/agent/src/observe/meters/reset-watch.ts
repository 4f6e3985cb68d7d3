/** Notices that statistics were reset, by the time of their last reset. */
export interface ResetWatch {
  /** @returns whether they were reset since the last look; false at the first */
  look(statsReset: Date | null): boolean;
  /** Forgets the last look: another server has another time of reset. */
  forget(): void;
}

/** Starts without a look. */
export function createResetWatch(): ResetWatch {
  let last: number | null | undefined;
  return {
    look(statsReset) {
      const time = statsReset?.getTime() ?? null;
      const isReset = last !== undefined && last !== time;
      last = time;
      return isReset;
    },
    forget() {
      last = undefined;
    },
  };
}
