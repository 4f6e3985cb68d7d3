import type {
  ColumnRow,
  IndexFacts,
  Section,
  SectionName,
  Sections,
  Snapshot,
  StatementRow,
  TableFacts,
} from '../../observe/index.ts';

/** Names that PostgreSQL accepts and a careless renderer does not survive. */
export const HOSTILE_NAMES: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\u001b[31mred\u001b[0m\u001b]0;title\u0007',
  'line\nbreak\r\n# heading',
  'ключ🔑ключ🔑ключ🔑ключ🔑',
  'a`b``c```d',
  'pipe|star*_under_[link](https://evil.example)',
  '@everyone #1 www.evil.example',
  'right\u202eto\u200bleft',
  "a;b' -- \\",
];

const TAKEN_AT = new Date('2026-11-23T07:23:27.000Z');

/** A statement with counters; every part can be replaced. */
export function sampleStatement(parts: Partial<StatementRow> = {}): StatementRow {
  return {
    queryId: '-8123456789012345678',
    query: 'select p.id, p.title\nfrom products p\nwhere p.category = $1\norder by p.rating desc limit $2',
    queryLength: 80,
    isOwn: false,
    calls: 12_345,
    totalMs: 987_654,
    meanMs: 80,
    minMs: 2,
    maxMs: 900,
    stddevMs: 40,
    planMs: 0,
    rows: 246_900,
    sharedBlocksHit: 9_000_000,
    sharedBlocksRead: 1_000_000,
    sharedBlocksDirtied: 0,
    sharedBlocksWritten: 0,
    tempBlocksRead: 0,
    tempBlocksWritten: 1024,
    blockReadMs: 0,
    blockWriteMs: 0,
    walBytes: 0,
    statsSince: null,
    ...parts,
  };
}

/** A table with counters and sizes; every part can be replaced. */
function sampleTable(parts: Partial<TableFacts> = {}): TableFacts {
  const [heapBytes, indexesBytes, toastBytes] = [800e6, 400e6, 20e6];
  return {
    oid: 16_500,
    schema: 'public',
    name: 'product_searches',
    kind: 'table',
    isPartition: false,
    parentOid: null,
    persistence: 'permanent',
    estimatedRows: 1_000_000,
    estimatedPages: 97_000,
    allVisiblePages: 90_000,
    liveRows: 1_000_000,
    deadRows: 12_000,
    modifiedSinceAnalyze: 0,
    insertedSinceVacuum: 0,
    sequentialScans: 400,
    sequentialRowsRead: 400e6,
    indexScans: 600,
    indexRowsFetched: 600_000,
    insertedRows: 0,
    updatedRows: 0,
    deletedRows: 0,
    hotUpdatedRows: 0,
    newPageUpdatedRows: null,
    heapBlocksRead: 0,
    heapBlocksHit: 0,
    indexBlocksRead: 0,
    indexBlocksHit: 0,
    toastBlocksRead: 0,
    toastBlocksHit: 0,
    lastVacuum: null,
    lastAutovacuum: null,
    lastAnalyze: null,
    lastAutoanalyze: null,
    xidAge: 1000,
    multixactAge: 0,
    options: [],
    columnCount: 8,
    hasPrimaryKey: true,
    replicaIdentity: 'default',
    toastOid: null,
    indexCount: 3,
    refreshXid: null,
    heapBytes,
    indexesBytes,
    toastBytes,
    totalBytes: heapBytes + indexesBytes + toastBytes,
    ...parts,
  };
}

/** An index; only what renderers read is meaningful. */
function sampleIndex(name: string, sizeBytes: number, scans: number): IndexFacts {
  const shown = { schema: 'public', name, tableName: 'products', sizeBytes, scans };
  return { ...shown, oid: 1, tableOid: 1, method: 'btree' } as unknown as IndexFacts;
}

