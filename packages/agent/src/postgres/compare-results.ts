import type { Client } from 'pg';
import { connect, endSoon } from './connect.ts';
import { mark } from './marker.ts';
import { refusalReason } from './refusal.ts';
import { ownSearchPathSql } from './search-path.ts';
import type { ConnectionTarget } from './target.ts';

/** Two statements that should give the same rows for the same values. */
export interface ComparedStatements {
  readonly original: string;
  readonly rewritten: string;
  readonly values: readonly (string | null)[];
  /** Whether the order is total, so that it has to be the same too. */
  readonly isOrdered: boolean;
}

/** What running both showed. */
export type Compared =
  | { readonly kind: 'same'; readonly rowsCount: number }
  | {
      readonly kind: 'different';
      readonly originalRowsCount: number;
      readonly rewrittenRowsCount: number;
      /** What differs first: names and types of columns, the rows, or their order. */
      readonly what: 'columns' | 'rows' | 'order';
      /** Some rows, as text, that only one of the two gives, or gives more often. */
      readonly onlyOriginal: readonly string[];
      readonly onlyRewritten: readonly string[];
    }
  | { readonly kind: 'failed'; readonly statement: 'original' | 'rewritten'; readonly reason: string };

/** A connection on which statements are run beside each other. */
export interface ComparisonConnection {
  compare(statements: ComparedStatements, limits: { readonly timeoutMs: number }): Promise<Compared>;
  close(): Promise<void>;
}

interface Digest {
  readonly columns: string;
  readonly rows: number;
  readonly hash: string;
  readonly orderHash: string;
}

const LOCK_TIMEOUT_MS = 200;
const SAMPLE_ROWS = 3;

/**
 * Opens a connection to a target that runs two statements in one read-only transaction under repeatable read, so that both see
 * the same rows, and compares what they give on the server: only sums of hashes and a few differing rows are sent.
 */
export async function openComparisonConnection(
  target: ConnectionTarget,
  options: { readonly connectTimeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<ComparisonConnection> {
  const client = await connect(target, options.connectTimeoutMs, options.signal);
  return {
    async compare(statements, { timeoutMs }) {
      try {
        await client.query(openingSql(timeoutMs));
        await client.query(ownSearchPathSql('compare', { isLocal: true }));
        return await compareWithin(client, statements);
      } finally {
        await client.query('rollback').catch(() => undefined);
      }
    },
    close: () => endSoon(client),
  };
}

function openingSql(timeoutMs: number): string {
  return mark(
    'compare',
    `begin transaction isolation level repeatable read read only; set local statement_timeout = ${Math.round(timeoutMs)}; set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
  );
}

async function compareWithin(client: Client, statements: ComparedStatements): Promise<Compared> {
  const digests: Digest[] = [];
  for (const which of ['original', 'rewritten'] as const) {
    const digest = await digestOf(client, statements[which], statements.values);
    if ('reason' in digest) return { kind: 'failed', statement: which, reason: digest.reason };
    digests.push(digest);
  }
  const [before, after] = digests;
  if (before === undefined || after === undefined) return { kind: 'same', rowsCount: 0 };
  const what = differenceOf(before, after, statements.isOrdered);
  if (what === null) return { kind: 'same', rowsCount: before.rows };
  const isOfRows = what === 'rows';
  return {
    kind: 'different',
    originalRowsCount: before.rows,
    rewrittenRowsCount: after.rows,
    what,
    onlyOriginal: isOfRows
      ? await sampleOf(client, statements.original, statements.rewritten, statements.values)
      : [],
    onlyRewritten: isOfRows
      ? await sampleOf(client, statements.rewritten, statements.original, statements.values)
      : [],
  };
}

function differenceOf(
  before: Digest,
  after: Digest,
  isOrdered: boolean,
): 'columns' | 'rows' | 'order' | null {
  if (before.columns !== after.columns) return 'columns';
  if (before.rows !== after.rows || before.hash !== after.hash) return 'rows';
  return isOrdered && before.orderHash !== after.orderHash ? 'order' : null;
}

/** Sums of hashes do not depend on the order of rows and count duplicates; two seeds make one that fits by chance unlikely. */
const DIGEST_SQL = `
  count(*)::float8 as "rows",
  pg_catalog.concat(
    sum(pg_catalog.hashtextextended(d.line, 0)::numeric), ' ', sum(pg_catalog.hashtextextended(d.line, 1)::numeric)
  ) as "hash",
  sum(pg_catalog.hashtextextended(d.number || ' ' || d.line, 0)::numeric)::text as "orderHash"`;

async function digestOf(
  client: Client,
  sql: string,
  values: readonly (string | null)[],
): Promise<Digest | { readonly reason: string }> {
  const bare = withoutSemicolon(sql);
  const text = mark(
    'compare',
    `select ${DIGEST_SQL} from (select row_number() over () as number, r::text as line from (${bare}) r) d`,
  );
  const shape = mark('compare', `select * from (${bare}) r limit 0`);
  try {
    const { fields } = await client.query(extended(shape, values));
    const { rows } = await client.query<Omit<Digest, 'columns'>>(extended(text, values));
    const [row] = rows;
    const columns = fields.map(({ name, dataTypeID }) => `${name} ${dataTypeID}`).join(', ');
    return row === undefined ? { reason: 'it gave no answer' } : { ...row, columns };
  } catch (error) {
    return { reason: refusalReason(error, text, bare) };
  }
}

/** Rows of the first statement that the second does not give as often; none when they cannot be had. */
async function sampleOf(
  client: Client,
  first: string,
  second: string,
  values: readonly (string | null)[],
): Promise<readonly string[]> {
  const lines = (sql: string): string => `select r::text as line from (${withoutSemicolon(sql)}) r`;
  const text = mark(
    'compare',
    `select line from (${lines(first)} except all ${lines(second)}) d limit ${SAMPLE_ROWS}`,
  );
  try {
    const { rows } = await client.query<{ readonly line: string }>(extended(text, values));
    return rows.map(({ line }) => line);
  } catch {
    return [];
  }
}

/** The extended protocol takes one statement: none that ends the transaction can follow. */
function extended(text: string, values: readonly (string | null)[]): { text: string; values: unknown[] } {
  return { text, values: [...values], queryMode: 'extended' } as { text: string; values: unknown[] };
}

function withoutSemicolon(sql: string): string {
  return sql.trim().replace(/;\s*$/, '');
}
