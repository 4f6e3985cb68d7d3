import type { OwnConnection } from '../postgres/index.ts';
import type { StoredEvent } from '../series/index.ts';
import { type KindName, SERIES_KINDS, seriesKind } from '../series/index.ts';
import { readDiagnosis, type StoredDiagnosis } from './diagnoses.ts';
import { appendEvents, readEvents } from './events.ts';
import { readExecutions, type StoredExecution } from './executions.ts';
import { readLatestPlans, readPlans, type StoredPlan } from './plans.ts';
import { readHistory } from './read/history.ts';
import { readTotals } from './read/totals.ts';
import { HOUR_MS, type Resolution } from './resolutions.ts';
import { SCHEMA } from './schema.ts';
import type { SealedFamily } from './seal.ts';
import type { History, TimeRange, Totals } from './types.ts';

/** What to draw: a kind of series over a stretch of time. */
export interface HistoryQuery {
  readonly kind: KindName;
  /** All series of the kind when left out; those that do not exist are left out. */
  readonly keys?: readonly (readonly string[])[];
  readonly range: TimeRange;
  /**
   * Adds up the series of one name, which becomes their key. Only for kinds whose columns are all sums. A stack of
   * thousands of series is drawn many times faster so.
   */
  readonly groupBy?: (key: readonly string[]) => string;
  /** Chosen by the length of the range when left out. */
  readonly resolution?: Resolution;
}

/** The history of one target, for readers, and what any agent may add to it. */
export interface TargetHistory {
  readonly targetId: number;
  history(query: HistoryQuery): Promise<History>;
  totals(kind: KindName, range: TimeRange): Promise<Totals>;
  events(range: TimeRange): Promise<readonly StoredEvent[]>;
  /** When the first and the last tick of a kind were read; null when there is none. */
  span(kind: KindName): Promise<TimeRange | null>;
  /** The name of the portion of samples that was stored last; null when it has none. */
  written(): Promise<string | null>;
  /** The last diagnosis; null before the first. */
  diagnosis(): Promise<StoredDiagnosis | null>;
  /** Plans of one statement, the one seen last first. */
  plans(fingerprint: string): Promise<readonly StoredPlan[]>;
  /** The plan of each statement that was seen last, by fingerprint. */
  latestPlans(source: StoredPlan['source']): Promise<ReadonlyMap<string, StoredPlan>>;
  /** Executions of one statement as the server logged them: the latest and the slowest, the latest first. */
  executions(fingerprint: string): Promise<readonly StoredExecution[]>;
  /** Adds events; unlike samples they may come from any agent. */
  appendEvents(events: readonly StoredEvent[]): Promise<void>;
}

interface ReadableFamily extends SealedFamily {
  readonly keys: KeyReader;
}

/** Opens the history of a target for reading. */
export function createTargetHistory(connection: OwnConnection, targetId: number): TargetHistory {
  const families = new Map<KindName, ReadableFamily>();
  const familyOf = async (name: KindName): Promise<ReadableFamily | null> => {
    const known = families.get(name);
    if (known !== undefined) return known;
    const rows = await connection.run(`select id from ${SCHEMA}.family where target_id = $1 and kind = $2`, [
      targetId,
      name,
    ]);
    if (rows[0] === undefined) return null;
    const id = Number(rows[0]['id']);
    const family = { id, kind: seriesKind(name), keys: createKeyReader(connection, id) };
    families.set(name, family);
    return family;
  };
  return {
    targetId,
    history: async (query) => readSeries(connection, await familyOf(query.kind), query),
    async totals(name, range) {
      const family = await familyOf(name);
      if (family === null) return { coveredMs: 0, series: [] };
      const { coveredMs, series } = await readTotals(connection, family, range);
      const keys = await family.keys.all();
      return {
        coveredMs,
        series: [...series].map(([ordinal, values]) => ({
          key: keys.get(ordinal) ?? [],
          values: byName(name, values),
        })),
      };
    },
    async written() {
      const rows = await connection.run(`select written from ${SCHEMA}.target where id = $1`, [targetId]);
      return (rows[0]?.['written'] ?? null) as string | null;
    },
    ...planReaders(connection, targetId),
    diagnosis: () => readDiagnosis(connection, targetId),
    appendEvents: (events) => appendEvents(connection, targetId, events),
    events: (range) => readEvents(connection, targetId, range),
    span: async (name) => {
      const family = await familyOf(name);
      return family === null ? null : readSpan(connection, family);
    },
  };
}

