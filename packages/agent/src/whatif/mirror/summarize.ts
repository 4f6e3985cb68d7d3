import type { Mirror, MirrorGap } from '../types.ts';

/** What a mirror holds, without any of its values. */
export interface MirrorSummary {
  readonly database: string;
  readonly serverVersion: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** Whether values of rows were left out. */
  readonly isRedacted: boolean;
  readonly tablesCount: number;
  readonly indexesCount: number;
  /** Columns with statistics. */
  readonly columnsCount: number;
  readonly extendedCount: number;
  /** Columns whose least and greatest value are known. */
  readonly extremesCount: number;
  /** Statements that make the schema. */
  readonly statementsCount: number;
  readonly extensions: readonly string[];
  /** Rows of all tables, as last estimated by the server. */
  readonly rowsCount: number;
  /** Files of tables and indexes on the server, in bytes; TOAST left out. */
  readonly sizeBytes: number;
  readonly gaps: readonly MirrorGap[];
}

/** Counts what a mirror holds. */
export function summarizeMirror(mirror: Mirror): MirrorSummary {
  const { relations, server } = mirror;
  const isIndex = ({ kind }: Mirror['relations'][number]): boolean => kind === 'i' || kind === 'I';
  const tables = relations.filter((relation) => !isIndex(relation));
  const stored = tables.filter(({ kind }) => kind !== 'p');
  const blocks = relations.reduce((sum, { fileBlocks }) => sum + (fileBlocks ?? 0), 0);
  return {
    database: server.database,
    serverVersion: server.version,
    takenAt: mirror.takenAt,
    isRedacted: mirror.isRedacted,
    tablesCount: tables.length,
    indexesCount: relations.length - tables.length,
    columnsCount: mirror.columns.length,
    extendedCount: mirror.extended.length,
    extremesCount: mirror.extremes.length,
    statementsCount: mirror.ddl.length,
    extensions: mirror.extensions.map(({ name }) => name),
    rowsCount: stored.reduce((sum, { rows }) => sum + Math.max(0, rows), 0),
    sizeBytes: blocks * server.blockSizeBytes,
    gaps: mirror.gaps,
  };
}
