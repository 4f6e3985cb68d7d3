import type { OwnConnection, OwnRow } from '../postgres/index.ts';
import type { StoredEvent } from '../series/index.ts';
import { appendEvents } from './events.ts';
import { chainHash, checkChain, FIRST_HASH, type LedgerCheck, type LedgerRow } from './ledger-chain.ts';
import { SCHEMA } from './schema.ts';

/** An action as it is kept; the body belongs to those who wrote it. */
export interface StoredAction {
  readonly id: string;
  readonly target: string;
  /** What it is about; at most one action on it is open at a time. */
  readonly subject: string;
  readonly state: string;
  readonly changedAt: Date;
  readonly body: unknown;
}

/** A change of an action's state, with the entry of the ledger that tells of it. */
export interface ActionChange {
  readonly action: StoredAction;
  /** State that the action must be in; null for one that does not exist yet. */
  readonly from: string | null;
  /** JSON. */
  readonly entry: string;
  /** What it changed on the target, for the charts of what it did there; null when nothing. */
  readonly event: StoredEvent | null;
}

/** A token that approves one action as it reads now. Only its hash is kept. */
export interface StoredToken {
  readonly hash: string;
  readonly actionId: string;
  readonly contentHash: string;
  readonly mintedBy: string;
  readonly expiresAt: Date;
}

/** Which actions to list. */
export interface ActionFilter {
  readonly target?: string;
  readonly states?: readonly string[];
  readonly limit: number;
}

/** Actions and their ledger. */
export interface ActionTables {
  action(id: string): Promise<StoredAction | null>;
  /** Gives actions, the one changed last first. */
  actions(filter: ActionFilter): Promise<readonly StoredAction[]>;
  /**
   * Changes an action, writes the ledger and marks the charts, all or nothing, durably.
   * @returns false when the action is not in the state that it must be in, or another on its subject is open
   */
  record(change: ActionChange): Promise<boolean>;
  /** Gives entries of the ledger, the latest first. */
  ledger(filter: {
    readonly target?: string;
    readonly actionId?: string;
    readonly limit: number;
  }): Promise<readonly LedgerRow[]>;
  /** Looks through the whole ledger. */
  checkLedger(): Promise<LedgerCheck>;
  addToken(token: StoredToken): Promise<void>;
  /** Uses a token up. @returns the token, or null when there is none that still holds */
  useToken(hash: string, now: Date): Promise<StoredToken | null>;
}

const UNIQUE_VIOLATION = '23505';
const PAGE_ROWS = 5_000;

/** Opens actions and their ledger. */
export function createActionTables(connection: OwnConnection): ActionTables {
  return { ...actionsOf(connection), ...ledgerOf(connection), ...tokensOf(connection) };
}

const ACTION_SQL = `select a.id, t.name as target, a.subject, a.state, a.changed_at, a.body
  from ${SCHEMA}.action a join ${SCHEMA}.target t on t.id = a.target_id`;

function actionsOf(connection: OwnConnection): Pick<ActionTables, 'action' | 'actions' | 'record'> {
  return {
    async action(id) {
      const rows = await connection.run(`${ACTION_SQL} where a.id = $1`, [id]);
      return rows[0] === undefined ? null : actionOf(rows[0]);
    },
    async actions({ target = null, states = null, limit }) {
      const rows = await connection.run(
        `${ACTION_SQL} where ($1::text is null or t.name = $1) and ($2::text[] is null or a.state = any($2))
        order by a.changed_at desc, a.id limit $3`,
        [target, states, limit],
      );
      return rows.map(actionOf);
    },
    async record(change) {
      try {
        return await connection.transaction((inside) => recordIn(inside, change));
      } catch (error) {
        if ((error as { readonly code?: string }).code === UNIQUE_VIOLATION) return false;
        throw error;
      }
    },
  };
}

