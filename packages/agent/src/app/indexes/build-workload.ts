import type {
  Workload,
  WorkloadColumn,
  WorkloadIndex,
  WorkloadStatement,
  WorkloadTable,
} from '../../advise/index.ts';
import { catalogueOf, statisticsWindow } from '../../diagnose/index.ts';
import { groupBy, quoteQualified } from '../../kernel/index.ts';
import type { ColumnRow, IndexFacts, Snapshot, TableFacts } from '../../observe/index.ts';
import type { IndexDefinition } from '../../planner/index.ts';

/** Operator classes of extensions that the advisor knows to use, by extension. */
const OPERATOR_CLASSES: Readonly<Record<string, readonly string[]>> = {
  pg_trgm: ['gin_trgm_ops', 'gist_trgm_ops'],
};

/** What the advisor works on, from what was observed. */
export interface WorkloadInputs {
  readonly snapshot: Snapshot;
  readonly statements: readonly WorkloadStatement[];
  /** Row changes of the tables for each row change in the time that the statements cover; 1 when unknown. */
  readonly changesScale: number;
  /** Queries of the views that statements name, by `schema.name`. */
  readonly views: ReadonlyMap<string, string>;
  /** Reads an index's complete CREATE INDEX; null when it cannot be expressed. */
  readonly readDefinition: (sql: string) => IndexDefinition | null;
}

/** Builds the workload: tables with their columns, indexes and row changes, partitions folded into their parent. */
export function buildWorkload(inputs: WorkloadInputs): Workload {
  const { sections, server } = inputs.snapshot;
  const tables = sections.tables.status === 'ok' ? sections.tables.data : [];
  const indexes = sections.indexes.status === 'ok' ? sections.indexes.data : [];
  const columns = sections.columns.status === 'ok' ? sections.columns.data.columns : [];
  const columnsOf = groupBy(columns, (column) => column.tableOid);
  const indexesOf = groupBy(indexes, (index) => index.tableOid);
  const familyOf = groupBy(tables, (table) => catalogueOf(inputs.snapshot).root(table).oid);
  const { rows } = catalogueOf(inputs.snapshot);
  const database = sections.database.status === 'ok' ? sections.database.data : null;
  return {
    statements: inputs.statements,
    tables: tables
      .filter((table) => !table.isPartition)
      .map((table) =>
        workloadTable(table, familyOf.get(table.oid) ?? [table], {
          rows: rows(table.oid),
          scale: inputs.changesScale,
          columns: (columnsOf.get(table.oid) ?? []).map(workloadColumn),
          indexes: (indexesOf.get(table.oid) ?? []).map((index) =>
            workloadIndex(index, {
              read: inputs.readDefinition,
              isPartitioned: table.kind === 'partitioned',
            }),
          ),
        }),
      ),
    countedMs: database === null ? null : statisticsWindow(inputs.snapshot, database, tables).lengthMs,
    operatorClasses: new Map(
      server.extensions.flatMap(({ name, schema }) =>
        (OPERATOR_CLASSES[name] ?? []).map((one) => [one, quoteQualified(schema, one)] as const),
      ),
    ),
    views: inputs.views,
    takenNames: new Set([...tables, ...indexes].map((relation) => `${relation.schema}.${relation.name}`)),
  };
}

interface TableParts {
  readonly rows: number;
  readonly scale: number;
  readonly columns: readonly WorkloadColumn[];
  readonly indexes: readonly WorkloadIndex[];
}

function workloadTable(
  table: TableFacts,
  family: readonly TableFacts[],
  { rows, scale, columns, indexes }: TableParts,
): WorkloadTable {
  const sum = (measure: (one: TableFacts) => number): number =>
    family.reduce((total, one) => total + measure(one), 0);
  return {
    schema: table.schema,
    name: table.name,
    rows,
    sizeBytes: sum((one) => one.heapBytes ?? 0),
    columns,
    indexes,
    inserts: scale * sum((one) => one.insertedRows),
    updates: scale * sum((one) => one.updatedRows),
    hotUpdates: scale * sum((one) => one.hotUpdatedRows),
    deletes: scale * sum((one) => one.deletedRows),
  };
}

function workloadColumn(column: ColumnRow): WorkloadColumn {
  return {
    name: column.name,
    type: column.type,
    isNotNull: column.isNotNull,
    widthBytes: column.averageWidthBytes,
    distinct: column.distinctValues,
    correlation: column.correlation,
    nullRatio: column.nullFraction,
  };
}

function workloadIndex(
  index: IndexFacts,
  {
    read,
    isPartitioned,
  }: { readonly read: WorkloadInputs['readDefinition']; readonly isPartitioned: boolean },
): WorkloadIndex {
  const protection = protectionOf(index);
  return {
    schema: index.schema,
    name: index.name,
    definition: index.definition === null ? null : read(index.definition),
    sizeBytes: index.sizeBytes ?? 0,
    isProtected: protection !== null,
    protection,
    // Scans are counted on the partitions' indexes, which plans name too.
    scans: isPartitioned ? null : index.scans,
    ddl: index.definition ?? '',
  };
}

/** Says why an index must stay whatever the workload thinks of it; null when it need not. */
function protectionOf(index: IndexFacts): string | null {
  if (index.constraintName !== null) return `backs the constraint ${index.constraintName}`;
  if (index.isUnique) return 'is unique';
  if (index.isExclusion) return 'backs an exclusion constraint';
  if (index.isReplicaIdentity) return 'is the replica identity';
  if (index.isReferenced) return 'a foreign key refers to it';
  if (index.parentOid !== null) return 'belongs to an index of the partitioned table';
  if (!index.isValid || !index.isReady || index.isBeingBuilt)
    return 'is not valid (see diagnose/invalid-index)';
  return index.definition === null ? 'its definition could not be read' : null;
}
