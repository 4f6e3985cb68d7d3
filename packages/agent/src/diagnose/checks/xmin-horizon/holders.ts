import { displayIdentifier, escapeControls, formatDuration, quoteLiteral } from '../../../kernel/index.ts';
import type {
  PreparedTransactionRow,
  ReplicaRow,
  SessionRow,
  SlotRow,
  Snapshot,
} from '../../../observe/index.ts';
import type { Subject } from '../../types.ts';

/** Something that keeps vacuum from removing rows that died after it began. */
export interface Holder {
  readonly subject: Subject;
  readonly what: 'session' | 'slot' | 'catalog slot' | 'standby' | 'prepared transaction';
  /** Sentence up to the verb: `process 7: idle in transaction for 2 h`. */
  readonly title: string;
  /** How long it has been holding; null when the server does not tell. */
  readonly heldMs: number | null;
  /** Transactions begun since; null when it holds only a transaction id. */
  readonly ageCount: number | null;
  readonly detail: string | null;
  readonly remedy: string;
}

const QUERY_LENGTH = 500;

/** Lists whoever holds the horizon of the connected database back, from every part that could be read. */
export function listHolders(snapshot: Snapshot): readonly Holder[] {
  const { activity, slots, replicas, preparedTransactions } = snapshot.sections;
  return [
    ...(activity.status === 'ok' ? activity.data.filter(holdsHorizon).map(fromSession) : []),
    ...(slots.status === 'ok' ? slots.data.flatMap(fromSlot) : []),
    ...(replicas.status === 'ok' ? replicas.data.flatMap(fromReplica) : []),
    ...(preparedTransactions.status === 'ok'
      ? preparedTransactions.data.filter((row) => row.database === snapshot.server.database).map(fromPrepared)
      : []),
  ];
}

/** Vacuums ignore each other, parallel workers share their leader's snapshot, senders are replicas. */
function holdsHorizon(session: SessionRow): boolean {
  return (
    session.isHere &&
    !session.isOwn &&
    session.transactionMs !== null &&
    (session.xminAge !== null || session.hasTransactionId) &&
    !['autovacuum worker', 'parallel worker', 'walsender'].includes(session.backendType ?? '') &&
    !(session.state === 'active' && /^\W*vacuum\b/i.test(session.query ?? ''))
  );
}

function fromSession(session: SessionRow): Holder {
  const { pid, state, transactionMs, query } = session;
  return {
    subject: { kind: 'session', schema: '', name: String(pid) },
    what: 'session',
    title: `process ${pid} (${state ?? 'unknown'}) has held its transaction open for ${formatDuration(transactionMs ?? 0)}`,
    heldMs: transactionMs,
    ageCount: session.xminAge,
    detail: query === null ? null : escapeControls(query.slice(0, QUERY_LENGTH)),
    remedy: `end its transaction; when nobody needs it: select pg_terminate_backend(${pid}). A guard: idle_in_transaction_session_timeout`,
  };
}

function fromSlot(slot: SlotRow): readonly Holder[] {
  const isCatalog = slot.xminAge === null;
  const ageCount = slot.xminAge ?? slot.catalogXminAge;
  if (ageCount === null) return [];
  const state = slot.isActive ? 'active' : 'inactive';
  const since = slot.inactiveMs === null ? '' : ` for ${formatDuration(slot.inactiveMs)}`;
  return [
    {
      subject: { kind: 'slot', schema: '', name: slot.name },
      what: isCatalog ? 'catalog slot' : 'slot',
      title: `slot ${displayIdentifier(slot.name)} (${slot.type}, ${state}${since}) holds ${
        isCatalog ? 'the rows of system catalogues' : 'dead rows'
      }`,
      heldMs: slot.isActive ? null : slot.inactiveMs,
      ageCount,
      detail: slot.database,
      remedy: slot.isActive
        ? 'see why its consumer does not confirm what it received'
        : `bring its consumer back, or drop it: select pg_drop_replication_slot(${quoteLiteral(slot.name)})`,
    },
  ];
}

function fromReplica(replica: ReplicaRow): readonly Holder[] {
  if (replica.xminAge === null) return [];
  const name = displayIdentifier(replica.applicationName);
  return [
    {
      subject: { kind: 'replica', schema: '', name: replica.applicationName },
      what: 'standby',
      title: `standby ${name} asks by hot_standby_feedback to keep dead rows`,
      heldMs: null,
      ageCount: replica.xminAge,
      detail: replica.clientAddress,
      remedy: 'find and end the long query on the standby, or bound it there with statement_timeout',
    },
  ];
}

function fromPrepared(row: PreparedTransactionRow): Holder {
  const name = escapeControls(quoteLiteral(row.identifier));
  return {
    subject: { kind: 'transaction', schema: '', name: row.identifier },
    what: 'prepared transaction',
    title: `prepared transaction ${displayIdentifier(row.identifier)} has waited for ${formatDuration(row.ageMs)}`,
    heldMs: row.ageMs,
    ageCount: row.xidAge,
    detail: row.owner,
    remedy: `ask its transaction manager, then commit prepared or rollback prepared ${name}`,
  };
}
