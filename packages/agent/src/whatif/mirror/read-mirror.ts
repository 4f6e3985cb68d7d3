import {
  lockedRelationsQuery,
  type MirrorRelationRow,
  mirrorColumnsQuery,
  mirrorExtendedQuery,
  mirrorRelationsQuery,
  mirrorServerQuery,
  runCatalogListing,
  runCatalogQuery,
  serverSettingsQuery,
} from '../../catalog/index.ts';
import type { Clock, ProgressListener } from '../../kernel/index.ts';
import type { Session } from '../../postgres/index.ts';
import type { Mirror, MirrorGap, RelationStatistics } from '../types.ts';
import { isPlannerSetting } from './planner-settings.ts';
import { readDdl } from './read-ddl.ts';
import { readExtremes } from './read-extremes.ts';

/** How a mirror is taken. */
export interface ReadMirrorOptions {
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
}

const PAGE_ROWS = 5_000;
const MAXIMUM_RELATIONS = 200_000;

/** Providers of collations by the letter in the catalogue. */
const PROVIDERS: Readonly<Record<string, 'libc' | 'icu' | 'builtin'>> = { c: 'libc', i: 'icu', b: 'builtin' };

/**
 * Reads all that the planner needs to know of a target: catalogues only, but for the ends of indexed columns. What cannot be read
 * becomes a gap.
 * @throws POSTGRES.CONNECTION_LOST, POSTGRES.CANCELLED
 */
export async function readMirror(session: Session, options: ReadMirrorOptions): Promise<Mirror> {
  const gaps: MirrorGap[] = [];
  const step = (done: number): void =>
    options.onProgress({ task: 'reading statistics', done, total: 6, unit: 'parts' });
  step(0);
  const locked = await readLocked(session, gaps);
  const server = await one(session, gaps);
  const relations = await readRelations(session, locked, gaps);
  step(1);
  const columns = await rowsOf(session, mirrorColumnsQuery, gaps);
  step(2);
  noteUnreadable(columns.length, relations, session, gaps);
  const extended = await rowsOf(session, mirrorExtendedQuery, gaps);
  step(3);
  const extremes = await readExtremes(session, locked, gaps);
  step(4);
  const ddl = await readDdl(session, gaps);
  step(5);
  const settings = await rowsOf(session, serverSettingsQuery, gaps);
  step(6);
  const { versionNumber, version, extensions, blockSizeBytes } = session.capabilities;
  return {
    schema: 'pgsteward/mirror@1',
    takenAt: options.clock.now().toISOString(),
    isRedacted: false,
    server: { versionNumber, version, blockSizeBytes, ...server },
    settings: Object.fromEntries(
      settings
        .filter((row) => isPlannerSetting(row.name) && row.value !== null)
        .map((row) => [row.name, row.value ?? '']),
    ),
    extensions,
    ddl,
    relations,
    columns,
    extended: extended.map(({ tableSchema, tableName, columnNumbers, columnNames, ...row }) => ({
      ...row,
      table: { schema: tableSchema, name: tableName },
      columnsByNumber: Object.fromEntries(
        columnNumbers.map((number, index) => [String(number), columnNames[index] ?? '']),
      ),
      expressions: [],
    })),
    extremes,
    gaps,
  };
}

async function readLocked(session: Session, gaps: MirrorGap[]): Promise<readonly number[]> {
  const result = await runCatalogQuery(session, lockedRelationsQuery);
  if (!result.ok) return [];
  for (const { schema, name, mode } of result.rows) {
    gaps.push({
      id: 'whatif/relation-locked',
      reason: `${schema}.${name} is locked (${mode}): its size is taken from its last vacuum`,
      remedy: 'run again when the lock is gone',
      subject: { schema, name },
    });
  }
  return result.rows.map((row) => row.oid);
}

async function one(
  session: Session,
  gaps: MirrorGap[],
): Promise<Pick<Mirror['server'], 'database' | 'encoding' | 'collation'>> {
  const [row] = await rowsOf(session, mirrorServerQuery, gaps);
  return {
    database: row?.database ?? session.capabilities.database,
    encoding: row?.encoding ?? 'UTF8',
    collation: {
      provider: PROVIDERS[row?.provider ?? 'c'] ?? 'libc',
      collate: row?.collate ?? 'C',
      ctype: row?.ctype ?? 'C',
      locale: row?.locale ?? null,
    },
  };
}

async function readRelations(
  session: Session,
  locked: readonly number[],
  gaps: MirrorGap[],
): Promise<readonly RelationStatistics[]> {
  const page = { pageRows: PAGE_ROWS, maximumRows: MAXIMUM_RELATIONS };
  const result = await runCatalogListing(session, mirrorRelationsQuery, page, [locked]);
  if (!result.ok) {
    gaps.push({ id: 'whatif/relations', subject: null, ...result.unavailable });
    return [];
  }
  return result.listing.rows.map(toRelation);
}

function toRelation({ oid: _oid, tableSchema, tableName, ...row }: MirrorRelationRow): RelationStatistics {
  const table = tableSchema === null || tableName === null ? null : { schema: tableSchema, name: tableName };
  return { ...row, table };
}

/** Without statistics every plan is a guess: the most likely reason is a missing right. */
function noteUnreadable(
  columns: number,
  relations: readonly RelationStatistics[],
  session: Session,
  gaps: MirrorGap[],
): void {
  const analyzed = relations.filter((relation) => relation.kind === 'r' && relation.rows > 0);
  if (columns > 0 || analyzed.length === 0) return;
  gaps.push({
    id: 'whatif/statistics-hidden',
    reason: `the role ${session.capabilities.user} sees no column statistics: PostgreSQL shows them to roles that may read the columns`,
    remedy: `grant pg_read_all_data to "${session.capabilities.user.replaceAll('"', '""')}";`,
    subject: null,
  });
}

/** Reads a query's rows; none, and a gap, when it cannot run. */
async function rowsOf<Row>(
  session: Session,
  query: Parameters<typeof runCatalogQuery<Row>>[1],
  gaps: MirrorGap[],
): Promise<readonly Row[]> {
  const result = await runCatalogQuery(session, query);
  if (result.ok) return result.rows;
  gaps.push({ id: query.id.replace('catalog/', 'whatif/'), subject: null, ...result.unavailable });
  return [];
}
