import {
  type AlertStateStore,
  type DeliveryLog,
  decodeMemory,
  encodeMemory,
  formatMatcher,
  notificationOfJson,
  parseMatcher,
  type Silence,
  type SilenceStore,
} from '../../alert/index.ts';
import { unwrap } from '../../kernel/index.ts';
import type { AlertTables } from '../../store/index.ts';

/** Keeps what alerting remembers in the store. @throws ALERT.MEMORY_INVALID for what another version wrote */
export function stateStore(tables: AlertTables): AlertStateStore {
  return {
    async load() {
      const body = await tables.memory();
      return body === null ? null : unwrap(decodeMemory(body));
    },
    save: (memory) => tables.saveMemory(encodeMemory(memory)),
  };
}

/** Keeps silences in the store. */
export function silenceStore(tables: AlertTables): SilenceStore {
  return {
    async list(now) {
      const stored = await tables.silences(now);
      return stored.flatMap((silence): readonly Silence[] => {
        const matchers = silence.matchers.map((text) => parseMatcher(text));
        // A matcher that cannot be read mutes nothing: better one alert too many.
        return matchers.every(({ ok }) => ok) ? [{ ...silence, matchers: matchers.map(unwrap) }] : [];
      });
    },
    add: (silence) => tables.addSilence({ ...silence, matchers: silence.matchers.map(formatMatcher) }),
    async expire(id, at) {
      await tables.expireSilence(id, at);
    },
  };
}

/** Keeps notifications on their way in the store. */
export function deliveryLog(tables: AlertTables): DeliveryLog {
  return {
    enqueue: (deliveries) =>
      tables.enqueue(deliveries.map(({ notification, ...rest }) => ({ ...rest, body: notification }))),
    async due(now) {
      const stored = await tables.due(now);
      const read = stored.map(({ body, ...rest }) => ({ rest, notification: notificationOfJson(body) }));
      for (const { rest, notification } of read) {
        if (notification !== null) continue;
        const { id: delivery, channel, attemptsCount } = rest;
        const error = 'another version wrote it in a form that this one cannot read';
        const nothing = { responseStatus: null, durationMs: 0, nextAttemptAt: null };
        await tables.record({
          delivery,
          channel,
          at: now,
          status: 'failed',
          error,
          attemptsCount,
          ...nothing,
        });
      }
      return read.flatMap(({ rest, notification }) =>
        notification === null ? [] : [{ ...rest, notification }],
      );
    },
    record: (attempt) => tables.record(attempt),
  };
}
