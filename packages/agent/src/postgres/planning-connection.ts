import { connect } from './connect.ts';
import { mark } from './marker.ts';
import { refusalReason } from './refusal.ts';
import { ownSearchPathSql } from './search-path.ts';
import { guardedReason, secretsReason } from './secrets.ts';
import type { ConnectionTarget } from './target.ts';

/** A connection for plans only: read-only by default, with a statement timeout. Statements sent without waiting are pipelined. */
export interface TargetPlanningConnection {
  run(sql: string): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
  /**
   * Runs a statement and measures it, in a read-only transaction that is rolled back. Guarded, it tells nothing of a
   * statement that reads secrets.
   * @returns EXPLAIN's answer, or PostgreSQL's reason: it refuses to write there
   */
  analyze(
    statement: { readonly sql: string; readonly values: readonly (string | null)[] | null },
    options: { readonly timeoutMs: number; readonly isGuarded?: boolean },
  ): Promise<{ readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly reason: string }>;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 200;

/** Opens a connection to a target on which plans are made and nothing is run. */
export async function openPlanningConnection(
  target: ConnectionTarget,
  options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<TargetPlanningConnection> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  await client.query(
    mark(
      'planning',
      `set default_transaction_read_only = on; set standard_conforming_strings = on; set statement_timeout = ${STATEMENT_TIMEOUT_MS}; set lock_timeout = ${LOCK_TIMEOUT_MS}`,
    ),
  );
  await client.query(ownSearchPathSql('planning', { isLocal: false }));
  return {
    run: (sql) => client.query(sql),
    async analyze({ sql, values }, { timeoutMs, isGuarded = false }) {
      const statement = sql.trim().replace(/;\s*$/, '');
      const text = mark('explain', `explain (analyze, buffers, settings, format json) ${statement}`);
      try {
        await client.query(
          mark('explain', `begin read only; set local statement_timeout = ${Math.round(timeoutMs)}`),
        );
        // The extended protocol takes one statement: none that ends the transaction can follow.
        const send = (explain: string) =>
          client.query<Record<string, unknown>>({
            text: explain,
            values: [...(values ?? [])],
            queryMode: 'extended',
          } as { text: string; values: unknown[] });
        if (!isGuarded) return { ok: true, json: (await send(text)).rows[0]?.['QUERY PLAN'] };
        // Its locks are those of the plan: what it would read is known before an error can quote it.
        await send(mark('explain', `explain ${statement}`));
        const planned = await secretsReason(client);
        if (planned !== null) return { ok: false, reason: planned };
        const { rows } = await send(text);
        const read = await secretsReason(client);
        return read === null ? { ok: true, json: rows[0]?.['QUERY PLAN'] } : { ok: false, reason: read };
      } catch (error) {
        const reason = isGuarded ? guardedReason : refusalReason;
        return { ok: false, reason: reason(error, text, statement) };
      } finally {
        await client.query('rollback').catch(() => undefined);
      }
    },
    close: () => client.end(),
  };
}
