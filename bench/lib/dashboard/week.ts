import type { SampleBatch, SampleRow, StoredEvent } from '../../../packages/agent/src/series/index.ts';
import type { HistoryWriter } from '../../../packages/agent/src/store/index.ts';
import { createCounters } from '../counters.ts';
import { createActivity } from './activity.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Time in which every tick is written as the daemon reads it. */
const FINE_MS = 26 * HOUR_MS;
const SAMPLING_MS = 10_000;
/** Nothing was seen in this hour of the history: a gap to draw. */
const GAP_HOUR = 60;
/** Hours before the end in which sessions piled up behind a lock. */
const INCIDENT_HOUR = 5;
const TIMES_OF_MEAN_SQUARE = 1.5;

/** How much history to write. */
export interface WeekSize {
  readonly days: number;
  readonly statements: number;
  readonly tables: number;
  readonly endMs: number;
}

/**
 * Writes days of history up to an instant. The last 26 hours are written tick by tick as the daemon writes them; what
 * lies before is read from the rollups by every screen, and is written in the five-minute ticks that they hold.
 */
export async function writeWeek(writer: HistoryWriter, size: WeekSize): Promise<void> {
  const { days, endMs } = size;
  const sources = { statements: createCounters(size.statements), activity: createActivity(size.statements) };
  await writer.keepTexts(
    new Map(Array.from({ length: size.statements }, (_, rank) => [`statement-${rank}`, textOf(rank)])),
  );
  const hours = days * 24;
  for (let hour = 0; hour < hours; hour += 1) {
    const fromMs = endMs - (hours - hour) * HOUR_MS;
    if (hour !== GAP_HOUR) {
      const batches = hourOf(fromMs, size, sources);
      await writer.append(batches, { events: eventsOf(hour, fromMs) });
    }
    await writer.maintain(fromMs + HOUR_MS);
  }
}

interface Sources {
  readonly statements: ReturnType<typeof createCounters>;
  readonly activity: ReturnType<typeof createActivity>;
}

function hourOf(fromMs: number, size: WeekSize, sources: Sources): readonly SampleBatch[] {
  const { endMs, tables } = size;
  const isFine = endMs - fromMs <= FINE_MS;
  const [sampledMs, countedMs] = isFine ? [SAMPLING_MS, MINUTE_MS] : [5 * MINUTE_MS, 5 * MINUTE_MS];
  const isIncident = Math.floor((endMs - fromMs) / HOUR_MS) === INCIDENT_HOUR;
  const batches: SampleBatch[] = [];
  for (let atMs = fromMs + sampledMs; atMs <= fromMs + HOUR_MS; atMs += sampledMs) {
    const isPiledUp = isIncident && atMs - fromMs > 20 * MINUTE_MS && atMs - fromMs < 32 * MINUTE_MS;
    batches.push(...sources.activity.batches(atMs, sampledMs, isPiledUp));
  }
  for (let atMs = fromMs + countedMs; atMs <= fromMs + HOUR_MS; atMs += countedMs) {
    batches.push(...countersAt(atMs, countedMs, { tables, statements: sources.statements }));
  }
  batches.push(...statesAt(fromMs + HOUR_MS, tables));
  return batches;
}

function countersAt(
  atMs: number,
  coveredMs: number,
  of: { readonly tables: number; readonly statements: Sources['statements'] },
): readonly SampleBatch[] {
  const minutes = coveredMs / MINUTE_MS;
  const stamp = { at: new Date(atMs), coveredMs };
  const wave = rhythm(atMs);
  const one = (kind: SampleBatch['kind'], values: SampleRow['values']): SampleBatch => ({
    ...stamp,
    kind,
    rows: [{ key: [], values: scaled(values, minutes * wave) }],
  });
  return [
    {
      ...stamp,
      kind: 'statement',
      rows: of.statements.tick(Math.floor(atMs / MINUTE_MS)).map(({ key, values }) => ({
        key,
        values: {
          ...scaled(values, minutes),
          squaresMs2: (values['squaresMs2'] ?? 0) * minutes * TIMES_OF_MEAN_SQUARE,
        },
      })),
    },
    { ...stamp, kind: 'table', rows: tableRows(of.tables, minutes * wave) },
    { ...stamp, kind: 'index', rows: indexRows(of.tables, minutes * wave) },
    one('database', DATABASE),
    one('wal', { records: 90_000, fullPageImages: 800, bytes: 48e6, buffersFull: 2 }),
    one('checkpoint', { timed: 0.2, checkpointBuffers: 900, cleanerBuffers: 120, sessionBuffers: 40 }),
    one('archiver', { archived: 3, failed: 0 }),
    one('probe', { answered: 60, failed: 0, answerMs: 30 }),
    { ...stamp, kind: 'self', rows: [{ key: ['process'], values: scaled(SELF, minutes) }] },
    {
      ...stamp,
      kind: 'replica',
      rows: [{ key: ['standby-1', '10.0.0.2'], values: { replayLagBytes: 2e6 * wave, replayLagMs: 40 } }],
    },
    {
      ...stamp,
      kind: 'slot',
      rows: [{ key: ['standby_1'], values: { retainedBytes: 6e7 * wave, isActive: 1 } }],
    },
  ];
}

