import { runCatalogQuery, type VacuumProgressRow, vacuumProgressQuery } from '../../catalog/index.ts';
import { displayName } from '../../kernel/index.ts';
import type { Watcher } from '../watch/watch-target.ts';
import type { RunningVacuum, VacuumView } from './types.ts';

/** Ids that can be told from one another; PostgreSQL refuses to write shortly before. */
const USABLE_IDS = 2 ** 31;

/** Reads the vacuums that run now, and how far transaction ids have come as of the last whole look. */
export async function readVacuum(watcher: Watcher): Promise<VacuumView> {
  const sections = watcher.slowLook.latest()?.snapshot.sections;
  const databases = sections?.databases.status === 'ok' ? sections.databases.data : [];
  const settings = sections?.serverSettings.status === 'ok' ? sections.serverSettings.data : null;
  const forced = (name: string): number | null => settings?.get(name)?.number ?? null;
  const oldest = (age: (row: (typeof databases)[number]) => number): number | null =>
    databases.length === 0 ? null : Math.max(...databases.map(age));
  return {
    running: await readRunning(watcher),
    ages: [
      {
        id: 'transactions',
        ageCount: oldest((row) => row.xidAge),
        forcedAtCount: forced('autovacuum_freeze_max_age'),
        limitCount: USABLE_IDS,
      },
      {
        id: 'multixacts',
        ageCount: oldest((row) => row.multixactAge),
        forcedAtCount: forced('autovacuum_multixact_freeze_max_age'),
        limitCount: USABLE_IDS,
      },
    ],
  };
}

/** Null when the target does not tell now. */
async function readRunning(watcher: Watcher): Promise<readonly RunningVacuum[] | null> {
  if (watcher.connection.state !== 'connected') return null;
  const result = await watcher.connection.exclusively((session) =>
    runCatalogQuery(session, vacuumProgressQuery),
  );
  return result.ok ? result.rows.map(runningVacuum) : null;
}

function runningVacuum(row: VacuumProgressRow): RunningVacuum {
  const { pid, schema, name, phase, durationMs, heapBlocks } = row;
  const done = phase === 'vacuuming heap' ? row.heapBlocksVacuumed : row.heapBlocksScanned;
  return {
    pid,
    table: schema === null || name === null ? `table ${row.tableOid}` : displayName(schema, name),
    phase,
    durationMs,
    doneRatio: heapBlocks === 0 ? null : Math.min(1, done / heapBlocks),
    cause: row.isToPreventWraparound ? 'wraparound' : row.isAutovacuum ? 'autovacuum' : 'command',
  };
}
