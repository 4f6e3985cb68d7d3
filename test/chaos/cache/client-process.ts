/**
 * One of several processes that read and write through a cache, and note what they did. Says `ready`, begins when it is
 * told a line, ends at the next, then prints a {@link ClientReport}. Argument: {@link ClientOrder} as JSON.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Contender, type ContenderName, openContender, type Wanted } from './contenders.ts';
import { monotonicMs, NONE, openReads, openWrites } from './history.ts';
import { ROWS, tenantOf, writeSql } from './table.ts';

/** What a process is to do. */
export interface ClientOrder {
  readonly contender: ContenderName;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly index: number;
  readonly processes: number;
  readonly readsPerSecond: number;
  readonly readsFile: string;
  readonly writesFile: string;
}

/** What it did beside its history. */
export interface ClientReport {
  readonly loads: number;
  /** Reads that threw: no value, so no wrong one. */
  readonly failedReads: number;
  readonly failedWrites: number;
}

/** Many, so that one that waits for a load holds few others up. */
const READERS = 40;
const READS_AT_ONCE = 25;
const WRITERS = 2;
const WRITE_PAUSE_MS = 50;
const BOUNDS_MS = [500, 1_000, 1_000, 1_000, 1_000, 1_500, 2_000, 3_000, 5_000];
/** Share of reads that nothing but a load can answer, or that do not share one: they are dear. */
const SHARES = { fresh: 0.01, own: 0.05, ofAnother: 0.05, unbounded: 0.1 };

const order = JSON.parse(process.argv[2] ?? '') as ClientOrder;
const contender = await openContender(order.contender, order.databaseUrl, order.redisUrl);
const reads = openReads(order.readsFile);
const writes = openWrites(order.writesFile);
/** Position after the last write of a row by this process. */
const ownLsns = new Map<number, string>();
let [failedReads, failedWrites, isEnding] = [0, 0, false];

const lines = createInterface(process.stdin);
process.stdout.write('ready\n');
await once(lines, 'line');
// Whoever started it is gone.
lines.once('close', () => process.exit(1));
lines.once('line', () => {
  isEnding = true;
});
await Promise.all([
  ...Array.from({ length: READERS }, () => readOn(contender)),
  ...Array.from({ length: WRITERS }, (_, lane) => writeOn(contender, lane)),
]);
await Promise.all([reads.close(), writes.close()]);
const report: ClientReport = { loads: contender.loads(), failedReads, failedWrites };
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));

async function readOn(cache: Contender): Promise<void> {
  let dueMs = monotonicMs();
  while (!isEnding) {
    await Promise.all(Array.from({ length: READS_AT_ONCE }, () => readOnce(cache, wanted())));
    // What was held up is not made up for.
    dueMs = Math.max(dueMs + (READERS * READS_AT_ONCE * 1_000) / order.readsPerSecond, monotonicMs() - 100);
    await sleep(Math.max(0, dueMs - monotonicMs()));
  }
}

function wanted(): Wanted {
  const own = happens(SHARES.own) ? pick([...ownLsns]) : undefined;
  if (own !== undefined) return { row: own[0], tenant: tenantOf(own[0]), bound: { minLsn: own[1] } };
  const row = 1 + Math.floor(Math.random() * ROWS);
  const tenant = tenantOf(row);
  if (happens(SHARES.ofAnother)) return { row, tenant: 1 - tenant, bound: {} };
  if (happens(SHARES.unbounded)) return { row, tenant, bound: {} };
  return { row, tenant, bound: { maxStalenessMs: happens(SHARES.fresh) ? 0 : (pick(BOUNDS_MS) ?? 0) } };
}

function happens(share: number): boolean {
  return Math.random() < share;
}

async function readOnce(cache: Contender, { row, tenant, bound }: Wanted): Promise<void> {
  const beganMs = monotonicMs();
  try {
    const seen = await cache.read({ row, tenant, bound });
    reads.append({
      row,
      beganMs,
      endedMs: monotonicMs(),
      tenant,
      seenTenant: seen?.tenant ?? NONE,
      version: seen?.version ?? NONE,
      maxStalenessMs: bound.maxStalenessMs ?? NONE,
      minLsn: bound.minLsn === undefined ? NONE : lsnNumber(bound.minLsn),
    });
  } catch {
    failedReads += 1;
  }
}

/** Writes rows that nobody else writes, some much more often than others, and reads each of its writes. */
async function writeOn(cache: Contender, lane: number): Promise<void> {
  const client = new pg.Client({ connectionString: order.databaseUrl });
  await client.connect();
  const lanes = order.processes * WRITERS;
  const own = Array.from({ length: ROWS }, (_, index) => index + 1).filter(
    (row) => row % lanes === order.index * WRITERS + lane,
  );
  const versions = new Map<number, number>();
  while (!isEnding) {
    const row = own[Math.floor(Math.random() ** 2 * own.length)] ?? 0;
    const version = (versions.get(row) ?? 0) + 1;
    versions.set(row, version);
    const beganMs = monotonicMs();
    let [endedMs, lsn] = [Number.POSITIVE_INFINITY, ''];
    try {
      await client.query(writeSql(row, version));
      endedMs = monotonicMs();
      const { rows } = await client.query('select pg_current_wal_insert_lsn()::text as lsn');
      lsn = String(rows[0]?.lsn);
    } catch {
      failedWrites += 1;
    }
    writes.append({ row, version, beganMs, endedMs, lsn: lsn === '' ? NONE : lsnNumber(lsn) });
    if (lsn !== '') {
      await cache.wrote(row);
      ownLsns.set(row, lsn);
      await readOnce(cache, { row, tenant: tenantOf(row), bound: { minLsn: lsn } });
    }
    await sleep(Math.random() * 2 * WRITE_PAUSE_MS);
  }
  await client.end();
}

function lsnNumber(lsn: string): number {
  const [high = '', low = ''] = lsn.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}

function pick<T>(values: readonly T[]): T | undefined {
  return values[Math.floor(Math.random() * values.length)];
}
