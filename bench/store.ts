import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { settingDefinitions } from '../packages/agent/src/app/index.ts';
import { unwrap } from '../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../packages/agent/src/postgres/index.ts';
import type { SampleBatch } from '../packages/agent/src/series/index.ts';
import { resolveSettings } from '../packages/agent/src/settings/index.ts';
import { type HistoryWriter, openStore, type Store } from '../packages/agent/src/store/index.ts';
import { createCounters } from './lib/counters.ts';
import { median, printResult } from './lib/report.ts';
import { withServer } from './lib/server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const COLUMNS = 12;
const BEGIN = Date.UTC(2026, 0, 5);
const RUNS = 25;

/**
 * One day of statements that are all active (the worst case), written as the daemon writes it: a tick a minute, with
 * rollups and seals as they come due. Read back: one query's day, the top 20 of the day, and a chart of 30 days.
 * Beside it, in the same run and server: plain rows by COPY, as PoWA or pgwatch would keep them (for `--peer-hours`).
 * Options: `--statements 5000`, `--hours 24`.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      statements: { type: 'string', default: '5000' },
      hours: { type: 'string', default: '24' },
      'peer-hours': { type: 'string', default: '2' },
    },
  });
  const size = { statements: Number(values.statements), minutes: Number(values.hours) * 60 };
  await withServer(
    { shared_buffers: '128MB', max_wal_size: '1GB', synchronous_commit: 'off' },
    async ({ url }) => {
      const settings = unwrap(resolveSettings(settingDefinitions, {}));
      const store = await openStore(unwrap(parseTarget(url, {})), { settings, connectTimeoutMs: 5_000 });
      const writer = await store.lead('bench');
      if (writer === null) throw new Error('nobody else writes');
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const written = await writeDay(writer, size);
      const stored = await storedBytes(client);
      const samples = size.statements * size.minutes * COLUMNS;
      const read = await readBack(store, size.minutes);
      const month = await monthChart(store, writer);
      const peer = await plainRows(client, size.statements, Number(values['peer-hours']) * 60);
      printResult(
        {
          bench: 'store',
          figures: {
            rowsPerSecond: (size.statements * size.minutes) / (written.totalMs / 1000),
            tickMedianMs: median(written.ticksMs),
            tickSlowestMs: Math.max(...written.ticksMs),
            sealMedianMs: median(written.sealsMs),
            bytesPerSample: stored.chunks / samples,
            bytesPerSampleWithRollupsAndOpenBlocks: stored.all / samples,
            ...read,
            ...month,
          },
          peers: { 'plain rows, COPY, one index on (fingerprint, at)': peer },
          bars: [
            { figure: 'rowsPerSecond', operator: '>=', limit: 100_000 },
            { figure: 'bytesPerSample', operator: '<=', limit: 1 },
            { figure: 'queryDayMs', operator: '<=', limit: 10 },
            { figure: 'topDayMs', operator: '<=', limit: 100 },
            { figure: 'monthChartMs', operator: '<=', limit: 200 },
          ],
        },
        args,
      );
      await client.end();
      await writer.release();
      await store.close();
    },
    { isDurable: true },
  );
}

interface Written {
  readonly totalMs: number;
  readonly ticksMs: readonly number[];
  readonly sealsMs: readonly number[];
}

async function writeDay(
  writer: HistoryWriter,
  { statements, minutes }: { readonly statements: number; readonly minutes: number },
): Promise<Written> {
  const counters = createCounters(statements);
  const ticksMs: number[] = [];
  const sealsMs: number[] = [];
  let totalMs = 0;
  for (let minute = 1; minute <= minutes; minute += 1) {
    const batch: SampleBatch = {
      kind: 'statement',
      at: new Date(BEGIN + minute * MINUTE_MS),
      coveredMs: MINUTE_MS,
      rows: counters.tick(minute),
    };
    const startMs = performance.now();
    await writer.append([batch]);
    const appendedMs = performance.now();
    ticksMs.push(appendedMs - startMs);
    // The last hour stays open, as it is when somebody looks.
    const { sealedHours } = await writer.maintain(BEGIN + minute * MINUTE_MS + 1_000);
    const endMs = performance.now();
    if (sealedHours > 0) sealsMs.push(endMs - appendedMs);
    totalMs += endMs - startMs;
  }
  return { totalMs, ticksMs, sealsMs };
}

async function storedBytes(client: pg.Client): Promise<{ readonly all: number; readonly chunks: number }> {
  await client.query('vacuum analyze');
  const { rows } = await client.query<{ all: string; chunks: string }>(
    `select sum(pg_total_relation_size(c.oid)) as all,
      sum(pg_total_relation_size(c.oid)) filter (where c.relname like 'chunk_raw%') as chunks
    from pg_catalog.pg_class c
    where c.relnamespace = 'pgsteward'::regnamespace and c.relkind = 'r'`,
  );
  return { all: Number(rows[0]?.all), chunks: Number(rows[0]?.chunks) };
}

async function timed(work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= RUNS; round += 1) {
    const startMs = performance.now();
    await work(round);
    if (round > 0) times.push(performance.now() - startMs);
  }
  return median(times);
}

async function readBack(store: Store, minutes: number): Promise<Readonly<Record<string, number>>> {
  const target = await store.target('bench');
  const range = { fromMs: BEGIN + (minutes % 60) * MINUTE_MS, toMs: BEGIN + minutes * MINUTE_MS };
  return {
    queryDayMs: await timed(async (round) => {
      const { axis, series } = await target.history({
        kind: 'statement',
        keys: [[`statement-${round * 37}`]],
        range,
        resolution: 'raw',
      });
      if (axis.atMs.length !== minutes || series.length !== 1) throw new Error('a minute is missing');
    }),
    topDayMs: await timed(async () => {
      const { series } = await target.totals('statement', range);
      const top = series
        .toSorted((a, b) => (b.values['totalMs'] ?? 0) - (a.values['totalMs'] ?? 0))
        .slice(0, 20);
      if (top.length !== 20) throw new Error('too few statements');
    }),
    topUnalignedMs: await timed(async (round) => {
      await target.totals('statement', {
        fromMs: range.fromMs + (7 + round) * MINUTE_MS,
        toMs: range.toMs - 3 * MINUTE_MS,
      });
    }),
  };
}

/** Average active sessions by 25 wait events over 30 days, read each five minutes. */
async function monthChart(store: Store, writer: HistoryWriter): Promise<Readonly<Record<string, number>>> {
  const days = 30;
  const step = 5 * MINUTE_MS;
  const events = Array.from({ length: 25 }, (_, index) => ['IO', `event ${index}`, '', '', '', '']);
  for (let day = 0; day < days; day += 1) {
    const batches: SampleBatch[] = [];
    for (let at = step; at <= DAY_MS; at += step) {
      const rows = events.map((key, index) => ({ key, values: { samples: (index * at) % 17 } }));
      batches.push({ kind: 'activity', at: new Date(BEGIN + day * DAY_MS + at), coveredMs: step, rows });
    }
    await writer.append(batches);
    await writer.maintain(BEGIN + (day + 1) * DAY_MS + 2 * MINUTE_MS);
  }
  const target = await store.target('bench');
  const range = { fromMs: BEGIN, toMs: BEGIN + days * DAY_MS };
  return {
    monthChartMs: await timed(async () => {
      const { axis } = await target.history({ kind: 'activity', range });
      if (axis.atMs.length !== days * 24) throw new Error(`${axis.atMs.length} hours`);
    }),
    monthChartFiveMinutesMs: await timed(async () => {
      await target.history({ kind: 'activity', range, resolution: '5m' });
    }),
  };
}

