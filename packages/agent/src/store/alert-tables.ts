import type { OwnConnection, OwnRow } from '../postgres/index.ts';
import { SCHEMA } from './schema.ts';

/** A silence as it is kept; matchers are written as the owner writes them. */
export interface StoredSilence {
  readonly id: string;
  readonly matchers: readonly string[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly author: string;
  readonly comment: string;
}

/** A notification that waits. */
export interface StoredDelivery {
  readonly id: string;
  readonly channel: string;
  readonly groupKey: string;
  /** Fit for JSON. */
  readonly body: unknown;
  readonly enqueuedAt: Date;
  readonly nextAttemptAt: Date;
  readonly attemptsCount: number;
}

/** How one attempt to deliver went. */
export interface StoredAttempt {
  readonly delivery: string;
  readonly channel: string;
  readonly at: Date;
  readonly status: 'delivered' | 'retry' | 'failed';
  readonly responseStatus: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  readonly attemptsCount: number;
  /** Null when there is no further attempt. */
  readonly nextAttemptAt: Date | null;
}

/** What alerting keeps. */
export interface AlertTables {
  /** Gives what was saved last; null before the first time. */
  memory(): Promise<string | null>;
  saveMemory(body: string): Promise<void>;
  /** Gives the silences that end after `now`. */
  silences(now: Date): Promise<readonly StoredSilence[]>;
  addSilence(silence: StoredSilence): Promise<void>;
  /** Ends a silence early. @returns false when there is none of this id that still holds */
  expireSilence(id: string, at: Date): Promise<boolean>;
  /** Adds deliveries; one whose id is known is left as it is. */
  enqueue(deliveries: readonly StoredDelivery[]): Promise<void>;
  /** Gives of each channel and group the oldest delivery that waits, if its time has come. */
  due(now: Date): Promise<readonly StoredDelivery[]>;
  record(attempt: StoredAttempt): Promise<void>;
  /** Gives the last attempts, the latest first. */
  attempts(limit: number): Promise<readonly Omit<StoredAttempt, 'nextAttemptAt'>[]>;
  /** Forgets what was delivered, tried or silenced before. */
  forget(before: Date): Promise<void>;
}

/** Opens what alerting keeps. */
export function createAlertTables(connection: OwnConnection): AlertTables {
  return { ...memoryOf(connection), ...silencesOf(connection), ...deliveriesOf(connection) };
}

function memoryOf(connection: OwnConnection): Pick<AlertTables, 'memory' | 'saveMemory'> {
  return {
    async memory() {
      const rows = await connection.run(`select body from ${SCHEMA}.alert_memory`);
      return rows[0] === undefined ? null : String(rows[0]['body']);
    },
    async saveMemory(body) {
      await connection.run(
        `insert into ${SCHEMA}.alert_memory (body) values ($1)
        on conflict (id) do update set body = excluded.body, saved_at = now()`,
        [body],
      );
    },
  };
}

function silencesOf(
  connection: OwnConnection,
): Pick<AlertTables, 'silences' | 'addSilence' | 'expireSilence'> {
  return {
    async silences(now) {
      const rows = await connection.run(
        `select id, matchers, starts_at, ends_at, author, comment from ${SCHEMA}.silence
        where ends_at > $1 order by ends_at, id`,
        [now],
      );
      return rows.map((row) => ({
        id: String(row['id']),
        matchers: row['matchers'] as readonly string[],
        startsAt: row['starts_at'] as Date,
        endsAt: row['ends_at'] as Date,
        author: String(row['author']),
        comment: String(row['comment']),
      }));
    },
    async addSilence({ id, matchers, startsAt, endsAt, author, comment }) {
      await connection.run(
        `insert into ${SCHEMA}.silence (id, matchers, starts_at, ends_at, author, comment)
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing`,
        [id, matchers, startsAt, endsAt, author, comment],
      );
    },
    async expireSilence(id, at) {
      const rows = await connection.run(
        `update ${SCHEMA}.silence set ends_at = $2 where id = $1 and ends_at > $2 returning id`,
        [id, at],
      );
      return rows.length > 0;
    },
  };
}

function deliveriesOf(
  connection: OwnConnection,
): Pick<AlertTables, 'enqueue' | 'due' | 'record' | 'attempts' | 'forget'> {
  return {
    async enqueue(deliveries) {
      if (deliveries.length === 0) return;
      await connection.run(
        `insert into ${SCHEMA}.delivery (id, channel, group_key, body, enqueued_at, next_attempt_at, attempts)
        select e ->> 'id', e ->> 'channel', e ->> 'groupKey', e -> 'body', (e ->> 'enqueuedAt')::timestamptz,
          (e ->> 'nextAttemptAt')::timestamptz, (e ->> 'attemptsCount')::integer
        from jsonb_array_elements($1::jsonb) with ordinality x (e, n) order by n
        on conflict (id) do nothing`,
        [JSON.stringify(deliveries)],
      );
    },
    async due(now) {
      const rows = await connection.run(
        `select * from (
          select distinct on (channel, group_key) * from ${SCHEMA}.delivery where next_attempt_at is not null
          order by channel, group_key, ordinal
        ) oldest where next_attempt_at <= $1 order by ordinal`,
        [now],
      );
      return rows.map(deliveryOf);
    },
    record: (attempt) =>
      connection.transaction(async (inside) => {
        const { delivery, channel, at, status, responseStatus, error, durationMs, attemptsCount } = attempt;
        await inside.run(
          `insert into ${SCHEMA}.delivery_attempt
          (delivery_id, channel, at, status, response_status, error, duration_ms, attempt)
          values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [delivery, channel, at, status, responseStatus, error, Math.round(durationMs), attemptsCount],
        );
        await inside.run(`update ${SCHEMA}.delivery set next_attempt_at = $2, attempts = $3 where id = $1`, [
          delivery,
          attempt.nextAttemptAt,
          attemptsCount,
        ]);
      }),
    async attempts(limit) {
      const rows = await connection.run(
        `select * from ${SCHEMA}.delivery_attempt order by id desc limit $1`,
        [limit],
      );
      return rows.map(attemptOf);
    },
    async forget(before) {
      await connection.run(`delete from ${SCHEMA}.delivery_attempt where at < $1`, [before]);
      await connection.run(
        `delete from ${SCHEMA}.delivery where next_attempt_at is null and enqueued_at < $1`,
        [before],
      );
      await connection.run(`delete from ${SCHEMA}.silence where ends_at < $1`, [before]);
    },
  };
}

function deliveryOf(row: OwnRow): StoredDelivery {
  return {
    id: String(row['id']),
    channel: String(row['channel']),
    groupKey: String(row['group_key']),
    body: row['body'],
    enqueuedAt: row['enqueued_at'] as Date,
    nextAttemptAt: row['next_attempt_at'] as Date,
    attemptsCount: Number(row['attempts']),
  };
}

function attemptOf(row: OwnRow): Omit<StoredAttempt, 'nextAttemptAt'> {
  return {
    delivery: String(row['delivery_id']),
    channel: String(row['channel']),
    at: row['at'] as Date,
    status: row['status'] as StoredAttempt['status'],
    responseStatus: row['response_status'] === null ? null : Number(row['response_status']),
    error: row['error'] === null ? null : String(row['error']),
    durationMs: Number(row['duration_ms']),
    attemptsCount: Number(row['attempt']),
  };
}