async function recordIn(
  inside: OwnConnection,
  { action, from, entry, event }: ActionChange,
): Promise<boolean> {
  // What is done on a target must be known after any crash of the store.
  await inside.run(
    "select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off'",
  );
  const values = [
    action.id,
    action.target,
    action.subject,
    action.state,
    action.changedAt,
    JSON.stringify(action.body),
  ];
  const changed = await inside.run(
    from === null
      ? `insert into ${SCHEMA}.action (id, target_id, subject, state, changed_at, body)
        select $1, t.id, $3, $4, $5, $6 from ${SCHEMA}.target t where t.name = $2 returning target_id`
      : `update ${SCHEMA}.action a set subject = $3, state = $4, changed_at = $5, body = $6
        from ${SCHEMA}.target t where t.id = a.target_id and t.name = $2 and a.id = $1 and a.state = $7
        returning a.target_id`,
    from === null ? values : [...values, from],
  );
  if (changed[0] === undefined) return false;
  if (event !== null) await appendEvents(inside, Number(changed[0]['target_id']), [event]);
  // One writer at a time: each entry's hash is made of the one before.
  await inside.run("select pg_advisory_xact_lock(hashtextextended('pgsteward ledger', 0))");
  const last = await inside.run(`select number, hash from ${SCHEMA}.ledger order by number desc limit 1`);
  const previous = last[0] === undefined ? FIRST_HASH : hex(last[0]['hash']);
  await inside.run(
    `insert into ${SCHEMA}.ledger (number, target_id, action_id, entry, hash) values ($1, $2, $3, $4, $5)`,
    [
      Number(last[0]?.['number'] ?? 0) + 1,
      changed[0]['target_id'],
      action.id,
      entry,
      Buffer.from(chainHash(previous, entry), 'hex'),
    ],
  );
  return true;
}

const LEDGER_SQL = `select l.number, t.name as target, l.action_id, l.entry, l.hash
  from ${SCHEMA}.ledger l join ${SCHEMA}.target t on t.id = l.target_id`;

function ledgerOf(connection: OwnConnection): Pick<ActionTables, 'ledger' | 'checkLedger'> {
  return {
    async ledger({ target = null, actionId = null, limit }) {
      const rows = await connection.run(
        `${LEDGER_SQL} where ($1::text is null or t.name = $1) and ($2::text is null or l.action_id = $2)
        order by l.number desc limit $3`,
        [target, actionId, limit],
      );
      return rows.map(ledgerRowOf);
    },
    async checkLedger() {
      const all: LedgerRow[] = [];
      for (let more = true; more; ) {
        const rows = await connection.run(
          `${LEDGER_SQL} where l.number > $1 order by l.number limit ${PAGE_ROWS}`,
          [all.at(-1)?.number ?? 0],
        );
        all.push(...rows.map(ledgerRowOf));
        more = rows.length === PAGE_ROWS;
      }
      return checkChain(all);
    },
  };
}

function tokensOf(connection: OwnConnection): Pick<ActionTables, 'addToken' | 'useToken'> {
  return {
    async addToken({ hash, actionId, contentHash, mintedBy, expiresAt }) {
      await connection.run(
        `insert into ${SCHEMA}.approval_token (hash, action_id, content_hash, minted_by, expires_at)
        values ($1, $2, $3, $4, $5)`,
        [Buffer.from(hash, 'hex'), actionId, contentHash, mintedBy, expiresAt],
      );
    },
    async useToken(hash, now) {
      const rows = await connection.run(
        `update ${SCHEMA}.approval_token set used_at = $2 where hash = $1 and used_at is null and expires_at > $2
        returning action_id, content_hash, minted_by, expires_at`,
        [Buffer.from(hash, 'hex'), now],
      );
      const row = rows[0];
      if (row === undefined) return null;
      return {
        hash,
        actionId: String(row['action_id']),
        contentHash: String(row['content_hash']),
        mintedBy: String(row['minted_by']),
        expiresAt: row['expires_at'] as Date,
      };
    },
  };
}

function actionOf(row: OwnRow): StoredAction {
  return {
    id: String(row['id']),
    target: String(row['target']),
    subject: String(row['subject']),
    state: String(row['state']),
    changedAt: row['changed_at'] as Date,
    body: row['body'],
  };
}

function ledgerRowOf(row: OwnRow): LedgerRow {
  return {
    number: Number(row['number']),
    target: String(row['target']),
    actionId: String(row['action_id']),
    entry: String(row['entry']),
    hash: hex(row['hash']),
  };
}

function hex(value: unknown): string {
  return (value as Buffer).toString('hex');
}
