import { runCatalogQuery, serverSettingsQuery } from '../../catalog/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { StoredEvent } from '../../series/index.ts';
import type { Meter } from './types.ts';

/** Notices settings of the server that changed. */
export function createSettingsMeter(clock: Clock): Meter {
  let last: ReadonlyMap<string, string> | null = null;
  return {
    id: 'settings',
    // Settings that changed while nobody looked did change.
    forget: () => undefined,
    async read(session) {
      const result = await runCatalogQuery(session, serverSettingsQuery);
      if (!result.ok) return { batches: [], events: [], unavailable: result.unavailable };
      const before = last;
      const now = new Map(result.rows.map((row) => [row.name, row.value]));
      last = now;
      if (before === null) return { batches: [], events: [], unavailable: null };
      const at = clock.now();
      const events: StoredEvent[] = [];
      for (const [name, value] of now) {
        const earlier = before.get(name);
        if (earlier !== undefined && earlier !== value) {
          events.push({ at, kind: 'setting', subject: name, detail: { before: earlier, after: value } });
        }
      }
      return { batches: [], events, unavailable: null };
    },
  };
}