/** A column with statistics; every part can be replaced. */
export function sampleColumn(parts: Partial<ColumnRow> = {}): ColumnRow {
  return {
    tableOid: 16_500,
    schema: 'public',
    tableName: 'products',
    name: 'category_id',
    number: 3,
    type: 'character varying(200)',
    typeName: 'varchar',
    baseType: 'character varying(200)',
    isNotNull: false,
    isIdentity: false,
    defaultExpression: null,
    statisticsTarget: null,
    isReadable: true,
    hasStatistics: true,
    nullFraction: 0.03,
    averageWidthBytes: 12,
    distinctValues: -0.42,
    correlation: -0.13,
    commonValues: 100,
    highestCommonFrequency: 0.2,
    lowestCommonFrequency: 0.001,
    commonFrequencySum: 0.8,
    ...parts,
  };
}

const STATEMENTS: readonly StatementRow[] = [
  sampleStatement(),
  ...[420_000, 200_000, 90_000, 31_000, 12_000, 800].map((totalMs, index) =>
    sampleStatement({
      queryId: String(1000 + index),
      query:
        index === 5
          ? null
          : `/* app:web */ update product_searches set hits = hits + ${index} where search_term ilike $1 and market = $2 returning id, hits, market, search_term`,
      totalMs,
      meanMs: totalMs / 400,
      calls: 400,
      rows: 400,
      walBytes: 1e6 * index,
    }),
  ),
  ...HOSTILE_NAMES.map((name, index) =>
    sampleStatement({
      queryId: String(2000 + index),
      query: `select * from "${name}"`,
      totalMs: 500 - index,
    }),
  ),
];

const TABLES: readonly TableFacts[] = [
  sampleTable(),
  sampleTable({ name: 'product_search_results', heapBytes: 5e9, totalBytes: 5.42e9, indexScans: 90_000 }),
  sampleTable({
    name: 'market_analyses',
    heapBytes: 30e6,
    toastBytes: 900e6,
    totalBytes: 1.33e9,
    indexScans: 8e6,
  }),
  ...HOSTILE_NAMES.map((name, index) =>
    sampleTable({
      name,
      oid: 20_000 + index,
      heapBytes: 90e6 / (index + 1),
      indexesBytes: 60e6 / (index + 1),
      toastBytes: 0,
      totalBytes: 150e6 / (index + 1),
      sequentialScans: index * 20,
    }),
  ),
];

const COLUMNS: readonly ColumnRow[] = [
  sampleColumn(),
  sampleColumn({ name: 'id', type: 'bigint', distinctValues: -1, correlation: 1, nullFraction: 0 }),
  sampleColumn({ name: 'market', type: 'text', distinctValues: 12, correlation: null, nullFraction: null }),
  sampleColumn({ name: 'never_analyzed', hasStatistics: false, distinctValues: null }),
  ...HOSTILE_NAMES.map((name) => sampleColumn({ name, tableName: name })),
];

/** A snapshot whose other parts are unavailable. */
export function sampleSnapshot(parts: Partial<Sections> = {}): Snapshot {
  const readable: Partial<Sections> = {
    statements: STATEMENTS,
    tables: TABLES,
    indexes: [sampleIndex('products_title_idx', 42e6, 0), sampleIndex('products_pkey', 21e6, 900_000)],
    columns: { columns: COLUMNS, omittedTables: 0 },
    ...parts,
  };
  const section = (name: SectionName): Section<unknown> =>
    name in readable
      ? { status: 'ok', data: readable[name], readAt: TAKEN_AT, tookMs: 3 }
      : { status: 'unavailable', reason: 'not part of this fixture', remedy: 'none' };
  const sections = new Proxy({}, { get: (_, name) => section(name as SectionName) });
  return {
    takenAt: TAKEN_AT,
    server: { version: '18.4', database: 'market' } as Snapshot['server'],
    sections: sections as Snapshot['sections'],
    gaps: [],
    selfLoad: { statements: 41, databaseMs: 812, fastestMs: 1 },
  };
}

/** A snapshot in which nothing could be read. */
export function blindSnapshot(): Snapshot {
  const unavailable = { status: 'unavailable', reason: 'no right', remedy: 'grant pg_monitor' };
  const sections = new Proxy({}, { get: () => unavailable });
  return { ...sampleSnapshot(), sections: sections as Snapshot['sections'] };
}