/** The same counters as rows of one table. */
async function plainRows(
  client: pg.Client,
  statements: number,
  minutes: number,
): Promise<Readonly<Record<string, number>>> {
  const columns = Array.from({ length: COLUMNS }, (_, index) => `c${index} bigint`).join(', ');
  await client.query(`create table plain (at timestamptz, fingerprint int, ${columns})`);
  await client.query('create index on plain (fingerprint, at)');
  const counters = createCounters(statements);
  let totalMs = 0;
  for (let minute = 1; minute <= minutes; minute += 1) {
    const rows = counters.tick(minute);
    const startMs = performance.now();
    const at = new Date(BEGIN + minute * MINUTE_MS).toISOString();
    const lines = rows.map(({ values }, index) => {
      return `${[at, index, ...Object.values(values).map(Math.round)].join('\t')}\n`;
    });
    await pipeline(Readable.from([lines.join('')]), client.query(copyFrom('copy plain from stdin')));
    totalMs += performance.now() - startMs;
  }
  const { rows } = await client.query<{ bytes: string }>(`select pg_total_relation_size('plain') as bytes`);
  return {
    rowsPerSecond: Math.round((statements * minutes) / (totalMs / 1000)),
    bytesPerSample: Number((Number(rows[0]?.bytes) / (statements * minutes * COLUMNS)).toFixed(2)),
  };
}
