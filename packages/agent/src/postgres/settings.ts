import { durationSetting, type Setting } from '../settings/index.ts';

/** Settings of the sessions that pgsteward opens on a target. */
export const POSTGRES_SETTINGS: Readonly<Record<'connectTimeoutMs' | 'lockTimeoutMs', Setting<number>>> = {
  connectTimeoutMs: durationSetting({
    key: 'postgres.connect-timeout-ms',
    summary: 'Longest wait for a connection to open.',
    default: 5_000,
    minimum: 100,
    maximum: 600_000,
    source: 'libpq connect_timeout as monitoring tools set it',
  }),
  lockTimeoutMs: durationSetting({
    key: 'postgres.lock-timeout-ms',
    summary: 'Longest wait of a read for a lock, so that pgsteward never queues behind DDL.',
    default: 200,
    minimum: 1,
    maximum: 60_000,
    source: 'PostgreSQL docs 20.11.1, lock_timeout; pgsteward principle "the observer is never the incident"',
  }),
};
