import type { StatementRow } from '../../observe/index.ts';
import type { MetricDefinition, MetricSample, MetricUnit, TableMetrics, TargetMetrics } from './types.ts';

type Value<T> = (row: T) => number | null | undefined;

/** Gives the one value of a metric without labels. */
export function one(value: number): readonly MetricSample[] {
  return [{ labels: {}, value }];
}

/** @source prometheus-community/postgres_exporter collector/pg_stat_database.go: names, labels, times in milliseconds */
export function database(
  name: string,
  help: string,
  unit: MetricUnit,
  value: Value<NonNullable<TargetMetrics['database']>>,
): MetricDefinition {
  return {
    name: `pg_stat_database_${name}`,
    help,
    unit,
    kind: 'counter',
    samples: ({ database: row, server }) => {
      const found = row === null ? null : value(row);
      if (row === null || server === null || found === null || found === undefined) return [];
      const labels = { datid: String(server.databaseOid), datname: row.name };
      return [{ labels, value: found, since: row.statsReset }];
    },
  };
}

type SinglePart = 'checkpoints' | 'wal' | 'archiver';

type DefineSingle<K extends SinglePart> = (
  name: string,
  help: string,
  unit: MetricUnit,
  value: Value<NonNullable<TargetMetrics[K]>>,
) => MetricDefinition;

/** Gives what declares the counters of a view with one row. */
export function countersOf<K extends SinglePart>(part: K): DefineSingle<K> {
  return (name, help, unit, value) => ({
    name,
    help,
    unit,
    kind: 'counter',
    samples: (from) => {
      const row = from[part];
      const found = row === null ? null : value(row as NonNullable<TargetMetrics[K]>);
      if (row === null || found === null || found === undefined) return [];
      return [{ labels: {}, value: found, since: 'statsReset' in row ? row.statsReset : null }];
    },
  });
}

/** @source prometheus-community/postgres_exporter collector/pg_stat_statements.go */
export function statement(
  name: string,
  help: string,
  unit: MetricUnit,
  value: (row: StatementRow) => number,
): MetricDefinition {
  return {
    name: `pg_stat_statements_${name}_total`,
    help,
    unit,
    kind: 'counter',
    samples: ({ statements, database: row }) =>
      (statements ?? []).map((each) => ({
        labels: { datname: row?.name ?? '', queryid: each.queryId },
        value: value(each),
        since: each.statsSince,
      })),
  };
}

/**
 * @source prometheus-community/postgres_exporter collector/pg_stat_user_tables.go
 */
export function table(
  name: string,
  help: string,
  { unit, kind }: Pick<MetricDefinition, 'unit' | 'kind'>,
  value: (row: TableMetrics) => number,
): MetricDefinition {
  return {
    name: `pg_stat_user_tables_${name}`,
    help,
    unit,
    kind,
    // A reset of one table moves the time of the whole database.
    samples: ({ tables, database: row }) =>
      (tables ?? []).map((each) => ({
        labels: { datname: row?.name ?? '', schemaname: each.schema, relname: each.name },
        value: value(each),
        since: row?.statsReset ?? null,
      })),
  };
}

type Session = NonNullable<TargetMetrics['sessions']>[number];

/** Sessions grouped by database and state. */
export function sessionsBy(
  from: TargetMetrics,
  value: (rows: readonly Session[]) => number,
): readonly MetricSample[] {
  const groups = new Map<string, Session[]>();
  for (const row of from.sessions ?? []) {
    if (row.backendType !== 'client backend') continue;
    const key = JSON.stringify([row.database ?? '', row.state ?? 'unknown']);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([key, rows]) => {
    const [datname = '', state = ''] = JSON.parse(key) as readonly string[];
    return { labels: { datname, state }, value: value(rows) };
  });
}
