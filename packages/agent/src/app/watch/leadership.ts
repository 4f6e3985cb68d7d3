import type { Clock } from '../../kernel/index.ts';
import type { HistoryWriter, Store } from '../../store/index.ts';
import type { Outbox } from './outbox.ts';

/** Whether this agent writes a target's history. */
export interface Leadership {
  /** `leading`: it writes; `following`: another agent does; `cut-off`: the store is away and what is read waits. */
  readonly state: 'leading' | 'following' | 'cut-off';
  /** Why the store is away; null while it is not. */
  readonly trouble: string | null;
  /** Whether this agent may look at the target now. */
  readonly mayObserve: boolean;
}

const RETRY_MS = 3_000;
const FLUSH_MS = 1_000;
const MAINTAIN_MS = 60_000;
/** How long the target is still looked at while the store is away. */
const CUT_OFF_MS = 3_600_000;

/** What leading is done with. */
export interface LeadershipOptions {
  readonly store: Store;
  readonly targetName: string;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
}

/**
 * Takes the lead as soon as nobody else has it, stores what waits in the outbox each second, and keeps the store in
 * order each minute. `run` ends when the signal fires, after a last flush.
 */
export function createLeadership(options: LeadershipOptions): Leadership & { run(): Promise<void> } {
  const { store, targetName, outbox, clock, signal, random } = options;
  let state: Leadership['state'] = 'following';
  let trouble: string | null = null;
  let leftMs = Number.NEGATIVE_INFINITY;
  const attempt = async (): Promise<void> => {
    const writer = await store.lead(targetName);
    try {
      const written = await (await store.target(targetName)).written();
      const isOurs = outbox.reconcile(written);
      // The lock may be held by what is left of this agent's own broken connection: then nobody else has written.
      if (writer === null && state === 'cut-off' && isOurs) return;
      // Somebody else wrote: what waits here was counted there.
      if (!isOurs) outbox.clear(written);
      if (writer === null) {
        state = 'following';
        return;
      }
      await write(writer, options, () => {
        state = 'leading';
        trouble = null;
      });
    } finally {
      await writer?.release();
    }
  };
  return {
    get state() {
      return state;
    },
    get trouble() {
      return trouble;
    },
    get mayObserve() {
      return state === 'leading' || (state === 'cut-off' && clock.monotonicMs() - leftMs < CUT_OFF_MS);
    },
    async run() {
      while (!signal.aborted) {
        try {
          await attempt();
        } catch (error) {
          trouble = error instanceof Error ? error.message : String(error);
          if (state === 'leading') {
            state = 'cut-off';
            leftMs = clock.monotonicMs();
          }
        }
        await clock.sleep(RETRY_MS * (0.75 + 0.5 * random()), signal);
      }
    },
  };
}

/**
 * Writes until the signal fires or the store is lost.
 * @param onStored called each time that nothing waits any more
 * @throws what the store says
 */
async function write(
  writer: HistoryWriter,
  { outbox, clock, signal }: LeadershipOptions,
  onStored: () => void,
): Promise<void> {
  let maintainedMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted && !writer.lost.aborted) {
    await outbox.flush(writer);
    onStored();
    if (clock.monotonicMs() - maintainedMs >= MAINTAIN_MS) {
      maintainedMs = clock.monotonicMs();
      await writer.maintain(clock.now().getTime());
    }
    await clock.sleep(FLUSH_MS, AbortSignal.any([signal, writer.lost]));
  }
  if (!writer.lost.aborted) await outbox.flush(writer);
}