const DATABASE: SampleRow['values'] = {
  commits: 24_000,
  rollbacks: 120,
  blocksHit: 900_000,
  blocksRead: 9_000,
  rowsReturned: 1_400_000,
  rowsFetched: 300_000,
  rowsInserted: 9_000,
  rowsUpdated: 14_000,
  rowsDeleted: 900,
  tempBytes: 3e6,
  sessions: 40,
  sessionsAbandoned: 0.3,
};

const SELF: SampleRow['values'] = { runs: 60, statements: 300, databaseMs: 300, rssBytes: 1.4e8, cpuMs: 900 };

function scaled(values: SampleRow['values'], factor: number): SampleRow['values'] {
  const isState = (name: string): boolean => name === 'rssBytes';
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isState(name) ? value : Math.round(value * factor * 1_000) / 1_000,
    ]),
  );
}

function tableRows(tables: number, factor: number): readonly SampleRow[] {
  return Array.from({ length: tables }, (_, table) => {
    const share = factor / (table + 1);
    return {
      key: ['public', `t_${table}`],
      values: scaled(
        {
          sequentialScans: table % 7,
          sequentialRows: (table % 7) * 900,
          indexScans: 30_000,
          indexRows: 44_000,
          rowsInserted: 2_000,
          rowsUpdated: 3_000,
          rowsHotUpdated: 2_100,
          rowsDeleted: 200,
          heapBlocksRead: 2_000,
          heapBlocksHit: 160_000,
          indexBlocksRead: 900,
          indexBlocksHit: 90_000,
          autovacuums: 0.02,
          analyzes: 0.02,
        },
        share,
      ),
    };
  });
}

function indexRows(tables: number, factor: number): readonly SampleRow[] {
  return Array.from({ length: tables }, (_, table) => ({
    key: ['public', `t_${table}_pkey`, `t_${table}`],
    values: scaled(
      { scans: 30_000, rowsRead: 44_000, rowsFetched: 40_000, blocksRead: 900, blocksHit: 90_000 },
      factor / (table + 1),
    ),
  }));
}

function statesAt(atMs: number, tables: number): readonly SampleBatch[] {
  const stamp = { at: new Date(atMs), coveredMs: HOUR_MS };
  const grown = 1 + atMs / (40_000 * HOUR_MS);
  return [
    {
      ...stamp,
      kind: 'tableState',
      rows: Array.from({ length: tables }, (_, table) => ({
        key: ['public', `t_${table}`],
        values: {
          liveRows: Math.round((2e7 / (table + 1)) * grown),
          deadRows: Math.round(3e5 / (table + 1)),
          totalBytes: Math.round((6e9 / (table + 1)) * grown),
          indexesBytes: Math.round((2e9 / (table + 1)) * grown),
          frozenAge: 4e7 + ((table * 7_919) % 120) * 1e6,
        },
      })),
    },
    {
      ...stamp,
      kind: 'indexState',
      rows: Array.from({ length: tables }, (_, table) => ({
        key: ['public', `t_${table}_pkey`, `t_${table}`],
        values: { sizeBytes: Math.round((1e9 / (table + 1)) * grown) },
      })),
    },
    {
      ...stamp,
      kind: 'server',
      rows: [{ key: [], values: { databaseBytes: 4e10 * grown, transactionAge: 1.6e8, multixactAge: 2e6 } }],
    },
  ];
}

/** Changes as a busy team makes them: a deploy a day, a setting and a new index now and then. */
function eventsOf(hour: number, fromMs: number): readonly StoredEvent[] {
  const at = new Date(fromMs + 17 * MINUTE_MS);
  const events: StoredEvent[] = [];
  if (hour % 24 === 14)
    events.push({ at, kind: 'deploy', subject: 'checkout', detail: { text: `v${hour}` } });
  if (hour % 50 === 9)
    events.push({ at, kind: 'setting', subject: 'work_mem', detail: { before: '4MB', after: '16MB' } });
  if (hour % 40 === 20)
    events.push({
      at,
      kind: 'ddl',
      subject: `public.t_${hour}`,
      detail: { object: 'index', change: 'created' },
    });
  if (hour === GAP_HOUR + 1) events.push({ at, kind: 'gap', subject: 'target', detail: {} });
  return events;
}

function rhythm(atMs: number): number {
  return 1 + 0.5 * Math.sin((2 * Math.PI * atMs) / (24 * HOUR_MS));
}

function textOf(rank: number): string {
  const table = `t_${rank % 500}`;
  return `select o.id, o.note, c.name, sum(i.amount) as total
from ${table} o
join customers c on c.id = o.customer_id
join ${table}_items i on i.order_id = o.id
where o.tenant_id = $1 and o.created_at between $2 and $3 and c.segment = ${rank}
group by o.id, o.note, c.name order by total desc limit $4`;
}
