import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { GeneratedTable } from './generate/rows.ts';
import type { ProgressListener } from './progress.ts';
import { withSession } from './session.ts';

/** How fast the rows went in. */
export interface LoadResult {
  readonly rows: number;
  /** Generating, copying, primary keys and `analyze`, ms. */
  readonly durationMs: number;
  readonly rowsPerSecond: number;
}

const primaryKeys: Readonly<Record<string, string>> = {
  product_searches: '(id)',
  products: '(id)',
  product_categories: '(product_id, category)',
  product_search_results: '(id)',
  market_analyses: '(id)',
};

/**
 * Fills the empty core tables through COPY: the searches, more than half of all rows, in one session while a
 * second takes the others. Primary keys are built after the rows.
 */
export async function loadTables(
  url: string,
  tables: readonly GeneratedTable[],
  onProgress: ProgressListener,
  signal?: AbortSignal,
): Promise<LoadResult> {
  const startedMs = performance.now();
  const [searches, ...others] = tables;
  const lanes = [searches === undefined ? [] : [searches], others];
  // One lane that fails stops the other at its next chunk.
  const stop = new AbortController();
  const signals = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const counts = await Promise.allSettled(
    lanes.map((lane) =>
      loadLane(url, lane, onProgress, signals).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    ),
  );
  let rows = 0;
  for (const count of counts) {
    if (count.status === 'rejected') throw stop.signal.reason;
    rows += count.value;
  }
  const durationMs = performance.now() - startedMs;
  return { rows, durationMs, rowsPerSecond: (rows * 1000) / durationMs };
}

async function loadLane(
  url: string,
  tables: readonly GeneratedTable[],
  onProgress: ProgressListener,
  signal: AbortSignal,
): Promise<number> {
  const loadAll = async (client: Client): Promise<number> => {
    let rows = 0;
    for (const table of tables) rows += await loadTable(client, table, onProgress, signal);
    return rows;
  };
  const rows = await withSession(url, { maintenance_work_mem: '256MB' }, loadAll, signal);
  const names = tables.map((table) => table.name).join(', ');
  // In a session of its own, for the reason that `runFile` gives.
  await withSession(url, {}, (client) => client.query(`analyze ${names}`), signal);
  return rows;
}

async function loadTable(
  client: Client,
  table: GeneratedTable,
  onProgress: ProgressListener,
  signal: AbortSignal,
): Promise<number> {
  const { name } = table;
  await client.query(`alter table ${name} drop constraint if exists ${name}_pkey`);
  // Rows copied into a table truncated by the same transaction can be written as frozen and all-visible:
  // no vacuum has to follow, and index-only scans work at once.
  await client.query('begin');
  await client.query(`truncate ${name}`);
  const rows = await copy(client, table, onProgress, signal);
  await client.query('commit');
  await client.query(`alter table ${name} add primary key ${primaryKeys[name] ?? '(id)'}`);
  if (name === 'products' || name === 'product_search_results') {
    await client.query(`select setval(pg_get_serial_sequence($1, 'id'), $2)`, [name, rows]);
  }
  return rows;
}

async function copy(
  client: Client,
  table: GeneratedTable,
  onProgress: ProgressListener,
  signal: AbortSignal,
): Promise<number> {
  const task = `loading ${table.name}`;
  const stream = client.query(
    copyFrom(`copy ${table.name} (${table.columns.join(', ')}) from stdin with (freeze)`),
  );
  const done = finished(stream);
  // Marks the rejection as handled: it is awaited below, or a write fails first with the same error.
  done.catch(() => undefined);
  let rows = 0;
  try {
    for (let index = 0; index < table.chunks; index += 1) {
      signal.throwIfAborted();
      const chunk = table.chunk(index);
      rows += chunk.rows;
      const isFlowing = stream.write(chunk.bytes);
      const units = Math.round(((index + 1) / table.chunks) * table.units);
      onProgress({ task, done: units, total: table.units, unit: 'rows' });
      if (!isFlowing) await Promise.race([once(stream, 'drain'), done]);
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
  stream.end();
  await done;
  return rows;
}
