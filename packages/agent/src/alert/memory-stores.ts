import type { AlertStateStore, DeliveryLog, SilenceStore } from './ports.ts';
import type { AlertMemory, Attempt, Delivery, Silence } from './types.ts';

/** A delivery log in memory: for tests and for one run without a store. The port's meaning, in its shortest form. */
export interface MemoryDeliveryLog extends DeliveryLog {
  /** Everything recorded, oldest first. */
  readonly attempts: readonly Attempt[];
}

/** Opens an empty delivery log in memory. */
export function createMemoryDeliveryLog(): MemoryDeliveryLog {
  const known = new Set<string>();
  const waiting = new Map<string, Delivery>();
  const attempts: Attempt[] = [];
  return {
    attempts,
    enqueue: async (deliveries) => {
      for (const delivery of deliveries) {
        if (known.has(delivery.id)) continue;
        known.add(delivery.id);
        waiting.set(delivery.id, delivery);
      }
    },
    due: async (now) => {
      const oldest = new Map<string, Delivery>();
      for (const delivery of waiting.values()) {
        const line = JSON.stringify([delivery.channel, delivery.groupKey]);
        if (!oldest.has(line)) oldest.set(line, delivery);
      }
      return [...oldest.values()].filter(({ nextAttemptAt }) => nextAttemptAt <= now);
    },
    record: async (attempt) => {
      attempts.push(attempt);
      const delivery = waiting.get(attempt.delivery);
      if (delivery === undefined) return;
      const { nextAttemptAt, attemptsCount } = attempt;
      if (nextAttemptAt === null) waiting.delete(delivery.id);
      else waiting.set(delivery.id, { ...delivery, nextAttemptAt, attemptsCount });
    },
  };
}

/** Opens an alert state store in memory. */
export function createMemoryStateStore(): AlertStateStore {
  let saved: AlertMemory | null = null;
  return {
    load: async () => saved,
    save: async (memory) => {
      saved = memory;
    },
  };
}

/** Opens a silence store in memory. */
export function createMemorySilenceStore(): SilenceStore {
  const silences = new Map<string, Silence>();
  return {
    list: async (now) => [...silences.values()].filter(({ endsAt }) => endsAt > now),
    add: async (silence) => {
      silences.set(silence.id, silence);
    },
    expire: async (id, at) => {
      const silence = silences.get(id);
      if (silence !== undefined && silence.endsAt > at) silences.set(id, { ...silence, endsAt: at });
    },
  };
}
