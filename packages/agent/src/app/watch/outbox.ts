import { randomUUID } from 'node:crypto';
import type { SampleBatch, StoredEvent } from '../../series/index.ts';
import type { HistoryWriter, StoredDiagnosis, StoredExecution, StoredPlan } from '../../store/index.ts';

/** What was read and is not stored yet. */
export interface Outbox {
  put(batches: readonly SampleBatch[], events?: readonly StoredEvent[]): void;
  putTexts(texts: ReadonlyMap<string, string>): void;
  /** Puts a diagnosis in the place of the one before. */
  putDiagnosis(diagnosis: StoredDiagnosis): void;
  putPlans(plans: readonly StoredPlan[]): void;
  putExecutions(executions: readonly StoredExecution[]): void;
  /** Stores all that waits; what the store does not take stays. @throws what the store says */
  flush(writer: HistoryWriter): Promise<void>;
  /** Forgets what waits: another agent wrote last, under this name, and nothing is counted twice. */
  clear(written: string | null): void;
  /**
   * Finds out from the name of what was stored last whether a portion that was under way arrived, and takes it out.
   * @returns false when somebody else has stored something since
   */
  reconcile(written: string | null): boolean;
  readonly waitingRows: number;
  /** Rows that had to be dropped because the store was away for too long. */
  readonly droppedRows: number;
}

/** Rows that may wait: an hour of 5,000 statements, about 100 MB. */
const MOST_ROWS = 300_000;
/** Plans that may wait; as many executions. */
const MOST_PLANS = 1_000;
/** Batches that are stored in one transaction. */
const BATCHES_AT_ONCE = 50;

/** Makes an empty outbox. The oldest batches go first when there are too many. */
export function createOutbox(): Outbox {
  return new MemoryOutbox();
}

/** What is stored in one transaction. */
interface Portion {
  readonly mark: string;
  readonly batches: ReadonlySet<SampleBatch>;
  readonly events: ReadonlySet<StoredEvent>;
}

class MemoryOutbox implements Outbox {
  waitingRows = 0;
  droppedRows = 0;
  #batches: SampleBatch[] = [];
  #events: readonly StoredEvent[] = [];
  #texts: ReadonlyMap<string, string> = new Map();
  #plans: readonly StoredPlan[] = [];
  #executions: readonly StoredExecution[] = [];
  #diagnosis: StoredDiagnosis | null = null;
  readonly #name = randomUUID();
  #portions = 0;
  /** What is under way, until it is known to have arrived. */
  #sent: Portion | null = null;
  #written: string | null = null;

  put(batches: readonly SampleBatch[], events: readonly StoredEvent[] = []): void {
    this.#batches.push(...batches);
    this.#events = [...this.#events, ...events];
    this.waitingRows += rowsOf(batches);
    while (this.waitingRows > MOST_ROWS && this.#batches.length > 1) {
      const dropped = this.#batches.shift()?.rows.length ?? 0;
      this.waitingRows -= dropped;
      this.droppedRows += dropped;
    }
  }

  putTexts(texts: ReadonlyMap<string, string>): void {
    this.#texts = new Map([...this.#texts, ...texts]);
  }

  putDiagnosis(diagnosis: StoredDiagnosis): void {
    this.#diagnosis = diagnosis;
  }

  putPlans(plans: readonly StoredPlan[]): void {
    this.#plans = [...this.#plans, ...plans].slice(-MOST_PLANS);
  }

  putExecutions(executions: readonly StoredExecution[]): void {
    this.#executions = [...this.#executions, ...executions].slice(-MOST_PLANS);
  }

  async flush(writer: HistoryWriter): Promise<void> {
    // What is put while something is stored waits for the next time: only what was sent is taken out.
    const texts = this.#texts;
    if (texts.size > 0) {
      await writer.keepTexts(texts);
      this.#texts = new Map([...this.#texts].filter(([fingerprint]) => !texts.has(fingerprint)));
    }
    while (this.#batches.length > 0 || this.#events.length > 0) {
      const sent = this.#nextPortion();
      this.#sent = sent;
      await writer.append([...sent.batches], { events: [...sent.events], mark: sent.mark });
      this.#settle(sent);
    }
    const plans = this.#plans;
    await writer.savePlans(plans);
    const kept = new Set(plans);
    this.#plans = this.#plans.filter((plan) => !kept.has(plan));
    const executions = this.#executions;
    await writer.saveExecutions(executions);
    const stored = new Set(executions);
    this.#executions = this.#executions.filter((execution) => !stored.has(execution));
    const diagnosis = this.#diagnosis;
    if (diagnosis === null) return;
    await writer.saveDiagnosis(diagnosis);
    if (this.#diagnosis === diagnosis) this.#diagnosis = null;
  }

  reconcile(written: string | null): boolean {
    if (this.#sent !== null && this.#sent.mark === written) this.#settle(this.#sent);
    // A store that went back in time, as to a backup, holds an earlier portion of this agent.
    return this.#written === written || written?.startsWith(`${this.#name}/`) === true;
  }

  clear(written: string | null): void {
    this.#batches = [];
    this.#events = [];
    this.#diagnosis = null;
    this.#sent = null;
    this.#written = written;
    this.waitingRows = 0;
  }

  #nextPortion(): Portion {
    this.#portions += 1;
    return {
      mark: `${this.#name}/${this.#portions}`,
      batches: new Set(this.#batches.slice(0, BATCHES_AT_ONCE)),
      events: new Set(this.#events),
    };
  }

  /** Takes out what was stored; what was put meanwhile stays. */
  #settle({ mark, batches, events }: Portion): void {
    this.#batches = this.#batches.filter((batch) => !batches.has(batch));
    this.#events = this.#events.filter((event) => !events.has(event));
    this.waitingRows = rowsOf(this.#batches);
    this.#written = mark;
    this.#sent = null;
  }
}

function rowsOf(batches: readonly SampleBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.rows.length, 0);
}
