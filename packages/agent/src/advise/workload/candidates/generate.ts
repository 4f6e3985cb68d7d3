import { definitionKey, type IndexDefinition } from '../../../planner/index.ts';
import { type NameResolver, readRoles, type TableOccurrence } from '../../../sql/index.ts';
import type { IndexConstraints, Workload, WorkloadStatement, WorkloadTable } from '../types.ts';
import { btreeCandidates } from './btree.ts';
import { isCoveredByExisting } from './covered.ts';
import type { Draft } from './draft.ts';
import { specialCandidates } from './special.ts';

/** An index worth asking the planner about. */
export interface Candidate {
  readonly key: string;
  readonly definition: IndexDefinition;
  /** What it was made for, one sentence. */
  readonly why: string;
  /** Ids of the statements that asked for it. */
  readonly statements: readonly string[];
  /** Key columns and INCLUDE columns together: candidates are tried from thin to wide. */
  readonly width: number;
}

/** Tables below which no index pays. */
const MINIMUM_ROWS = 100;

/**
 * Makes the candidates of a workload: for each table that a statement reads, what its conditions, joins, order, grouping and
 * columns ask for. Those that an existing index already is are left out. The order is the same for the same workload.
 */
export function generateCandidates(workload: Workload, constraints: IndexConstraints): readonly Candidate[] {
  const resolver = workloadResolver(workload);
  const tables = new Map(workload.tables.map((table) => [`${table.schema}.${table.name}`, table]));
  const found = new Map<string, Candidate>();
  for (const statement of workload.statements) {
    for (const occurrence of occurrencesOf(statement, resolver)) {
      const name = `${occurrence.schema}.${occurrence.table}`;
      const table = tables.get(name);
      if (table === undefined || constraints.excludedTables.has(name) || table.rows < MINIMUM_ROWS) continue;
      const inputs = { occurrence, table, workload, constraints };
      for (const draft of [...btreeCandidates(inputs), ...specialCandidates(inputs)]) {
        add(found, draft, statement, { table, canRepeat: constraints.canRepeat });
      }
    }
  }
  return [...found.values()];
}

/** Reads what a statement asks of each table. */
export function occurrencesOf(
  statement: WorkloadStatement,
  resolver: NameResolver,
): readonly TableOccurrence[] {
  return readRoles(statement.sql, resolver);
}

/** Finds names in the workload's tables; bare names as `search_path` would, `public` first. */
export function workloadResolver(workload: Workload): NameResolver {
  const bySchema = new Map(workload.tables.map((table) => [`${table.schema}.${table.name}`, table]));
  const byName = new Map<string, WorkloadTable>();
  for (const table of workload.tables) {
    if (!byName.has(table.name) || table.schema === 'public') byName.set(table.name, table);
  }
  const columns = new Map(
    workload.tables.map((table) => [
      `${table.schema}.${table.name}`,
      table.columns.map((column) => column.name),
    ]),
  );
  return {
    table: (schema, name) => (schema === null ? byName.get(name) : bySchema.get(`${schema}.${name}`)) ?? null,
    columns: ({ schema, name }) => columns.get(`${schema}.${name}`) ?? [],
    view: (schema, name) => workload.views.get(`${schema ?? 'public'}.${name}`) ?? null,
  };
}

function add(
  found: Map<string, Candidate>,
  draft: Draft,
  statement: WorkloadStatement,
  { table, canRepeat }: { readonly table: WorkloadTable; readonly canRepeat: boolean },
): void {
  const key = definitionKey(draft.definition);
  const known = found.get(key);
  if (known !== undefined) {
    if (known.statements.includes(statement.id)) return;
    found.set(key, { ...known, statements: [...known.statements, statement.id] });
    return;
  }
  if (isCoveredByExisting(draft.definition, table, { canRepeat })) return;
  const { definition, why } = draft;
  const width = definition.keys.length + definition.include.length;
  found.set(key, { key, definition, why, statements: [statement.id], width });
}
