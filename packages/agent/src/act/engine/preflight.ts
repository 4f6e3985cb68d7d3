import { type PreflightRow, preflightQuery, runCatalogQuery } from '../../catalog/index.ts';
import { formatBytes, formatDuration } from '../../kernel/index.ts';
import type { Settings } from '../../settings/index.ts';
import { ACT_SETTINGS } from '../settings.ts';
import { shown } from '../statements/trees.ts';
import type { ActionKind, Execution, Obstacle, RelationName } from '../types.ts';

/** Kinds that wait for every older transaction before they end. */
const WAITING: ReadonlySet<ActionKind> = new Set(['create-index', 'drop-index', 'reindex']);
/** Kinds that build an index, to do or to undo; the owner of a table may not be allowed to. */
const BUILDING: ReadonlySet<ActionKind> = new Set(['create-index', 'drop-index']);
/** Kinds that touch no table and take no lock. */
const LOCKLESS: ReadonlySet<ActionKind> = new Set(['alter-setting', 'end-session']);

/** Looks what stands in the way of a change, whatever its kind. */
export async function preflight(
  { session, change }: Execution,
  table: RelationName | null,
  settings: Settings,
): Promise<readonly Obstacle[]> {
  const { capabilities } = session;
  if (capabilities.isInRecovery)
    return [{ reason: 'the target is a standby, which takes no changes', isPassing: true }];
  if (capabilities.pooler === 'transaction') {
    return [
      {
        reason: 'the acting role comes through a pooler in transaction mode; give it a direct address',
        isPassing: true,
      },
    ];
  }
  const result = await runCatalogQuery(session, preflightQuery, [table?.schema ?? '', table?.name ?? '']);
  if (!result.ok) return [{ reason: result.unavailable.reason, isPassing: true }];
  const row = result.rows[0];
  if (row === undefined) return [];
  return [
    ...(table === null ? [] : rightsObstacles(row, table, change.kind)),
    ...(LOCKLESS.has(change.kind) ? [] : busyObstacles(row, change.kind, settings)),
  ];
}

function rightsObstacles(
  { tableOid, owner, mayAlter, mayCreate }: PreflightRow,
  table: RelationName,
  kind: ActionKind,
): readonly Obstacle[] {
  if (tableOid === null) return [{ reason: `there is no table ${shown(table)}`, isPassing: false }];
  if (mayAlter === 1 && (mayCreate === 1 || !BUILDING.has(kind))) return [];
  if (mayAlter === 1) {
    const reason = `the acting role may not create in the schema ${table.schema}, as the build of an index does; grant create on it`;
    return [{ reason, isPassing: true }];
  }
  return [
    {
      reason: `${shown(table)} belongs to ${owner ?? 'another role'}, of which the acting role is no member`,
      isPassing: true,
    },
  ];
}

function busyObstacles(row: PreflightRow, kind: ActionKind, settings: Settings): readonly Obstacle[] {
  const { oldestTransactionMs, oldestTransactionPid, exclusiveLocks, replicaLagBytes } = row;
  const obstacles: Obstacle[] = [];
  if (
    WAITING.has(kind) &&
    oldestTransactionMs !== null &&
    oldestTransactionMs >= settings.get(ACT_SETTINGS.transactionMs)
  ) {
    const reason = `process ${oldestTransactionPid} has been in a transaction for ${formatDuration(oldestTransactionMs)}, and the change would wait for its end`;
    obstacles.push({ reason, isPassing: true });
  }
  if (exclusiveLocks > 0) obstacles.push({ reason: 'somebody else is changing the table', isPassing: true });
  if (replicaLagBytes !== null && replicaLagBytes >= settings.get(ACT_SETTINGS.replicaLagBytes)) {
    obstacles.push({ reason: `a replica is ${formatBytes(replicaLagBytes)} behind`, isPassing: true });
  }
  return obstacles;
}