async function readSeries(
  connection: OwnConnection,
  family: ReadableFamily | null,
  query: HistoryQuery,
): Promise<History> {
  const { kind, range } = query;
  const resolution = query.resolution ?? resolutionFor(family?.kind.hasMinutes ?? false, range);
  if (family === null) return emptyHistory(resolution);
  const keys = await (query.keys === undefined ? family.keys.all() : family.keys.some(query.keys));
  const groups = query.groupBy === undefined ? null : groupsOf(keys, query.groupBy);
  const { axis, series } = await readHistory(connection, {
    family,
    resolution,
    range,
    ...(query.keys === undefined ? {} : { ordinals: [...keys.keys()] }),
    ...(groups === null ? {} : { groupOf: groups.numberOf }),
  });
  const names = groups?.keys ?? keys;
  return {
    axis,
    series: [...series].map(([number, columns]) => ({
      key: names.get(number) ?? [],
      columns: byName(kind, columns),
    })),
  };
}

function planReaders(
  connection: OwnConnection,
  targetId: number,
): Pick<TargetHistory, 'plans' | 'latestPlans' | 'executions'> {
  return {
    plans: (fingerprint) => readPlans(connection, targetId, fingerprint),
    latestPlans: (source) => readLatestPlans(connection, targetId, source),
    executions: (fingerprint) => readExecutions(connection, targetId, fingerprint),
  };
}

/** The finest resolution that draws a stretch of time in no more points than a chart can show. */
function resolutionFor(hasMinutes: boolean, range: TimeRange): Resolution {
  const lengthMs = range.toMs - range.fromMs;
  if (lengthMs <= 2 * HOUR_MS || (!hasMinutes && lengthMs <= 26 * HOUR_MS)) return 'raw';
  if (hasMinutes && lengthMs <= 13 * HOUR_MS) return '1m';
  return lengthMs <= 8 * 24 * HOUR_MS ? '5m' : '1h';
}

interface Groups {
  readonly keys: ReadonlyMap<number, readonly string[]>;
  numberOf(ordinal: number): number;
}

/** Numbers the names that keys are added up by. */
function groupsOf(
  keys: ReadonlyMap<number, readonly string[]>,
  groupBy: (key: readonly string[]) => string,
): Groups {
  const names = new Map<string, number>();
  const numbers = new Map<number, number>();
  for (const [ordinal, key] of keys) {
    const name = groupBy(key);
    const number = names.get(name) ?? names.size;
    names.set(name, number);
    numbers.set(ordinal, number);
  }
  return {
    keys: new Map([...names].map(([name, number]) => [number, [name]])),
    // A series that came into being since the keys were read has no name yet.
    numberOf: (ordinal) => numbers.get(ordinal) ?? names.size,
  };
}

function byName<T>(kind: KindName, columns: readonly T[]): Readonly<Record<string, T>> {
  const named: Record<string, T> = {};
  const { columns: known } = SERIES_KINDS[kind];
  for (let index = 0; index < columns.length; index += 1) {
    const name = known[index]?.name;
    if (name !== undefined) named[name] = columns[index] as T;
  }
  return named;
}

function emptyHistory(resolution: Resolution): History {
  return { axis: { resolution, atMs: new Float64Array(0), coveredMs: new Float64Array(0) }, series: [] };
}

/** Reads the keys of one family, by ordinal. A key never changes its ordinal, so that each is read once. */
interface KeyReader {
  all(): Promise<ReadonlyMap<number, readonly string[]>>;
  some(wanted: readonly (readonly string[])[]): Promise<ReadonlyMap<number, readonly string[]>>;
}

function createKeyReader(connection: OwnConnection, familyId: number): KeyReader {
  const known = new Map<number, readonly string[]>();
  return {
    async all() {
      const rows = await connection.run(
        `select ordinal, to_json(key) as key from ${SCHEMA}.series where family_id = $1 and ordinal >= $2`,
        [familyId, known.size],
      );
      for (const { ordinal, key } of rows) known.set(Number(ordinal), key as readonly string[]);
      return known;
    },
    async some(wanted) {
      const rows = await connection.run(
        // One look into the index for each: as a join all keys would be read.
        `select place, (
          select s.ordinal from ${SCHEMA}.series s
          where s.family_id = $1 and s.key = array(select jsonb_array_elements_text(e))
        ) as ordinal
        from jsonb_array_elements($2::jsonb) with ordinality w (e, place)`,
        [familyId, JSON.stringify(wanted)],
      );
      return new Map(
        rows
          .filter(({ ordinal }) => ordinal !== null)
          .map(({ ordinal, place }) => [Number(ordinal), wanted[Number(place) - 1] ?? []]),
      );
    },
  };
}

async function readSpan(connection: OwnConnection, family: SealedFamily): Promise<TimeRange | null> {
  const parts = ['block_raw', 'block_5m', 'block_1h'].map(
    (table) => `select min(at) as low, max(at) as high from ${SCHEMA}.${table} where family_id = $1`,
  );
  const rows = await connection.run(
    `select extract(epoch from min(low))::float8 * 1000 as low, extract(epoch from max(high))::float8 * 1000 as high
    from (${parts.join(' union all ')}) p`,
    [family.id],
  );
  const low = rows[0]?.['low'];
  const high = rows[0]?.['high'];
  return typeof low === 'number' && typeof high === 'number' ? { fromMs: low, toMs: high } : null;
}
