import { backendPid, openSession } from './session.ts';

/** Sessions that misbehave until they are closed. */
export interface PlantedSessions {
  /** Server process by application_name. */
  readonly pids: ReadonlyMap<string, number>;
  /** Ends them all; may be called twice. */
  readonly close: () => Promise<void>;
}

/**
 * Opens three sessions that a static schema cannot hold: `market-research idle` keeps a row locked in an open
 * transaction, `market-research blocked` waits for that row, `market-research sleeper` runs for ten minutes.
 * They are younger than the default thresholds; the manifest names the settings to lower.
 */
export async function plantSessions(url: string): Promise<PlantedSessions> {
  const names = ['idle', 'blocked', 'sleeper'].map((role) => `market-research ${role}`);
  const clients = await Promise.all(names.map((name) => openSession(url, { application_name: name })));
  const [idle, blocked, sleeper] = clients;
  const pids = await Promise.all(clients.map(backendPid));
  const lock = 'update stock_levels set quantity = quantity where item_id = 3';
  await idle?.query('begin');
  await idle?.query(lock);
  // Both end when they are terminated below.
  blocked?.query(lock).catch(() => undefined);
  sleeper?.query('select pg_sleep(600)').catch(() => undefined);
  return {
    pids: new Map(names.map((name, place) => [name, pids[place] ?? 0])),
    async close() {
      // Taken out, so that a second call cannot end a later session that got the same process id.
      const ending = pids.splice(0);
      const ender = await openSession(url);
      try {
        await ender.query('select pg_terminate_backend(pid) from pg_stat_activity where pid = any($1)', [
          ending,
        ]);
      } finally {
        await Promise.allSettled([...clients, ender].map((client) => client.end()));
      }
    },
  };
}
