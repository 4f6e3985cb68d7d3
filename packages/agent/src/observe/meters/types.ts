import type { Unavailable } from '../../catalog/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { SampleBatch, StoredEvent } from '../../series/index.ts';

/** What one round of a meter gives. */
export interface MeterReading {
  readonly batches: readonly SampleBatch[];
  readonly events: readonly StoredEvent[];
  /** Why something could not be read; null when all was. */
  readonly unavailable: Unavailable | null;
}

/**
 * Reads the same thing again and again and remembers what it read last: what it gives of counters is their growth.
 * One meter belongs to one target.
 */
export interface Meter {
  /** Short name: `statements`. */
  readonly id: string;
  /**
   * Reads once.
   * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
   */
  read(session: Session): Promise<MeterReading>;
  /** Forgets what was read last: the time until the next round stays a gap. */
  forget(): void;
}
