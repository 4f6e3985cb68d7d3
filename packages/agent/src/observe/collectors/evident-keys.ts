import type { ConstraintRow } from '../../catalog/index.ts';
import type { ColumnListing, IndexFacts, TableFacts } from '../types.ts';

/** What the choice of keys to sample rests on. */
export interface OrphanInputs {
  readonly constraints: readonly ConstraintRow[];
  readonly columns: ColumnListing;
  readonly tables: readonly TableFacts[];
  readonly indexes: readonly IndexFacts[];
}

/** A foreign key to sample, declared (`constraintName`) or only evident from names and types. */
export interface EvidentKey {
  readonly constraintName: string | null;
  readonly tableOid: number;
  readonly schema: string;
  readonly tableName: string;
  readonly columns: readonly string[];
  readonly referencedOid: number;
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
}

/**
 * Finds columns that refer to another table without a constraint: `<table>_id`, of the same type as the single
 * column of that table's primary key (integers of any width count as one type), in the same schema.
 */
export function findEvidentKeys(inputs: OrphanInputs): readonly EvidentKey[] {
  const declared = new Set(
    inputs.constraints
      .filter((constraint) => constraint.kind === 'foreign key')
      .flatMap((constraint) => constraint.columns.map((column) => `${constraint.tableOid}.${column}`)),
  );
  const keys = primaryKeys(inputs);
  const kinds = new Map(inputs.tables.map((table) => [table.oid, table.kind]));
  return inputs.columns.columns.flatMap((column) => {
    const stem = /^(.+)_id$/.exec(column.name)?.[1];
    if (stem === undefined || declared.has(`${column.tableOid}.${column.name}`)) return [];
    if (kinds.get(column.tableOid) === 'matview') return [];
    const target = nameForms(stem)
      .map((name) => keys.get(`${column.schema}.${name}`))
      .find((key) => key?.type === typeFamily(column.type) && key.tableOid !== column.tableOid);
    if (target === undefined) return [];
    return [
      {
        constraintName: null,
        tableOid: column.tableOid,
        schema: column.schema,
        tableName: column.tableName,
        columns: [column.name],
        referencedOid: target.tableOid,
        referencedSchema: column.schema,
        referencedTable: target.tableName,
        referencedColumns: [target.column],
      },
    ];
  });
}

interface PrimaryKey {
  readonly tableOid: number;
  readonly tableName: string;
  readonly column: string;
  /** By {@link typeFamily}. */
  readonly type: string;
}

/** Type as SQL writes it; integers of any width are one family, since they compare through one index. */
function typeFamily(type: string): string {
  return ['smallint', 'integer', 'bigint'].includes(type) ? 'integer' : type;
}

/** Single-column primary keys by `schema.table`. */
function primaryKeys(inputs: OrphanInputs): ReadonlyMap<string, PrimaryKey> {
  const types = new Map(
    inputs.columns.columns.map((column) => [`${column.tableOid}.${column.name}`, typeFamily(column.type)]),
  );
  const keys = new Map<string, PrimaryKey>();
  for (const index of inputs.indexes) {
    const [column, second] = index.columns;
    if (!index.isPrimary || column === undefined || second !== undefined) continue;
    const type = types.get(`${index.tableOid}.${column}`);
    if (type === undefined) continue;
    const { tableOid, tableName } = index;
    keys.set(`${index.schema}.${tableName}`, { tableOid, tableName, column, type });
  }
  return keys;
}

/** The singular and the usual English plurals. */
function nameForms(stem: string): readonly string[] {
  const forms = [`${stem}s`, stem, `${stem}es`];
  return stem.endsWith('y') ? [...forms, `${stem.slice(0, -1)}ies`] : forms;
}
