import { type LockedRelationRow, lockedRelationsQuery, runCatalogQuery } from '../../catalog/index.ts';
import { displayName } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Gap, Section, TableFacts } from '../types.ts';
import { type CollectorContext, type LockWatch, unavailable } from './context.ts';

/** Creates a watch that knows of no lock yet and notes each locked relation once. */
export function createLockWatch(session: Session, noteGap: (gap: Gap) => void): LockWatch {
  const known = new Set<number>();
  const refresh: LockWatch['refresh'] = async () => {
    const result = await runCatalogQuery(session, lockedRelationsQuery);
    for (const row of result.ok ? result.rows : []) {
      if (!known.has(row.oid)) noteGap(describeLock(row));
      known.add(row.oid);
    }
    return result;
  };
  const oids = (): readonly number[] => [...known];
  return {
    oids,
    refresh,
    values: (from) => ({
      current: () => from(oids()),
      refresh: async () => {
        await refresh();
      },
    }),
  };
}

/** Reads which relations are locked, so that the parts after it leave them out. */
export async function collectLocks(
  context: CollectorContext,
): Promise<Section<readonly LockedRelationRow[]>> {
  const startMs = context.clock.monotonicMs();
  const result = await context.locks.refresh();
  if (!result.ok) return unavailable(result.unavailable);
  const tookMs = context.clock.monotonicMs() - startMs;
  return { status: 'ok', data: result.rows, readAt: context.clock.now(), tookMs };
}

/** Adds the partitioned tables above: a query on them reads every partition, the locked ones too. */
export function withAncestors(
  lockedOids: readonly number[],
  tables: readonly TableFacts[],
): ReadonlySet<number> {
  const parents = new Map(tables.map((table) => [table.oid, table.parentOid]));
  const all = new Set(lockedOids);
  for (const oid of all) {
    const parent = parents.get(oid);
    if (parent !== undefined && parent !== null) all.add(parent);
  }
  return all;
}

function describeLock(row: LockedRelationRow): Gap {
  const holder = row.pid === null ? 'a prepared transaction' : `process ${row.pid}`;
  const name = row.schema === '' ? `the relation ${row.name}` : displayName(row.schema, row.name);
  return {
    id: 'observe/relation-locked',
    reason: `${name} was skipped: ${holder} ${row.isGranted ? 'holds' : 'waits for'} ${row.mode} on it`,
    remedy:
      row.pid === null
        ? 'commit or roll back the prepared transaction, see pg_prepared_xacts'
        : 'run again when the lock is released; diagnose/blocking-chain names who waits',
  };
}
