import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WorkerContext } from './context.ts';
import { invalidate } from './invalidate.ts';
import { pause, roundsApartMs } from './pause.ts';
import type { StreamedTransaction } from './read-transactions.ts';
import { type DatabaseSnapshot, extendXid, isVisible } from './snapshot.ts';

/**
 * Turns transactions into invalidations. The stream tells of a commit before others see it (for long, where a standby must
 * confirm it): who loads in between reads the old rows under the new version. So a transaction counts as done when it
 * was invalidated *after* a snapshot saw it. One that is not seen yet is invalidated at once too.
 */
export interface Delivery {
  /** Takes the next transaction, in the order of commits. */
  push(transaction: StreamedTransaction): void;
  readonly pendingCount: number;
  /** Resolves when all up to there is done, or the worker was stopped. */
  done(lsn: bigint): Promise<void>;
}

/** What a delivery needs. */
export interface DeliveryOptions {
  readonly context: WorkerContext;
  readonly readSnapshot: () => Promise<DatabaseSnapshot>;
  /** Told when nothing more is wanted for now, and when it is again. */
  readonly onRest: (isResting: boolean) => void;
}

interface Pending {
  readonly transaction: StreamedTransaction;
  /** Whether it was invalidated before it was seen. */
  isEarly: boolean;
}

interface Waiter {
  readonly lsn: bigint;
  readonly resolve: () => void;
}

const HIGH_TAGS = 200_000;
/** One transaction that comes alone waits for nothing. */
const LEAST_APART_MS = 5;
/** How soon to look again for one that is not seen: commonly the time that a commit takes to end. */
const LOOK_AGAIN_MS = 2;
const SLOWEST_LOOK_MS = 50;

/** Starts to deliver. */
export function createDelivery(options: DeliveryOptions): Delivery {
  return new OrderedDelivery(options);
}

class OrderedDelivery implements Delivery {
  readonly #options: DeliveryOptions;
  #pending: Pending[] = [];
  #pendingTags = 0;
  #waiters: Waiter[] = [];
  #isHigh = false;
  #isBetweenRounds = false;
  #isResting = false;
  #wake: () => void = () => undefined;
  #lookMs = LOOK_AGAIN_MS;
  #nextRoundAtMs = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    options.context.signal.addEventListener('abort', () => this.#stop(), { once: true });
    void this.#run();
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  push(transaction: StreamedTransaction): void {
    this.#pending.push({ transaction, isEarly: false });
    this.#pendingTags += transaction.tags.length;
    this.#noteRest();
    this.#wake();
  }

  done(lsn: bigint): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ lsn, resolve });
      this.#tellWaiters();
    });
  }

  #stop(): void {
    this.#wake();
    this.#tellWaiters();
  }

  async #run(): Promise<void> {
    const { signal } = this.#options.context;
    while (!signal.aborted) {
      if (this.#pending.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (signal.aborted) resolve();
        });
      } else {
        await this.#round();
      }
    }
  }

  async #round(): Promise<void> {
    const { context } = this.#options;
    const { signal } = context;
    await this.#rest();
    const beginMs = performance.now();
    const batch = [...this.#pending];
    const snapshot = await this.#snapshot();
    const seen = new Set(batch.filter(({ transaction }) => isSeen(transaction, snapshot)));
    const due = batch.filter((one) => seen.has(one) || !one.isEarly);
    if (due.length > 0 && !(await invalidate(context, merge(due)))) return;
    for (const one of due) one.isEarly = true;
    this.#nextRoundAtMs = beginMs + roundsApartMs(performance.now() - beginMs, LEAST_APART_MS);
    this.#settle(seen);
    if (seen.size > 0) this.#lookMs = LOOK_AGAIN_MS;
    else {
      await pause(this.#lookMs, signal);
      this.#lookMs = Math.min(2 * this.#lookMs, SLOWEST_LOOK_MS);
    }
  }

  /**
   * Waits for the next round's time, then takes what came meanwhile. Until then the stream is left alone: what waits in
   * its buffer is read at once, not commit by commit.
   */
  async #rest(): Promise<void> {
    const earlyMs = this.#nextRoundAtMs - performance.now();
    if (earlyMs <= 0) return;
    this.#isBetweenRounds = true;
    this.#noteRest();
    await pause(earlyMs, this.#options.context.signal);
    this.#isBetweenRounds = false;
    this.#noteRest();
    await nextTurn();
  }

  /** Without an answer nothing counts as seen. */
  async #snapshot(): Promise<DatabaseSnapshot | null> {
    try {
      return await this.#options.readSnapshot();
    } catch {
      // The session ends with its connection, which tells why.
      return null;
    }
  }

  #settle(seen: ReadonlySet<Pending>): void {
    if (seen.size === 0) return;
    const { listeners, progress } = this.#options.context;
    let [tags, lsn] = [0, 0n];
    for (const { transaction } of seen) {
      tags += transaction.tags.length;
      if (transaction.endLsn > lsn) lsn = transaction.endLsn;
    }
    this.#pending = this.#pending.filter((one) => !seen.has(one));
    this.#pendingTags -= tags;
    progress.transactions += seen.size;
    progress.tags += tags;
    listeners.emit('invalidate', { transactions: seen.size, tags, lsn });
    this.#noteRest();
    this.#tellWaiters();
  }

  #tellWaiters(): void {
    const { signal } = this.#options.context;
    const first = this.#pending[0]?.transaction.endLsn ?? null;
    this.#waiters = this.#waiters.filter(({ lsn, resolve }) => {
      if (!signal.aborted && first !== null && first <= lsn) return true;
      resolve();
      return false;
    });
  }

  #noteRest(): void {
    this.#isHigh = this.#pendingTags > (this.#isHigh ? HIGH_TAGS / 2 : HIGH_TAGS);
    const isResting = this.#isHigh || this.#isBetweenRounds;
    if (isResting === this.#isResting) return;
    this.#isResting = isResting;
    this.#options.onRest(isResting);
  }
}

function isSeen({ xid }: StreamedTransaction, snapshot: DatabaseSnapshot | null): boolean {
  if (xid === null) return true;
  return snapshot !== null && isVisible(snapshot, extendXid(xid, snapshot.xmax));
}

function merge(due: readonly Pending[]): Parameters<typeof invalidate>[1] {
  const tags = new Set<string>();
  let [isEverything, lsn] = [false, 0n];
  for (const { transaction } of due) {
    for (const tag of transaction.tags) tags.add(tag);
    isEverything ||= transaction.isEverything;
    if (transaction.endLsn > lsn) lsn = transaction.endLsn;
  }
  return { tags: [...tags], isEverything, lsn };
}
