import type {
  AlertMemory,
  Attempt,
  Delivery,
  ErrorBudget,
  FindingsReading,
  Reading,
  Silence,
} from './types.ts';

/** Where measurements come from. */
export interface MeasurementSource {
  /** Names of the targets under care; alerts of any other are dropped. */
  targets(): Promise<readonly string[]>;
  /** Gives the last reading of a measurement on each target that has one. */
  latest(measurement: string): Promise<readonly Reading[]>;
  /** Gives the readings of a measurement from `from` to before `to`, oldest first. */
  range(measurement: string, from: Date, to: Date): Promise<readonly Reading[]>;
}

/** Where findings come from. */
export interface FindingSource {
  /** Gives the last diagnosis of each target that has one. */
  latest(): Promise<readonly FindingsReading[]>;
}

/** Where the events of objectives come from. */
export interface ErrorBudgetSource {
  /**
   * Counts events.
   * @param windowMs length of the window that ends at `now`, in milliseconds
   * @returns null when nothing was counted in the window
   */
  errorBudget(objective: string, target: string, windowMs: number, now: Date): Promise<ErrorBudget | null>;
}

/** Keeps what must survive a restart. */
export interface AlertStateStore {
  /** Gives what was saved last; null the first time. See `decodeMemory`. */
  load(): Promise<AlertMemory | null>;
  /** Replaces what was saved. See `encodeMemory`. */
  save(memory: AlertMemory): Promise<void>;
}

/** Keeps silences. */
export interface SilenceStore {
  /** Gives every silence that ends after `now`. */
  list(now: Date): Promise<readonly Silence[]>;
  add(silence: Silence): Promise<void>;
  /** Ends a silence early; nothing happens when there is none of this id. */
  expire(id: string, at: Date): Promise<void>;
}

/** The queue of notifications and the record of attempts. */
export interface DeliveryLog {
  /** Adds deliveries; one whose id is known already is left as it is. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  /**
   * Gives what is to be attempted: of each channel and group key the oldest delivery that is neither delivered
   * nor failed, if its time has come. So no group's news overtakes its own older news.
   */
  due(now: Date): Promise<readonly Delivery[]>;
  /** Records an attempt; `retry` moves the delivery to `nextAttemptAt`, any other status ends it. */
  record(attempt: Attempt): Promise<void>;
}
